package io.igw.scheduler;

/**
 * When an endpoint joined, and when it may be picked next while it is new; shared by all versions
 * of its facts. Any thread.
 */
final class Arrival {
  private final long joinedNanos;
  private volatile long nextNanos;

  Arrival(long joinedNanos) {
    this.joinedNanos = joinedNanos;
    this.nextNanos = joinedNanos;
  }

  long joinedNanos() {
    return joinedNanos;
  }

  /** Earliest time of the next pick. */
  long nextNanos() {
    return nextNanos;
  }

  void nextNanos(long nanos) {
    nextNanos = nanos;
  }
}
