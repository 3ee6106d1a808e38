package io.igw.plugins.policies;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Tokens routed to each endpoint, by slot; those of an earlier holder of the slot do not count.
 *
 * <p><b>Threading.</b> Any thread. Reads are wait-free; additions are lock-free but for a slot that
 * is higher than any before, which copies the array under a lock; an addition beside such a copy
 * may be lost.
 */
final class RoutedTokens {
  private static final int TOKEN_BITS = 44;
  private static final long MOST_TOKENS = (1L << TOKEN_BITS) - 1;

  private volatile AtomicLongArray bySlot = new AtomicLongArray(64);

  /** Tokens routed to this holder of the slot. */
  long of(int slot, int generation) {
    AtomicLongArray array = bySlot;
    if (slot >= array.length()) {
      return 0;
    }
    long packed = array.get(slot);
    return packed >>> TOKEN_BITS == tag(generation) ? packed & MOST_TOKENS : 0;
  }

  void add(int slot, int generation, long tokens) {
    AtomicLongArray array = bySlot;
    if (slot >= array.length()) {
      array = grow(slot);
    }
    long seen;
    long next;
    do {
      seen = array.get(slot);
      long before = seen >>> TOKEN_BITS == tag(generation) ? seen & MOST_TOKENS : 0;
      next = tag(generation) << TOKEN_BITS | Math.min(MOST_TOKENS, before + tokens);
    } while (!array.compareAndSet(slot, seen, next));
  }

  private synchronized AtomicLongArray grow(int slot) {
    AtomicLongArray old = bySlot;
    if (slot < old.length()) {
      return old;
    }
    AtomicLongArray larger = new AtomicLongArray(Math.max(slot + 1, 2 * old.length()));
    for (int i = 0; i < old.length(); i++) {
      larger.set(i, old.get(i));
    }
    bySlot = larger;
    return larger;
  }

  private static long tag(int generation) {
    return generation & (1L << 64 - TOKEN_BITS) - 1;
  }
}
