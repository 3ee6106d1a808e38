package io.igw.scheduler;

/**
 * When an endpoint joined, and its last pick while it was new; shared by all versions of its facts.
 * Any thread.
 */
final class Arrival {
  /** {@link #pick} of an endpoint that was not picked yet. */
  static final long NONE = -1;

  private final long joinedNanos;
  private volatile long pick = NONE;
  private volatile long pickedNanos;

  Arrival(long joinedNanos) {
    this.joinedNanos = joinedNanos;
  }

  long joinedNanos() {
    return joinedNanos;
  }

  /** Number of its last pick among all picks. */
  long pick() {
    return pick;
  }

  /** Time of its last pick. */
  long pickedNanos() {
    return pickedNanos;
  }

  void picked(long number, long nanos) {
    pickedNanos = nanos;
    pick = number;
  }
}
