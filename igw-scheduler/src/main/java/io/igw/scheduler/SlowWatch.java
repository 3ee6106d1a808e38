package io.igw.scheduler;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Finds plugins that are slow at no cost while none is: once a whole cycle has taken long, each
 * plugin of the next ones is timed, and those that take long by themselves are reported. A pause of
 * the machine may be taken for a slow plugin, once.
 *
 * <p><b>Threading.</b> Any thread.
 */
final class SlowWatch {
  /** A cycle that takes longer makes suspicious. */
  static final long CYCLE_NANOS = 10_000_000;

  /** A plugin that takes longer is slow. */
  static final long PLUGIN_NANOS = 5_000_000;

  /** One cycle of so many is timed for the metrics; a power of two. */
  static final int SAMPLED = 256;

  /** Cycles that are looked at closely. */
  private static final int CYCLES = 100;

  private final LongSupplier nanoClock;
  private final AtomicInteger left = new AtomicInteger();

  SlowWatch(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** Whether the cycle that begins is looked at closely. */
  boolean suspicious() {
    return left.getOpaque() > 0 && left.getAndDecrement() > 0;
  }

  /** Whether a cycle with this seed, spread over all bits, is timed for the metrics. */
  static boolean sampled(long seed) {
    return (seed & SAMPLED - 1) == 0;
  }

  /** A cycle has ended. */
  void ended(long cycleNanos) {
    if (cycleNanos > CYCLE_NANOS) {
      left.set(CYCLES);
    }
  }

  long now() {
    return nanoClock.getAsLong();
  }
}
