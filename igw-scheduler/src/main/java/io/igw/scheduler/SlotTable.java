package io.igw.scheduler;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Hands out slots with generations, and the load that belongs to each. A freed slot rests in
 * quarantine for a time and a number of publications, so that whatever still holds it (a cycle on
 * an old snapshot, an asynchronous result) is gone before it means another endpoint, and until all
 * that was in flight there has ended. Confined to the pool's writer.
 */
final class SlotTable {
  /** Publications a freed slot waits for. */
  static final int QUARANTINE_PUBLICATIONS = 4;

  /** Time a freed slot waits for: far longer than a cycle or an asynchronous producer. */
  static final long QUARANTINE_NANOS = 10_000_000_000L;

  private record Freed(int slot, long version, long nanos) {
    boolean rested(long nowVersion, long nowNanos) {
      return nowVersion - version >= QUARANTINE_PUBLICATIONS
          && nowNanos - nanos >= QUARANTINE_NANOS;
    }
  }

  private final ArrayDeque<Freed> quarantine = new ArrayDeque<>();
  private int[] generations = new int[16];
  private long[][] pages = {};
  private int limit;

  /** A slot for a new endpoint; its {@link #generation} is new. */
  int allocate(long version, long nowNanos) {
    int slot = rested(version, nowNanos);
    if (slot < 0) {
      slot = limit++;
      if (slot == generations.length) {
        generations = Arrays.copyOf(generations, slot * 2);
      }
      if (slot / EndpointLoad.PAGE_SLOTS == pages.length) {
        pages = Arrays.copyOf(pages, pages.length + 1);
        pages[pages.length - 1] = EndpointLoad.page();
      }
    }
    generations[slot]++;
    return slot;
  }

  private int rested(long version, long nowNanos) {
    for (int looked = quarantine.size(); looked > 0; looked--) {
      Freed oldest = quarantine.getFirst();
      if (!oldest.rested(version, nowNanos)) {
        return -1;
      }
      quarantine.removeFirst();
      if (load(oldest.slot()).idle()) {
        return oldest.slot();
      }
      // Leases are open there: it rests once more.
      quarantine.addLast(new Freed(oldest.slot(), version, nowNanos));
    }
    return -1;
  }

  int generation(int slot) {
    return generations[slot];
  }

  EndpointLoad load(int slot) {
    return new EndpointLoad(pages[slot / EndpointLoad.PAGE_SLOTS], slot);
  }

  void free(int slot, long version, long nowNanos) {
    quarantine.addLast(new Freed(slot, version, nowNanos));
  }
}
