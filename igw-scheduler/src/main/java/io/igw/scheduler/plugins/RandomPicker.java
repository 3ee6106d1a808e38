package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Picker;
import java.util.random.RandomGenerator;

/**
 * Takes candidates at random, each as likely as any other (plugins-scheduling.md 4). Type {@code
 * random-picker}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One random number per endpoint picked. No
 * allocation.
 */
final class RandomPicker implements Picker {
  private final int count;

  RandomPicker(int count) {
    this.count = count;
  }

  @Override
  public int most() {
    return count;
  }

  @Override
  public int pick(Cycle cycle, Candidates candidates, double[] totals, int[] picked) {
    RandomGenerator random = cycle.random();
    int size = candidates.size();
    int wanted = Math.min(count, size);
    if (wanted == 1) {
      picked[0] = random.nextInt(size);
      return 1;
    }
    for (int i = 0; i < size; i++) {
      picked[i] = i;
    }
    for (int k = 0; k < wanted; k++) {
      int other = k + random.nextInt(size - k);
      int kept = picked[k];
      picked[k] = picked[other];
      picked[other] = kept;
    }
    return wanted;
  }
}
