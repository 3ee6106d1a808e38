package io.igw.plugins.prefix;

import java.util.Arrays;

/** Result of one lookup: matched blocks by slot. Reused; one thread at a time. */
final class SlotMatches {
  private static final int[] NONE = {};

  /** By slot. */
  int[] blocks = NONE;

  /** By slot: the generations that the result is about. */
  int[] generations = NONE;

  void reset(int[] generations) {
    this.generations = generations;
    if (blocks.length < generations.length) {
      blocks = new int[generations.length];
    } else {
      Arrays.fill(blocks, 0, generations.length, 0);
    }
  }

  /** Leading blocks that an endpoint holds. */
  int blocks(int slot, int generation) {
    return slot < generations.length && generations[slot] == generation ? blocks[slot] : 0;
  }
}
