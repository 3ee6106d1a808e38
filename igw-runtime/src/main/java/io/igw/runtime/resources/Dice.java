package io.igw.runtime.resources;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Random bits for choices between targets: the SplitMix64 generator (Steele, Lea, Flood 2014). The
 * same seed gives the same sequence, in the order in which callers come.
 *
 * <p><b>Threading.</b> Any thread; one atomic addition a call, no allocation.
 */
final class Dice {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final AtomicLong state;

  Dice(long seed) {
    this.state = new AtomicLong(seed);
  }

  long roll() {
    return mix(state.addAndGet(GOLDEN));
  }

  /** Bits that depend on a text and a salt alone. */
  static long of(String text, String salt) {
    long hash = GOLDEN;
    for (int i = 0; i < text.length(); i++) {
      hash = mix(hash ^ text.charAt(i));
    }
    return mix(hash + salt.hashCode() * GOLDEN);
  }

  private static long mix(long bits) {
    long z = bits;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
