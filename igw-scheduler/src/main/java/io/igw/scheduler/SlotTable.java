package io.igw.scheduler;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Hands out slots with generations. A freed slot rests in quarantine for a time and a number of
 * publications, so that whatever still holds it (a cycle on an old snapshot, an asynchronous
 * result) is gone before it means another endpoint. Confined to the pool's writer.
 */
final class SlotTable {
  /** Publications a freed slot waits for. */
  static final int QUARANTINE_PUBLICATIONS = 4;

  /** Time a freed slot waits for: far longer than a cycle or an asynchronous producer. */
  static final long QUARANTINE_NANOS = 10_000_000_000L;

  private record Freed(int slot, long version, long nanos) {}

  private final ArrayDeque<Freed> quarantine = new ArrayDeque<>();
  private int[] generations = new int[16];
  private int limit;

  /** A slot for a new endpoint; its {@link #generation} is new. */
  int allocate(long version, long nowNanos) {
    int slot;
    Freed oldest = quarantine.peekFirst();
    if (oldest != null
        && version - oldest.version() >= QUARANTINE_PUBLICATIONS
        && nowNanos - oldest.nanos() >= QUARANTINE_NANOS) {
      quarantine.removeFirst();
      slot = oldest.slot();
    } else {
      slot = limit++;
      if (slot == generations.length) {
        generations = Arrays.copyOf(generations, slot * 2);
      }
    }
    generations[slot]++;
    return slot;
  }

  int generation(int slot) {
    return generations[slot];
  }

  void free(int slot, long version, long nowNanos) {
    quarantine.addLast(new Freed(slot, version, nowNanos));
  }
}
