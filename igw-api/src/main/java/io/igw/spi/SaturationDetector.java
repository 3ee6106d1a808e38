package io.igw.spi;

/** Tells how loaded the candidates are; used by admission. */
@FunctionalInterface
public interface SaturationDetector extends Plugin {
  /**
   * 1.0 is the set point, above is oversubscribed; at least 0. No candidates count as saturated.
   */
  double saturation(Cycle cycle, Candidates candidates);
}
