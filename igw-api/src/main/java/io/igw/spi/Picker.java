package io.igw.spi;

/** Chooses from scored candidates. */
@FunctionalInterface
public interface Picker extends Plugin {
  /**
   * Writes distinct positions, best first.
   *
   * @param totals weighted sum by candidate position; read only
   * @param picked room for at least as many positions as there are candidates
   * @return how many were written, 1..candidates.size(); 0 only without candidates
   */
  int pick(Cycle cycle, Candidates candidates, double[] totals, int[] picked);

  /** The most positions that it ever writes; at least 1, constant. */
  default int most() {
    return 1;
  }
}
