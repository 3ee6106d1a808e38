package io.igw.scheduler;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;

/**
 * The picker of last resort: best total, ties to the fewest in-flight requests, then to the cycle's
 * generator. One pass where nothing ties.
 */
final class BestScore {
  private BestScore() {}

  static int pick(Cycle cycle, Candidates candidates, double[] totals, int[] picked) {
    int size = candidates.size();
    int best = 0;
    int ties = 1;
    for (int i = 1; i < size; i++) {
      if (totals[i] > totals[best]) {
        best = i;
        ties = 1;
      } else if (totals[i] == totals[best]) {
        ties++;
      }
    }
    picked[0] = ties == 1 ? best : leastLoaded(cycle, totals, best, size);
    return 1;
  }

  private static int leastLoaded(Cycle cycle, double[] totals, int first, int size) {
    double[] load = cycle.inFlightRequests();
    int chosen = first;
    int ties = 1;
    for (int i = first + 1; i < size; i++) {
      if (totals[i] != totals[first] || load[i] > load[chosen]) {
        continue;
      }
      if (load[i] < load[chosen]) {
        chosen = i;
        ties = 1;
      } else if (cycle.random().nextInt(++ties) == 0) {
        chosen = i;
      }
    }
    return chosen;
  }
}
