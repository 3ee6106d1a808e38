package io.igw.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a call allocates once it is compiled. */
public final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CALLS = 4000;
  private static final int BATCHES = 20;

  private Allocation() {}

  /**
   * Bytes of each call, the least of several batches: what interpreted code allocates and compiled
   * code does not is given time to go away.
   *
   * @param enough ends the measurement early
   */
  public static long bytesPerCall(Runnable call, long enough) {
    long least = Long.MAX_VALUE;
    for (int batch = 0; batch < BATCHES && least > enough; batch++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS);
    }
    return least;
  }
}
