package io.igw.scheduler.plugins;

/** What an endpoint scores whose number was never seen. Pure. */
final class AbsentNumbers {
  static final double NOTHING_KNOWN = 0.5;

  private AbsentNumbers() {}

  /** Replaces NaN by the mean of the other scores, by 0.5 if there are none. */
  static void fill(double[] scores, int size) {
    if (!any(scores, size)) {
      return;
    }
    double sum = 0;
    int known = 0;
    for (int i = 0; i < size; i++) {
      if (!Double.isNaN(scores[i])) {
        sum += scores[i];
        known++;
      }
    }
    double mean = known == 0 ? NOTHING_KNOWN : sum / known;
    for (int i = 0; i < size; i++) {
      if (Double.isNaN(scores[i])) {
        scores[i] = mean;
      }
    }
  }

  /** Asked first, since a sum waits for each addition before the next. */
  private static boolean any(double[] scores, int size) {
    boolean absent = false;
    for (int i = 0; i < size; i++) {
      absent |= Double.isNaN(scores[i]);
    }
    return absent;
  }
}
