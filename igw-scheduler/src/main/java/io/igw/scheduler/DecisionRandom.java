package io.igw.scheduler;

import java.util.random.RandomGenerator;

/**
 * The generator of one cycle: SplitMix64 from the decision's seed. Reused; one thread at a time.
 */
final class DecisionRandom implements RandomGenerator {
  /** Odd step that visits every 64-bit state: the golden ratio. */
  private static final long STEP = 0x9e3779b97f4a7c15L;

  private long state;

  void reseed(long seed) {
    state = seed;
  }

  @Override
  public long nextLong() {
    state += STEP;
    return mix(state);
  }

  /** The seed that follows the given one in a sequence of decisions; {@link #mix} it before use. */
  static long step(long seed) {
    return seed + STEP;
  }

  /** Spreads neighbouring numbers over all 64 bits (finalizer of SplitMix64). */
  static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
