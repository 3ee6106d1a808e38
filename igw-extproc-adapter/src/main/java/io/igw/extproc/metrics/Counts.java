package io.igw.extproc.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Counter families out of plain maps. */
final class Counts {
  private Counts() {}

  /** The family {@code name}, without its {@code _total}. */
  static <K> CounterSnapshot family(
      String name, String help, Map<K, LongAdder> counts, Function<K, Labels> labels) {
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help("[ALPHA] " + help);
    counts.forEach((key, count) ->
        family.dataPoint(
            CounterDataPointSnapshot.builder()
                .labels(labels.apply(key))
                .value(count.sum())
                .build()));
    return family.build();
  }

  static CounterSnapshot single(String name, String help, LongAdder count) {
    return family(name, help, Map.of("", count), key -> Labels.EMPTY);
  }
}
