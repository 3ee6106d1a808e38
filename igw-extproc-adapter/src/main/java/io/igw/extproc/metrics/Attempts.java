package io.igw.extproc.metrics;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Scheduling attempts by target model and endpoint. Series of an endpoint that is gone leave some
 * time after it.
 *
 * <p><b>Threading.</b> Recording on any thread; reading on one.
 */
final class Attempts {
  private static final long GRACE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final int MAX_SERIES = 20_000;

  private record Key(String target, @Nullable EndpointId endpoint, int port) {}

  private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();
  private final Map<EndpointId, Long> goneSince = new HashMap<>();

  void record(String target, @Nullable Endpoint endpoint) {
    EndpointId id = endpoint == null ? null : endpoint.id();
    int port = endpoint == null ? 0 : endpoint.port();
    Key key = new Key(target, id, port);
    LongAdder count = counts.get(key);
    if (count == null) {
      Key bounded = counts.size() < MAX_SERIES ? key : new Key(LabelCap.OTHER, id, port);
      count = counts.computeIfAbsent(bounded, k -> new LongAdder());
    }
    count.increment();
  }

  /** Drops what belongs to endpoints that left long ago. */
  void forget(EndpointSnapshot pool, long nowNanos) {
    Set<EndpointId> present = new HashSet<>();
    for (int i = 0; i < pool.size(); i++) {
      present.add(pool.endpoint(i).id());
    }
    goneSince.keySet().removeAll(present);
    for (Key key : counts.keySet()) {
      EndpointId id = key.endpoint();
      if (id == null || present.contains(id)) {
        continue;
      }
      long since = goneSince.computeIfAbsent(id, gone -> nowNanos);
      if (nowNanos - since >= GRACE_NANOS) {
        counts.remove(key);
      }
    }
    goneSince
        .keySet()
        .retainAll(
            counts.keySet().stream()
                .map(Key::endpoint)
                .collect(java.util.stream.Collectors.toSet()));
  }

  CounterSnapshot family(String name, String help, String endpointLabel) {
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help);
    counts.forEach((key, count) -> {
      EndpointId id = key.endpoint();
      Labels labels =
          Labels.of(
              "status",
              id == null ? "failure" : "success",
              "target_model_name",
              key.target(),
              endpointLabel,
              id == null ? "" : id.name(),
              "namespace",
              id == null ? "" : id.namespace(),
              "port",
              id == null ? "" : Integer.toString(key.port()));
      family.dataPoint(
          CounterDataPointSnapshot.builder().labels(labels).value(count.sum()).build());
    });
    return family.build();
  }
}
