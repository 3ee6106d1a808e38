package io.igw.extproc.metrics;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/**
 * The pool families of observability-metrics.md 3, computed when they are read, over the endpoints
 * whose numbers are fresh.
 *
 * <p><b>Threading.</b> One thread.
 */
final class PoolFamilies {
  private static final String CURRENT = "llm_d_epp_";
  private static final String OLD = "inference_pool_";

  private final String pool;
  private final long stalenessNanos;
  private final Spread kvUsage = new Spread(Signal.KV_CACHE_USAGE, "kv_cache_utilization");
  private final Spread queue = new Spread(Signal.WAITING_REQUESTS, "queue_size");
  private final Spread running = new Spread(Signal.RUNNING_REQUESTS, "running_requests");

  PoolFamilies(String pool, long stalenessNanos) {
    this.pool = pool;
    this.stalenessNanos = stalenessNanos;
  }

  /** Mean and deviation of one signal; both stay as they were while nothing is fresh. */
  private static final class Spread {
    final Signal signal;
    final String name;
    double mean;
    double deviation;

    Spread(Signal signal, String name) {
      this.signal = signal;
      this.name = name;
    }

    void update(EndpointSnapshot snapshot, long nowNanos, long stalenessNanos) {
      int n = 0;
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < snapshot.size(); i++) {
        if (snapshot.ageNanos(signal, i, nowNanos) <= stalenessNanos) {
          double value = snapshot.value(signal, i);
          n++;
          sum += value;
          squares += value * value;
        }
      }
      if (n > 0) {
        mean = rounded(sum / n);
        double variance = n > 1 ? Math.max(0, (squares - sum * sum / n) / (n - 1)) : 0;
        deviation = rounded(Math.sqrt(variance));
      }
    }

    private static double rounded(double value) {
      return Math.round(value * 100) / 100.0;
    }
  }

  void write(
      List<MetricSnapshot> out, EndpointSnapshot snapshot, long nowNanos, boolean deprecated) {
    for (Spread spread : List.of(kvUsage, queue, running)) {
      spread.update(snapshot, nowNanos, stalenessNanos);
      gauge(out, CURRENT + "average_" + spread.name, "Mean over fresh endpoints.", spread.mean);
      gauge(
          out,
          CURRENT + "std_dev_" + spread.name,
          "Sample standard deviation over fresh endpoints.",
          spread.deviation);
      if (deprecated) {
        gauge(
            out,
            OLD + "average_" + spread.name,
            "Deprecated, use " + CURRENT + "average_" + spread.name + ".",
            spread.mean);
      }
    }
    int fresh = fresh(snapshot, nowNanos);
    gauge(out, CURRENT + "ready_endpoints", "Endpoints with fresh numbers.", fresh);
    perEndpoint(out, snapshot, "llm_d_epp_per_endpoint_queue_size", "model_server_endpoint");
    if (deprecated) {
      gauge(out, OLD + "ready_pods", "Deprecated, use llm_d_epp_ready_endpoints.", fresh);
      perEndpoint(out, snapshot, OLD + "per_pod_queue_size", "model_server_pod");
    }
  }

  private int fresh(EndpointSnapshot snapshot, long nowNanos) {
    int fresh = 0;
    for (int i = 0; i < snapshot.size(); i++) {
      if (snapshot.ageNanos(Signal.WAITING_REQUESTS, i, nowNanos) <= stalenessNanos
          || snapshot.ageNanos(Signal.KV_CACHE_USAGE, i, nowNanos) <= stalenessNanos) {
        fresh++;
      }
    }
    return fresh;
  }

  private void perEndpoint(
      List<MetricSnapshot> out, EndpointSnapshot snapshot, String name, String label) {
    GaugeSnapshot.Builder family =
        GaugeSnapshot.builder().name(name).help("[ALPHA] Waiting requests of each endpoint.");
    for (int i = 0; i < snapshot.size(); i++) {
      double waiting = snapshot.value(Signal.WAITING_REQUESTS, i);
      if (!Double.isNaN(waiting)) {
        family.dataPoint(
            GaugeDataPointSnapshot.builder()
                .labels(Labels.of("name", pool, label, snapshot.endpoint(i).id().name()))
                .value(waiting)
                .build());
      }
    }
    out.add(family.build());
  }

  private void gauge(List<MetricSnapshot> out, String name, String help, double value) {
    out.add(
        GaugeSnapshot.builder()
            .name(name)
            .help("[ALPHA] " + help)
            .dataPoint(
                GaugeDataPointSnapshot.builder()
                    .labels(Labels.of("name", pool))
                    .value(value)
                    .build())
            .build());
  }
}
