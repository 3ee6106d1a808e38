package io.igw.extproc.metrics;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The stream families of observability-metrics.md 8.
 *
 * <p><b>Threading.</b> Any thread.
 */
final class StreamFamilies {
  private final LongAdder open = new LongAdder();
  private final Buckets duration = new Buckets(Bounds.STREAM_SECONDS);
  private final Map<String, LongAdder> byCode = new ConcurrentHashMap<>();

  /** A stream has begun. */
  void opened() {
    open.increment();
  }

  /** A stream has ended with a gRPC status code. */
  void closed(String code, long nanos) {
    open.decrement();
    duration.observe(nanos / 1e9);
    byCode.computeIfAbsent(code, c -> new LongAdder()).increment();
  }

  void write(List<MetricSnapshot> out) {
    out.add(
        GaugeSnapshot.builder()
            .name("llm_d_epp_extproc_streams_inflight")
            .help("[ALPHA] Open ext-proc streams.")
            .dataPoint(GaugeDataPointSnapshot.builder().value(open.sum()).build())
            .build());
    HistogramSnapshot.Builder durations =
        HistogramSnapshot.builder()
            .name("llm_d_epp_extproc_stream_duration_seconds")
            .help("[ALPHA] Life of ext-proc streams in seconds.");
    Buckets.Total total = new Buckets.Total(Bounds.STREAM_SECONDS);
    total.add(duration);
    if (total.any()) {
      durations.dataPoint(total.point(Labels.EMPTY));
    }
    out.add(durations.build());
    out.add(
        Counts.family(
            "llm_d_epp_extproc_streams",
            "Ended ext-proc streams.",
            byCode,
            k -> Labels.of("code", k)));
  }
}
