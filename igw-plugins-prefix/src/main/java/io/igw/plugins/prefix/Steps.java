package io.igw.plugins.prefix;

/**
 * The steps in which the index knows a prompt: each of its first 256 blocks, then eight blocks at a
 * time; the last step ends with the prompt. A chained hash stands for all that goes before, so a
 * step needs no more than the hash of its last block. A match within a step counts to its begin,
 * which is less than 3 % of what it counts, and a prompt of 100,000 tokens takes a quarter of the
 * memory and time. Pure.
 */
final class Steps {
  /** Blocks that are steps of their own. */
  static final int FINE = 256;

  /** Blocks of a step from there on. */
  static final int COARSE = 8;

  private Steps() {}

  /** Steps of a prompt. */
  static int of(int blocks) {
    return blocks <= FINE ? blocks : FINE + (blocks - FINE + COARSE - 1) / COARSE;
  }

  /** Blocks that the first steps hold of a prompt of {@code all} blocks. */
  static int blocks(int steps, int all) {
    return steps <= FINE ? steps : Math.min(all, FINE + (steps - FINE) * COARSE);
  }

  /** The last block of a step. */
  static int lastBlock(int step, int all) {
    return blocks(step + 1, all) - 1;
  }
}
