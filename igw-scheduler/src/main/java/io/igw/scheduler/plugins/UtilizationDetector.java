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
 * kv/kvCacheUtilThreshold)}; no endpoints count 1 (flow-control.md 6.1). As a filter it keeps the
 * endpoints below both thresholds with headroom, and all if none is (plugins-scheduling.md 2.10).
 * Type {@code utilization-detector}.
 *
 * <p>An endpoint counts 1, and has no room, if neither number was ever seen or one that was is
 * older than the staleness threshold. A number that its engine has never reported beside one that
 * it does counts 0, as in the reference: some engines have no KV cache metric.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass. As a filter two, since it must know that
 * somebody stays before it removes anyone, and whether an endpoint has room is a branch that no
 * processor foresees: up to 8 ns for each.
 */
final class UtilizationDetector implements SaturationDetector, Filter {
  static final int QUEUE_DEPTH = 5;
  static final double KV_CACHE_UTIL = 0.8;
  static final Duration STALENESS = Duration.ofMillis(200);

  private final double queueThreshold;
  private final double kvThreshold;
  private final long staleNanos;
  private final double room;

  UtilizationDetector(int queueThreshold, double kvThreshold, Duration staleness, double headroom) {
    this.queueThreshold = queueThreshold;
    this.kvThreshold = kvThreshold;
    this.staleNanos = staleness.toNanos();
    this.room = 1 + headroom;
  }

  static UtilizationDetector of(Parameters parameters) {
    Duration staleness = parameters.duration("metricsStalenessThreshold", STALENESS);
    if (staleness.isZero()) {
      parameters.reject("metricsStalenessThreshold", "a duration > 0");
    }
    return new UtilizationDetector(
        parameters.integer("queueDepthThreshold", QUEUE_DEPTH, 1, Integer.MAX_VALUE),
        parameters.number("kvCacheUtilThreshold", KV_CACHE_UTIL, Double.MIN_VALUE, 1),
        staleness,
        parameters.number("headroom", 0, 0, Double.MAX_VALUE));
  }

  @Override
  public double saturation(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    if (size == 0) {
      return 1;
    }
    EndpointSnapshot snapshot = cycle.snapshot();
    long now = cycle.nowNanos();
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double load = Math.max(orZero(waiting[i]) / queueThreshold, orZero(kv[i]) / kvThreshold);
      sum += fresh(snapshot, candidates.ordinal(i), now, waiting[i], kv[i]) ? load : 1;
    }
    return sum / size;
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    EndpointSnapshot snapshot = cycle.snapshot();
    long now = cycle.nowNanos();
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
    int left = 0;
    for (int i = 0; i < size; i++) {
      if (hasRoom(snapshot, candidates.ordinal(i), now, waiting[i], kv[i])) {
        left++;
      }
    }
    if (left > 0 && left < size) {
      candidates.retainIf(i -> hasRoom(snapshot, candidates.ordinal(i), now, waiting[i], kv[i]));
    }
  }

  @Override
  public boolean removesByLoad() {
    return true;
  }

  private boolean hasRoom(
      EndpointSnapshot snapshot, int ordinal, long now, double waiting, double kv) {
    return orZero(waiting) < queueThreshold * room
        && orZero(kv) < kvThreshold * room
        && fresh(snapshot, ordinal, now, waiting, kv);
  }

  private boolean fresh(
      EndpointSnapshot snapshot, int ordinal, long now, double waiting, double kv) {
    boolean noWaiting = Double.isNaN(waiting);
    boolean noKv = Double.isNaN(kv);
    return !(noWaiting && noKv)
        && (noWaiting || snapshot.ageNanos(Signal.WAITING_REQUESTS, ordinal, now) <= staleNanos)
        && (noKv || snapshot.ageNanos(Signal.KV_CACHE_USAGE, ordinal, now) <= staleNanos);
  }

  private static double orZero(double value) {
    return value > 0 ? value : 0;
  }
}
