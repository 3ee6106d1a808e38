package io.igw.plugins.policies;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Picker;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes one candidate after the other, whatever their totals; it counts picks, not endpoints, so
 * that it is even only over candidates that stay the same. Type {@code round-robin-picker}.
 *
 * <p><b>Threading.</b> One atomic counter.
 */
final class RoundRobinPicker implements Picker {
  private final AtomicInteger next = new AtomicInteger();

  @Override
  public int pick(Cycle cycle, Candidates candidates, double[] totals, int[] picked) {
    if (candidates.size() == 0) {
      return 0;
    }
    picked[0] = Math.floorMod(next.getAndIncrement(), candidates.size());
    return 1;
  }
}
