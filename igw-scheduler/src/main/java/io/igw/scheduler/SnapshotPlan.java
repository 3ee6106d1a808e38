package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one scheduler derives from one snapshot: the live loads by ordinal, and per profile the
 * weighted sum of the scorers that depend on the snapshot alone, filled in by the first cycle that
 * needs it: for all endpoints, and for the first few filtered sets of candidates. A role filter
 * leaves the same set each time; a filter that looks at the request finds the places taken and
 * computes anew.
 *
 * <p><b>Threading.</b> Any thread. Two cycles may compute the same sum at once; the results are
 * equal and the last one stays. An array is published with a release store and never written
 * afterwards.
 */
final class SnapshotPlan {
  private static final int FILTERED_SETS = 2;
  private static final VarHandle SUMS = MethodHandles.arrayElementVarHandle(double[][].class);
  private static final VarHandle FILTERED = MethodHandles.arrayElementVarHandle(Filtered[].class);

  /** The sum by position for the candidates with these ordinals. */
  private record Filtered(int[] ordinals, double[] sum) {}

  private final EndpointLoad.Table loads;
  private final long oldestNanos;
  private final long newestNanos;
  private final long @Nullable [] awake;
  private final double[] @Nullable [] sums;

  /** By profile and place. */
  private final @Nullable Filtered[] filtered;

  SnapshotPlan(EndpointSnapshot snapshot, int profiles) {
    EndpointLoad[] byOrdinal = new EndpointLoad[snapshot.size()];
    long oldest = 0;
    long newest = 0;
    for (int i = 0; i < byOrdinal.length; i++) {
      PoolEndpoint endpoint = (PoolEndpoint) snapshot.endpoint(i);
      byOrdinal[i] = endpoint.load();
      long joined = endpoint.arrival().joinedNanos();
      oldest = i == 0 || joined - oldest < 0 ? joined : oldest;
      newest = i == 0 || joined - newest > 0 ? joined : newest;
    }
    oldestNanos = oldest;
    newestNanos = newest;
    awake = awake(snapshot);
    loads = new EndpointLoad.Table(byOrdinal);
    sums = new double[profiles][];
    filtered = new Filtered[profiles * FILTERED_SETS];
  }

  private static long @Nullable [] awake(EndpointSnapshot snapshot) {
    double[] column = snapshot.column(Signal.ENGINE_AWAKE);
    long[] bits = new long[(column.length + 63) >>> 6];
    boolean all = true;
    for (int i = 0; i < column.length; i++) {
      if (column[i] == 0) {
        all = false;
      } else {
        bits[i >>> 6] |= 1L << i;
      }
    }
    return all ? null : bits;
  }

  /** The ordinals of those that do not sleep; null if none does. */
  long @Nullable [] awake() {
    return awake;
  }

  /** When the first of these endpoints joined. */
  long oldestNanos() {
    return oldestNanos;
  }

  /** When the last of these endpoints joined. */
  long newestNanos() {
    return newestNanos;
  }

  /** Where the live load is read. */
  EndpointLoad.Table loads() {
    return loads;
  }

  /** Sum of a profile's snapshot scorers by ordinal, null if no cycle has computed it yet. */
  double @Nullable [] sum(int profile) {
    return (double[]) SUMS.getAcquire(sums, profile);
  }

  void sum(int profile, double[] byOrdinal) {
    SUMS.setRelease(sums, profile, byOrdinal);
  }

  /** Sum of a profile's snapshot scorers by position for filtered candidates, null if unknown. */
  double @Nullable [] sum(int profile, CandidateSet candidates) {
    for (int place = 0; place < FILTERED_SETS; place++) {
      Filtered known = filtered(profile, place);
      if (known == null) {
        return null;
      }
      if (candidates.equalTo(known.ordinals)) {
        return known.sum;
      }
    }
    return null;
  }

  /** Whether there is room for the sum of another filtered set. */
  boolean hasRoom(int profile) {
    return filtered(profile, FILTERED_SETS - 1) == null;
  }

  /** Keeps a sum in the first free place; racing cycles may take one for the same set twice. */
  void sum(int profile, CandidateSet candidates, double[] byPosition) {
    for (int place = 0; place < FILTERED_SETS; place++) {
      if (filtered(profile, place) == null) {
        Filtered mine = new Filtered(candidates.ordinals(), byPosition);
        FILTERED.setRelease(filtered, profile * FILTERED_SETS + place, mine);
        return;
      }
    }
  }

  private @Nullable Filtered filtered(int profile, int place) {
    return (Filtered) FILTERED.getAcquire(filtered, profile * FILTERED_SETS + place);
  }
}
