package io.igw.scheduler.scorers;

/** Scores of endpoints of which a number is missing. Pure. */
final class Missing {
  private Missing() {}

  /** Replaces NaN. */
  static void fill(double[] scores, int size, double by) {
    for (int i = 0; i < size; i++) {
      if (Double.isNaN(scores[i])) {
        scores[i] = by;
      }
    }
  }
}
