package io.igw.spi;

/** Endpoints still eligible in this cycle, in endpoint-id order. Valid only during the call. */
public interface Candidates {
  /** How many there are. */
  int size();

  /** True while nothing was filtered out: then position and ordinal are the same. */
  boolean all();

  /** Ordinal in the snapshot of the candidate at a position. */
  int ordinal(int position);

  /**
   * Copies values by ordinal to values by position.
   *
   * @param byOrdinal as long as the snapshot
   * @param byPosition at least {@link #size} long
   */
  default void gather(double[] byOrdinal, double[] byPosition) {
    for (int position = 0, size = size(); position < size; position++) {
      byPosition[position] = byOrdinal[ordinal(position)];
    }
  }

  /**
   * Keeps the ordinals whose bit is set (bit {@code o % 64} of word {@code o / 64}); the fast path
   * for sets from a Derived.
   */
  void retain(long[] ordinalBits);

  /** Keeps the candidates that pass. */
  void retainIf(PositionTest test);

  /**
   * Memory to say by position which candidates stay, for {@link #retain(boolean[])}: at least
   * {@link #size} long, of any content. A filter that sets it in a loop allocates nothing and calls
   * nothing for each candidate.
   */
  boolean[] flags();

  /** Keeps the candidates at the positions that are true. */
  void retain(boolean[] byPosition);

  /** Decides by position; allocation free when it captures nothing. */
  @FunctionalInterface
  interface PositionTest {
    /** Whether the candidate at this position stays. */
    boolean keep(int position);
  }
}
