package io.igw.plugins.prefix;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * One bit position of the index, lent to one endpoint for a while, with its counts for the current
 * epoch. Immutable but for the counts, which any thread may add to.
 */
final class Lane {
  private final int number;
  private final int slot;
  private final int generation;
  private final AtomicInteger added = new AtomicInteger();
  private final AtomicInteger repeated = new AtomicInteger();
  private final AtomicInteger addedBefore;

  private Lane(int number, int slot, int generation, AtomicInteger addedBefore) {
    this.number = number;
    this.slot = slot;
    this.generation = generation;
    this.addedBefore = addedBefore;
  }

  static Lane of(int number, int slot, int generation) {
    return new Lane(number, slot, generation, new AtomicInteger());
  }

  /** The same lane in the next epoch. */
  Lane next() {
    return new Lane(number, slot, generation, added);
  }

  /** Bit position: group {@code number / 64}, bit {@code number % 64}. */
  int number() {
    return number;
  }

  /** Slot of the endpoint. */
  int slot() {
    return slot;
  }

  /** Generation of the slot. */
  int generation() {
    return generation;
  }

  boolean sameAs(Lane other) {
    return number == other.number && slot == other.slot && generation == other.generation;
  }

  int group() {
    return number >>> 6;
  }

  long bit() {
    return 1L << number;
  }

  /**
   * Counts a record.
   *
   * @param bits bits set in the current table
   * @param known those of them that the table before holds too
   */
  void count(int bits, int known) {
    repeated.addAndGet(known);
    added.addAndGet(bits);
  }

  /** Distinct blocks recorded in this lane in both epochs. */
  int blocks() {
    return Math.max(0, added.get() - repeated.get() + addedBefore.get());
  }
}
