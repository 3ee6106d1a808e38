package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Picker;
import java.util.random.RandomGenerator;

/**
 * Takes the best totals; ties go to the fewest requests in flight, then to the generator
 * (plugins-scheduling.md 4 and 8). A total of NaN comes after every other. Type {@code
 * max-score-picker}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass for one endpoint, and a second one only if
 * the best total is shared; several endpoints are kept in a heap within the array of picks: {@code
 * n log k}. No allocation.
 */
final class TopPicker implements Picker {
  private final int count;

  TopPicker(int count) {
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
    if (wanted == 1) {
      picked[0] = best(cycle, totals, size);
    } else if (wanted > 1) {
      several(cycle, totals, size, wanted, picked);
    }
    return wanted;
  }

  private static int best(Cycle cycle, double[] totals, int size) {
    double top = Double.NEGATIVE_INFINITY;
    int position = 0;
    int equal = 0;
    for (int i = 0; i < size; i++) {
      double total = totals[i];
      if (total >= top) {
        equal = total > top ? 1 : equal + 1;
        position = total > top ? i : position;
        top = total;
      }
    }
    return equal == 1 && top > Double.NEGATIVE_INFINITY
        ? position
        : tie(cycle, totals, size, equal == 0 ? Double.NaN : top);
  }

  /** Among those with the best total: fewest in flight, each of the fewest as likely. */
  private static int tie(Cycle cycle, double[] totals, int size, double top) {
    double[] inFlight = cycle.inFlightRequests();
    RandomGenerator random = cycle.random();
    boolean all = Double.isNaN(top);
    double least = Double.POSITIVE_INFINITY;
    int position = -1;
    int equal = 0;
    for (int i = 0; i < size; i++) {
      if (!all && totals[i] != top) {
        continue;
      }
      if (position < 0 || inFlight[i] < least) {
        least = inFlight[i];
        position = i;
        equal = 1;
      } else if (inFlight[i] == least && random.nextInt(++equal) == 0) {
        position = i;
      }
    }
    return position;
  }

  private static void several(Cycle cycle, double[] totals, int size, int wanted, int[] picked) {
    double[] inFlight = cycle.inFlightRequests();
    // Chance by position: a heap needs the same answer whenever it asks.
    long seed = cycle.random().nextLong();
    for (int i = 0; i < wanted; i++) {
      picked[i] = i;
    }
    for (int at = wanted / 2 - 1; at >= 0; at--) {
      sink(picked, at, wanted, totals, inFlight, seed);
    }
    for (int i = wanted; i < size; i++) {
      if (better(i, picked[0], totals, inFlight, seed)) {
        picked[0] = i;
        sink(picked, 0, wanted, totals, inFlight, seed);
      }
    }
    // The root is the worst: taken out one after another, the best is left at the front.
    for (int end = wanted - 1; end > 0; end--) {
      int worst = picked[0];
      picked[0] = picked[end];
      picked[end] = worst;
      sink(picked, 0, end, totals, inFlight, seed);
    }
  }

  private static void sink(
      int[] heap, int from, int size, double[] totals, double[] inFlight, long seed) {
    int moved = heap[from];
    int at = from;
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && better(heap[child], heap[child + 1], totals, inFlight, seed)) {
        child++;
      }
      if (!better(moved, heap[child], totals, inFlight, seed)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = moved;
  }

  /** A strict order of positions. */
  private static boolean better(int a, int b, double[] totals, double[] inFlight, long seed) {
    double totalA = totals[a];
    double totalB = totals[b];
    if (totalA > totalB || totalA < totalB) {
      return totalA > totalB;
    }
    if (Double.isNaN(totalA) != Double.isNaN(totalB)) {
      return Double.isNaN(totalB);
    }
    if (inFlight[a] != inFlight[b]) {
      return inFlight[a] < inFlight[b];
    }
    long chanceA = mix(seed + a);
    long chanceB = mix(seed + b);
    return chanceA != chanceB ? chanceA < chanceB : a < b;
  }

  /** The output function of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long value) {
    long z = value * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
