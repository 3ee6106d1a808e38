package io.igw.spi;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import java.util.Arrays;

/**
 * The endpoints that a request may go to, as it found them: the gateway's subset and the screeners
 * have been applied. The cycle may see a later pool. Immutable.
 */
public final class CandidateHint {
  private final EndpointSnapshot snapshot;
  private final int[] ordinals;

  private CandidateHint(EndpointSnapshot snapshot, int[] ordinals) {
    this.snapshot = snapshot;
    this.ordinals = ordinals;
  }

  /** Every endpoint of a snapshot. */
  public static CandidateHint all(EndpointSnapshot snapshot) {
    int[] ordinals = new int[snapshot.size()];
    Arrays.setAll(ordinals, i -> i);
    return new CandidateHint(snapshot, ordinals);
  }

  /** Endpoints of a snapshot by their ordinals, ascending. */
  public static CandidateHint of(EndpointSnapshot snapshot, int... ordinals) {
    return new CandidateHint(snapshot, ordinals.clone());
  }

  /** The pool as the request found it. */
  public EndpointSnapshot snapshot() {
    return snapshot;
  }

  /** Number of candidates. */
  public int size() {
    return ordinals.length;
  }

  /** Ordinal in the snapshot of a candidate, 0..size−1. */
  public int ordinal(int position) {
    return ordinals[position];
  }

  /** A candidate, 0..size−1. */
  public Endpoint endpoint(int position) {
    return snapshot.endpoint(ordinals[position]);
  }
}
