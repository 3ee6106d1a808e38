package io.igw.plugins.policies;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Scorer;

/**
 * Turns costs, not negative, into scores: {@code (1 + least) / (1 + cost)}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Two passes over the candidates; no allocation.
 */
final class CostScorer implements Scorer {
  /** A cost for each candidate. */
  @FunctionalInterface
  interface Cost {
    /** Writes the cost of each of the first {@code size} candidates. */
    void of(Cycle cycle, int size, double[] costs);
  }

  private final Cost cost;

  CostScorer(Cost cost) {
    this.cost = cost;
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    cost.of(cycle, size, scores);
    costsToScores(scores, size);
  }

  static void costsToScores(double[] scores, int size) {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      least = Math.min(least, scores[i]);
    }
    for (int i = 0; i < size; i++) {
      scores[i] = (1 + least) / (1 + scores[i]);
    }
  }
}
