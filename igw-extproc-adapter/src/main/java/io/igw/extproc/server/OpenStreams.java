package io.igw.extproc.server;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the streams that are open.
 *
 * <p><b>Threading.</b> Any thread.
 */
final class OpenStreams {
  private final AtomicInteger count = new AtomicInteger();

  void opened() {
    count.incrementAndGet();
  }

  void closed() {
    count.decrementAndGet();
  }

  int count() {
    return count.get();
  }
}
