package io.igw.extproc.cli;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Lines on their way from event loops to the log, so that no event loop waits for an output stream.
 * What does not fit is counted instead.
 *
 * <p><b>Threading.</b> Any thread puts; one drains. Lock-free.
 */
final class LogQueue {
  private static final int CAPACITY = 10_000;

  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicLong dropped = new AtomicLong();

  void put(String line) {
    if (size.incrementAndGet() > CAPACITY) {
      size.decrementAndGet();
      dropped.incrementAndGet();
      return;
    }
    lines.add(line);
  }

  void drainTo(Consumer<String> log) {
    for (String line = lines.poll(); line != null; line = lines.poll()) {
      size.decrementAndGet();
      log.accept(line);
    }
    long lost = dropped.getAndSet(0);
    if (lost > 0) {
      log.accept(lost + " lines dropped: the log is too slow");
    }
  }
}
