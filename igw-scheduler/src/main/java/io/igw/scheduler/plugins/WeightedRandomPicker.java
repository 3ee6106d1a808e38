package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Picker;

/**
 * Takes candidates at random in proportion to their totals, without repetition; a total that is not
 * above 0 comes last, and where none is above 0 all are alike (plugins-scheduling.md 4). Type
 * {@code weighted-random-picker}.
 *
 * <p>The reference sorts keys {@code U^(1/total)}. Drawing one after another in proportion to what
 * is left has the same distribution (Efraimidis and Spirakis, 2006), needs one random number per
 * pick in place of one per candidate, and no power that vanishes for a small total.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Two passes per endpoint picked. No allocation.
 */
final class WeightedRandomPicker implements Picker {
  private final int count;

  WeightedRandomPicker(int count) {
    this.count = count;
  }

  @Override
  public int most() {
    return count;
  }

  @Override
  public int pick(Cycle cycle, Candidates candidates, double[] totals, int[] picked) {
    int size = candidates.size();
    int wanted = Math.min(count, size);
    for (int i = 0; i < size; i++) {
      picked[i] = i;
    }
    for (int k = 0; k < wanted; k++) {
      int chosen = draw(cycle, totals, picked, k, size);
      int position = picked[chosen];
      picked[chosen] = picked[k];
      picked[k] = position;
    }
    return wanted;
  }

  /** A place from {@code from} on. */
  private static int draw(Cycle cycle, double[] totals, int[] places, int from, int size) {
    double sum = 0;
    for (int i = from; i < size; i++) {
      sum += weight(totals[places[i]]);
    }
    if (sum == 0) {
      return from + cycle.random().nextInt(size - from);
    }
    double left = cycle.random().nextDouble() * sum;
    int last = from;
    for (int i = from; i < size; i++) {
      double weight = weight(totals[places[i]]);
      if (weight > 0) {
        if (left < weight) {
          return i;
        }
        left -= weight;
        last = i;
      }
    }
    // Rounding left a little over.
    return last;
  }

  private static double weight(double total) {
    return total > 0 ? total : 0;
  }
}
