package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Picker;
import java.util.random.RandomGenerator;

/**
 * Takes the best totals; ties go to the fewest requests in flight, then to the generator
 * (plugins-scheduling.md 4 and 8). Type {@code max-score-picker}.
 */
final class TopPicker implements Picker {
  private final int count;

  TopPicker(int count) {
    this.count = count;
  }

  @Override
  public int pick(Cycle cycle, Candidates candidates, double[] totals, int[] picked) {
    int size = candidates.size();
    int wanted = Math.min(count, size);
    for (int k = 0; k < wanted; k++) {
      picked[k] = best(cycle, totals, size, picked, k);
    }
    return wanted;
  }

  /** The best position that is not among the first {@code taken} of {@code picked}. */
  private static int best(Cycle cycle, double[] totals, int size, int[] picked, int taken) {
    double top = Double.NEGATIVE_INFINITY;
    int position = -1;
    boolean tied = false;
    for (int i = 0; i < size; i++) {
      double total = totals[i];
      if (total >= top && !contains(picked, taken, i)) {
        tied = total == top && position >= 0;
        top = total;
        position = i;
      }
    }
    if (position < 0) {
      return firstFree(picked, taken, size);
    }
    return tied ? tie(cycle, totals, size, picked, taken, top) : position;
  }

  private static int tie(
      Cycle cycle, double[] totals, int size, int[] picked, int taken, double top) {
    double[] inFlight = cycle.inFlightRequests();
    RandomGenerator random = cycle.random();
    double least = Double.POSITIVE_INFINITY;
    int position = -1;
    int equal = 0;
    for (int i = 0; i < size; i++) {
      if (totals[i] != top || contains(picked, taken, i)) {
        continue;
      }
      if (inFlight[i] < least) {
        least = inFlight[i];
        position = i;
        equal = 1;
      } else if (inFlight[i] == least && random.nextInt(++equal) == 0) {
        position = i;
      }
    }
    return position;
  }

  private static int firstFree(int[] picked, int taken, int size) {
    for (int i = 0; i < size; i++) {
      if (!contains(picked, taken, i)) {
        return i;
      }
    }
    return 0;
  }

  private static boolean contains(int[] picked, int taken, int position) {
    for (int k = 0; k < taken; k++) {
      if (picked[k] == position) {
        return true;
      }
    }
    return false;
  }
}
