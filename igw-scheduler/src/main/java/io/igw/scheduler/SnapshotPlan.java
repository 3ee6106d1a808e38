package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one scheduler derives from one snapshot: the live loads by ordinal, and per profile the
 * weighted sum of the scorers that depend on the snapshot alone, filled in by the first cycle that
 * needs it.
 *
 * <p><b>Threading.</b> Any thread. Two cycles may compute the same sum at once; the results are
 * equal and the last one stays. An array is published with a release store and never written
 * afterwards.
 */
final class SnapshotPlan {
  private static final VarHandle SUMS = MethodHandles.arrayElementVarHandle(double[][].class);

  private final EndpointLoad.Table loads;
  private final double[] @Nullable [] sums;

  SnapshotPlan(EndpointSnapshot snapshot, int profiles) {
    EndpointLoad[] byOrdinal = new EndpointLoad[snapshot.size()];
    for (int i = 0; i < byOrdinal.length; i++) {
      byOrdinal[i] = ((PoolEndpoint) snapshot.endpoint(i)).load();
    }
    loads = new EndpointLoad.Table(byOrdinal);
    sums = new double[profiles][];
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
}
