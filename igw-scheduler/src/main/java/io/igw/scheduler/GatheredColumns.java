package io.igw.scheduler;

import java.util.Arrays;

/**
 * Columns by candidate position, gathered once per column and content of the candidates. Reused
 * from cycle to cycle; one thread at a time.
 */
final class GatheredColumns {
  private static final double[] NONE = {};

  private double[][] columns = {};
  private long[] contents = {};

  /** The column for filtered candidates. */
  double[] get(int key, double[] byOrdinal, CandidateSet candidates) {
    if (key >= columns.length) {
      int old = columns.length;
      columns = Arrays.copyOf(columns, key + 1);
      contents = Arrays.copyOf(contents, key + 1);
      Arrays.fill(columns, old, key + 1, NONE);
    }
    if (contents[key] != candidates.content() || columns[key].length < candidates.size()) {
      if (columns[key].length < candidates.size()) {
        columns[key] = new double[byOrdinal.length];
      }
      candidates.gather(byOrdinal, columns[key]);
      contents[key] = candidates.content();
    }
    return columns[key];
  }

  /** The column has changed. */
  void forget(int key) {
    if (key < contents.length) {
      contents[key] = 0;
    }
  }
}
