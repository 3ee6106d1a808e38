package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets newcomers into traffic by degrees: an empty engine looks best to every load scorer, and
 * without this it would get all requests at once, with no cache and nothing compiled.
 *
 * <p>For {@code ramp} after it joined, an endpoint is a candidate only while it has fewer than
 * {@code 1 + share × mean} requests in flight, the mean being that of the others, and if its last
 * pick is at least {@code n / (rate × share)} ago: {@code share} grows linearly from {@value
 * #FIRST_SHARE} to 1, {@code rate / n} is an endpoint's fair part of the picks. Where newcomers are
 * the majority (start-up, a pool that doubles) there is no one to spare them, and nothing is held
 * back.
 *
 * <p><b>Threading.</b> Any thread; T threads that decide at once may give a newcomer T picks where
 * one was due. <b>Cost.</b> One comparison while no one is new.
 */
final class SlowStart {
  /** Share of a fair part that a newcomer may have at once. */
  static final double FIRST_SHARE = 0.05;

  private static final long WINDOW_NANOS = 100_000_000;

  private final long rampNanos;

  // The picks of a window, and the rate that the window before had.
  private final AtomicLong windowStart = new AtomicLong();
  private final AtomicLong windowPicks = new AtomicLong();
  private volatile double picksPerNano;

  SlowStart(long rampNanos) {
    this.rampNanos = rampNanos;
  }

  /** Removes newcomers that have what is theirs for now. */
  void narrow(SchedulingCycle cycle, CandidateSet candidates) {
    if (settled(cycle)) {
      return;
    }
    EndpointSnapshot snapshot = cycle.snapshot();
    long now = cycle.nowNanos();
    double[] inFlight = cycle.inFlightRequests();
    double sum = 0;
    int old = 0;
    int size = candidates.size();
    for (int i = 0; i < size; i++) {
      if (now - arrival(snapshot, candidates.ordinal(i)).joinedNanos() >= rampNanos) {
        sum += inFlight[i];
        old++;
      }
    }
    if (2 * old < size || old == size) {
      return;
    }
    double mean = sum / old;
    candidates.open();
    candidates.retainIf(i -> {
      Arrival arrival = arrival(snapshot, candidates.ordinal(i));
      long age = now - arrival.joinedNanos();
      return age >= rampNanos
          || inFlight[i] < 1 + share(age) * mean && now - arrival.nextNanos() >= 0;
    });
    candidates.close();
  }

  /** An endpoint was picked. */
  void picked(SchedulingCycle cycle, PoolEndpoint endpoint) {
    if (settled(cycle)) {
      return;
    }
    long now = cycle.nowNanos();
    count(now);
    long age = now - endpoint.arrival().joinedNanos();
    if (age < rampNanos) {
      double fair = picksPerNano / cycle.snapshot().size();
      double spacing = fair > 0 ? 1 / (fair * share(age)) : WINDOW_NANOS;
      endpoint.arrival().nextNanos(now + (long) Math.min(spacing, rampNanos));
    }
  }

  /** Whether no one is new, or everyone. */
  private boolean settled(SchedulingCycle cycle) {
    SnapshotPlan plan = cycle.plan();
    long now = cycle.nowNanos();
    return now - plan.newestNanos() >= rampNanos || now - plan.oldestNanos() < rampNanos;
  }

  private void count(long now) {
    windowPicks.incrementAndGet();
    long start = windowStart.get();
    long elapsed = now - start;
    if (elapsed >= WINDOW_NANOS && windowStart.compareAndSet(start, now)) {
      long picks = windowPicks.getAndSet(0);
      // After a long pause the window says nothing: the first of its picks were long ago.
      picksPerNano = elapsed < 10 * WINDOW_NANOS ? (double) picks / elapsed : 0;
    }
  }

  private double share(long age) {
    return Math.max(FIRST_SHARE, (double) age / rampNanos);
  }

  private static Arrival arrival(EndpointSnapshot snapshot, int ordinal) {
    return ((PoolEndpoint) snapshot.endpoint(ordinal)).arrival();
  }
}
