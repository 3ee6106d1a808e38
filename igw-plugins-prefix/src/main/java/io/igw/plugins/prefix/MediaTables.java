package io.igw.plugins.prefix;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * For each endpoint the media that it saw lately: a table of hashes in sets of eight, of which a
 * new one displaces the one that was added first. Bounded by the number of slots and items.
 *
 * <p><b>Threading.</b> Any thread, without locks: a cell is one hash. Two threads that add to a set
 * at once may displace one hash more than needed.
 */
final class MediaTables implements AutoCloseable {
  private static final int WAYS = 8;
  private static final int SLOTS = 1 << 16;

  private record Table(int generation, AtomicLongArray cells) {}

  private final int sets;
  private final AtomicReferenceArray<@Nullable Table> bySlot = new AtomicReferenceArray<>(SLOTS);

  /** Tables of at least so many items each. */
  MediaTables(int items) {
    sets = Integer.highestOneBit(Math.max(1, (items - 1) / WAYS)) << 1;
  }

  boolean holds(int slot, int generation, long hash) {
    Table table = slot < SLOTS ? bySlot.get(slot) : null;
    if (table == null || table.generation != generation) {
      return false;
    }
    int from = from(hash);
    for (int i = from; i < from + WAYS; i++) {
      if (table.cells.get(i) == hash) {
        return true;
      }
    }
    return false;
  }

  void add(int slot, int generation, long hash) {
    if (slot >= SLOTS || hash == 0 || holds(slot, generation, hash)) {
      return;
    }
    Table table = bySlot.get(slot);
    if (table == null || table.generation != generation) {
      Table fresh = new Table(generation, new AtomicLongArray(sets * WAYS));
      // Whoever comes first makes the table of a new endpoint.
      table = bySlot.compareAndSet(slot, table, fresh) ? fresh : bySlot.get(slot);
      if (table == null || table.generation != generation) {
        return;
      }
    }
    int from = from(hash);
    for (int i = from + WAYS - 1; i > from; i--) {
      table.cells.set(i, table.cells.get(i - 1));
    }
    table.cells.set(from, hash);
  }

  private int from(long hash) {
    return (int) (hash >>> 32 & sets - 1) * WAYS;
  }

  @Override
  public void close() {}
}
