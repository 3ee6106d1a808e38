package io.igw.scheduler.plugins;

import io.igw.spi.Parameters;

/** What an endpoint scores whose number was never seen, or is too old. Pure. */
public final class AbsentNumbers {
  /** Stands for the mean of the other scores. */
  public static final double MEAN = Double.NaN;

  static final double NOTHING_KNOWN = 0.5;

  private AbsentNumbers() {}

  /**
   * Reads {@code absentScore}, igw's own: what such an endpoint scores, 0..1.
   *
   * @param initial without it; may be {@link #MEAN}
   */
  public static double read(Parameters parameters, double initial) {
    double score = parameters.number("absentScore", initial, 0, 1);
    if (Double.isNaN(initial)) {
      parameters.explain("absentScore", "mean of the others", "0 to 1");
    }
    return score;
  }

  /** Replaces NaN: by a score, or by the mean of the other scores, 0.5 if there are none. */
  public static void fill(double[] scores, int size, double by) {
    if (!any(scores, size)) {
      return;
    }
    double score = Double.isNaN(by) ? mean(scores, size) : by;
    for (int i = 0; i < size; i++) {
      if (Double.isNaN(scores[i])) {
        scores[i] = score;
      }
    }
  }

  private static double mean(double[] scores, int size) {
    double sum = 0;
    int known = 0;
    for (int i = 0; i < size; i++) {
      if (!Double.isNaN(scores[i])) {
        sum += scores[i];
        known++;
      }
    }
    return known == 0 ? NOTHING_KNOWN : sum / known;
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
