package io.igw.scheduler.plugins;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.SaturationDetector;
import java.time.Duration;

/**
 * Saturation as the mean over endpoints of {@code max(waiting/queueDepthThreshold,
 * kv/kvCacheUtilThreshold)}; an endpoint whose numbers are absent or older than the threshold
 * counts 1; no endpoints count 1 (flow-control.md 6.1). As a filter it keeps endpoints below both
 * thresholds with headroom, and all if none is (plugins-scheduling.md 2.10). Type {@code
 * utilization-detector}.
 */
final class UtilizationDetector implements SaturationDetector, Filter {
  private final double queueThreshold;
  private final double kvThreshold;
  private final long staleNanos;
  private final double room;

  UtilizationDetector(double queueThreshold, double kvThreshold, Duration stale, double headroom) {
    this.queueThreshold = queueThreshold;
    this.kvThreshold = kvThreshold;
    this.staleNanos = stale.toNanos();
    this.room = 1 + headroom;
  }

  static UtilizationDetector of(Parameters parameters) {
    Duration stale = parameters.duration("metricsStalenessThreshold", Duration.ofMillis(200));
    if (stale.isZero()) {
      parameters.reject("metricsStalenessThreshold", "a duration > 0");
    }
    return new UtilizationDetector(
        parameters.integer("queueDepthThreshold", 5, 1, Integer.MAX_VALUE),
        parameters.number("kvCacheUtilThreshold", 0.8, Double.MIN_VALUE, 1),
        stale,
        parameters.number("headroom", 0, 0, Double.MAX_VALUE));
  }

  @Override
  public double saturation(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    if (size == 0) {
      return 1;
    }
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum +=
          fresh(cycle, candidates.ordinal(i))
              ? Math.max(waiting[i] / queueThreshold, kv[i] / kvThreshold)
              : 1;
    }
    return sum / size;
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
    boolean any = false;
    for (int i = 0; i < size && !any; i++) {
      any = hasRoom(cycle, candidates, waiting, kv, i);
    }
    if (any) {
      candidates.retainIf(i -> hasRoom(cycle, candidates, waiting, kv, i));
    }
  }

  @Override
  public boolean removesByLoad() {
    return true;
  }

  private boolean hasRoom(
      Cycle cycle, Candidates candidates, double[] waiting, double[] kv, int i) {
    return fresh(cycle, candidates.ordinal(i))
        && waiting[i] < queueThreshold * room
        && kv[i] < kvThreshold * room;
  }

  private boolean fresh(Cycle cycle, int ordinal) {
    EndpointSnapshot snapshot = cycle.snapshot();
    return snapshot.ageNanos(Signal.WAITING_REQUESTS, ordinal, cycle.nowNanos()) <= staleNanos
        && snapshot.ageNanos(Signal.KV_CACHE_USAGE, ordinal, cycle.nowNanos()) <= staleNanos;
  }
}
