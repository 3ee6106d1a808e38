package io.igw.scheduler.scorers;

import io.igw.api.Signal;
import io.igw.scheduler.plugins.AbsentNumbers;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.Scorer;

/**
 * Scores waiting requests on a fixed scale: none waits: 0.5, else {@code 0.5 × (1 − min(q, T)/T)}
 * (plugins-scheduling.md 3.1). Type {@code load-aware-scorer}. An endpoint whose number was never
 * seen scores {@code absentScore}, without which it is the mean of the others.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass over a column, once per snapshot.
 */
final class LoadAwareScorer implements Scorer {
  private static final int THRESHOLD = 128;

  private final double threshold;
  private final double absent;

  private LoadAwareScorer(double threshold, double absent) {
    this.threshold = threshold;
    this.absent = absent;
  }

  static Scorer of(Parameters parameters) {
    int threshold =
        parameters.integer("threshold", THRESHOLD, Integer.MIN_VALUE, Integer.MAX_VALUE);
    return new LoadAwareScorer(
        threshold <= 0 ? THRESHOLD : threshold, AbsentNumbers.read(parameters, AbsentNumbers.MEAN));
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    int size = candidates.size();
    for (int i = 0; i < size; i++) {
      double q = waiting[i];
      scores[i] = q <= 0 ? 0.5 : 0.5 * (1 - Math.min(q, threshold) / threshold);
    }
    AbsentNumbers.fill(scores, size, absent);
  }

  @Override
  public Inputs inputs() {
    return Inputs.SNAPSHOT;
  }
}
