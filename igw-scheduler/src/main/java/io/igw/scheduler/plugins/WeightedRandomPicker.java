package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Picker;

/**
 * Takes candidates at random in proportion to their totals, without repetition: the greatest keys
 * {@code U^(1/total)}, computed as {@code ln(U)/total}; a total at most 0 comes last, and where no
 * total is above 0 all are alike (plugins-scheduling.md 4, A-Res). Type {@code
 * weighted-random-picker}.
 */
final class WeightedRandomPicker implements Picker {
  private static final double LEAST_U = 1e-10;

  private final int count;

  WeightedRandomPicker(int count) {
    this.count = count;
  }

  @Override
  public int pick(Cycle cycle, Candidates candidates, double[] totals, int[] picked) {
    int size = candidates.size();
    int wanted = Math.min(count, size);
    if (wanted == 1) {
      return pickOne(cycle, totals, size, picked);
    }
    boolean anyAboveZero = false;
    for (int i = 0; i < size && !anyAboveZero; i++) {
      anyAboveZero = totals[i] > 0;
    }
    if (!anyAboveZero) {
      return RandomPicker.pick(cycle.random(), size, count, picked);
    }
    return pickSeveral(cycle, totals, size, wanted, picked);
  }

  /** One draw over the running sum is the same distribution as the greatest key. */
  private static int pickOne(Cycle cycle, double[] totals, int size, int[] picked) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += Math.max(0, totals[i]);
    }
    if (!(sum > 0)) {
      return RandomPicker.pick(cycle.random(), size, 1, picked);
    }
    double left = cycle.random().nextDouble() * sum;
    int last = 0;
    for (int i = 0; i < size; i++) {
      if (totals[i] > 0) {
        last = i;
        left -= totals[i];
        if (left < 0) {
          break;
        }
      }
    }
    picked[0] = last;
    return 1;
  }

  /** Draws again and again from what is left. */
  private static int pickSeveral(Cycle cycle, double[] totals, int size, int wanted, int[] picked) {
    for (int i = 0; i < size; i++) {
      picked[i] = i;
    }
    for (int k = 0; k < wanted; k++) {
      double bestKey = Double.NEGATIVE_INFINITY;
      int best = k;
      for (int i = k; i < size; i++) {
        double total = totals[picked[i]];
        double key =
            total > 0
                ? Math.log(Math.max(LEAST_U, cycle.random().nextDouble())) / total
                : -Double.MAX_VALUE;
        if (key > bestKey) {
          bestKey = key;
          best = i;
        }
      }
      int taken = picked[best];
      picked[best] = picked[k];
      picked[k] = taken;
    }
    return wanted;
  }
}
