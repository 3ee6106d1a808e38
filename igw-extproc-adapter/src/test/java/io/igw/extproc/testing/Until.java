package io.igw.extproc.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for what other threads and processes do. */
public final class Until {
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private Until() {}

  /** Returns as soon as the condition holds; fails after a minute and a half. */
  public static void await(Callable<Boolean> condition) throws Exception {
    await(condition, () -> "never came");
  }

  /** As the other; the failure tells how far it has come. */
  public static void await(Callable<Boolean> condition, Supplier<String> state) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    long pause = TimeUnit.MILLISECONDS.toNanos(1);
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("time is up: " + state.get());
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
  }
}
