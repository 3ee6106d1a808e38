package io.igw.plugins.policies;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Picker;

/**
 * Of two different candidates at random, the one with fewer requests in flight (Mitzenmacher, The
 * Power of Two Choices in Randomized Load Balancing). Type {@code power-of-two-picker}. Stateless.
 */
final class PowerOfTwoPicker implements Picker {
  @Override
  public int pick(Cycle cycle, Candidates candidates, double[] totals, int[] picked) {
    int size = candidates.size();
    if (size == 0) {
      return 0;
    }
    int first = cycle.random().nextInt(size);
    picked[0] = first;
    if (size > 1) {
      int other = cycle.random().nextInt(size - 1);
      int second = other < first ? other : other + 1;
      double[] batch = cycle.inFlightRequests();
      picked[0] = batch[second] < batch[first] ? second : first;
    }
    return 1;
  }
}
