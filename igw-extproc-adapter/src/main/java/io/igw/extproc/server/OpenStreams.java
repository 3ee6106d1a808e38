package io.igw.extproc.server;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the streams of a server share: their number, their limits and the memory for bodies.
 *
 * <p><b>Threading.</b> Any thread.
 */
final class OpenStreams {
  private final AtomicInteger count = new AtomicInteger();
  private final Limits limits;
  private final int maxMessageBytes;
  private final HeldBytes bodies;

  OpenStreams(Limits limits, int maxMessageBytes) {
    this.limits = limits;
    this.maxMessageBytes = maxMessageBytes;
    this.bodies = limits.budget();
  }

  /** Counts a stream; true if it is one too many. */
  boolean opened() {
    return count.incrementAndGet() > limits.streams();
  }

  void closed() {
    count.decrementAndGet();
  }

  int count() {
    return count.get();
  }

  Limits limits() {
    return limits;
  }

  /** Size of the largest message that is accepted. */
  int maxMessageBytes() {
    return maxMessageBytes;
  }

  HeldBytes bodies() {
    return bodies;
  }
}
