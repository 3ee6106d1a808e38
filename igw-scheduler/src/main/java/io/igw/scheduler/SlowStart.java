package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets newcomers into traffic by degrees: an empty engine looks best to every load scorer, and
 * without this it would get all requests at once, with no cache and nothing compiled.
 *
 * <p>For {@code ramp} after it joined, an endpoint is a candidate only while it has fewer than
 * {@code 1 + share × mean} requests in flight, the mean being that of the others, and if {@code n /
 * share} picks were made since its own last one: {@code share} grows linearly from 0 to 1, and is
 * taken in the middle of that time. Picks are counted, not timed: of T picks in a row, however they
 * come, a newcomer has at most {@code 1 + (T - 1) / n}, which is never more than one or twice its
 * fair part. Where newcomers are the majority (start-up, a pool that doubles) there is no one to
 * spare them, and nothing is held back.
 *
 * <p><b>Threading.</b> Any thread; T threads that decide at once may give a newcomer T picks where
 * one was due. <b>Cost.</b> One comparison while no one is new.
 */
final class SlowStart {
  private final long rampNanos;

  /** Picks while someone was new. */
  private final AtomicLong picks = new AtomicLong();

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
          || inFlight[i] < 1 + share(age) * mean && due(arrival, now, snapshot.size());
    });
    candidates.close();
  }

  /** Whether enough was picked since a newcomer's last pick. */
  private boolean due(Arrival arrival, long now, int endpoints) {
    long last = arrival.pick();
    if (last == Arrival.NONE) {
      return true;
    }
    long joined = arrival.joinedNanos();
    double share = (share(arrival.pickedNanos() - joined) + share(now - joined)) / 2;
    // The pick that may follow counts too.
    return (picks.get() + 1 - last) * share >= endpoints;
  }

  /** An endpoint was picked. */
  void picked(SchedulingCycle cycle, PoolEndpoint endpoint) {
    if (settled(cycle)) {
      return;
    }
    long number = picks.incrementAndGet();
    long now = cycle.nowNanos();
    Arrival arrival = endpoint.arrival();
    if (now - arrival.joinedNanos() < rampNanos) {
      arrival.picked(number, now);
    }
  }

  /** Whether no one is new, or everyone. */
  private boolean settled(SchedulingCycle cycle) {
    SnapshotPlan plan = cycle.plan();
    long now = cycle.nowNanos();
    return now - plan.newestNanos() >= rampNanos || now - plan.oldestNanos() < rampNanos;
  }

  private double share(long age) {
    return Math.min(1, (double) age / rampNanos);
  }

  private static Arrival arrival(EndpointSnapshot snapshot, int ordinal) {
    return ((PoolEndpoint) snapshot.endpoint(ordinal)).arrival();
  }
}
