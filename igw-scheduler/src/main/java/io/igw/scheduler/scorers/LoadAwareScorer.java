package io.igw.scheduler.scorers;

import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.Scorer;

/**
 * Scores waiting requests on a fixed scale: none waits: 0.5, else {@code 0.5 × (1 − min(q, T)/T)}
 * (plugins-scheduling.md 3.1). Type {@code load-aware-scorer}. An endpoint whose number was never
 * seen scores the mean of the others.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass over a column, once per snapshot.
 */
final class LoadAwareScorer implements Scorer {
  private static final int THRESHOLD = 128;

  private final double threshold;

  private LoadAwareScorer(double threshold) {
    this.threshold = threshold;
  }

  static Scorer of(Parameters parameters) {
    int threshold =
        parameters.integer("threshold", THRESHOLD, Integer.MIN_VALUE, Integer.MAX_VALUE);
    return new LoadAwareScorer(threshold <= 0 ? THRESHOLD : threshold);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double sum = 0;
    int known = 0;
    int size = candidates.size();
    for (int i = 0; i < size; i++) {
      double q = waiting[i];
      double score = q <= 0 ? 0.5 : 0.5 * (1 - Math.min(q, threshold) / threshold);
      scores[i] = score;
      if (!Double.isNaN(score)) {
        sum += score;
        known++;
      }
    }
    if (known < size) {
      Missing.fill(scores, size, known == 0 ? 0.5 : sum / known);
    }
  }

  @Override
  public Inputs inputs() {
    return Inputs.SNAPSHOT;
  }
}
