package io.igw.scheduler.plugins;

import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Scorer;

/**
 * Scores a count between the least (1) and the greatest (0) of the candidates: {@code (max −
 * v)/(max − min)}, all equal: 1 (plugins-scheduling.md 3.1). Types {@code queue-scorer} and {@code
 * running-requests-size-scorer}.
 *
 * <p>An endpoint whose number was never seen counts for neither bound and scores {@code
 * absentScore}, without which it is the mean of the others. The age of a number is not looked at,
 * so that the score can be kept with the snapshot: whoever publishes snapshots decides what is too
 * old.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Two passes over a column, once per snapshot while
 * nothing is filtered.
 */
final class SpreadScorer implements Scorer {
  private final Signal signal;
  private final double absent;

  SpreadScorer(Signal signal, double absent) {
    this.signal = signal;
    this.absent = absent;
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    double[] values = cycle.column(signal);
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      double value = values[i];
      // Comparisons with NaN are false: absent numbers do not count.
      min = value < min ? value : min;
      max = value > max ? value : max;
    }
    double range = max - min;
    if (!(range > 0)) {
      for (int i = 0; i < size; i++) {
        scores[i] = Double.isNaN(values[i]) ? Double.NaN : 1;
      }
    } else {
      for (int i = 0; i < size; i++) {
        scores[i] = (max - values[i]) / range;
      }
    }
    AbsentNumbers.fill(scores, size, absent);
  }

  @Override
  public Inputs inputs() {
    return Inputs.SNAPSHOT;
  }
}
