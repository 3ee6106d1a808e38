package io.igw.plugins.prefix;

import io.igw.api.Endpoint;
import io.igw.api.Prompt.Modality;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * For each endpoint the media that it saw lately: a table of hashes in sets of eight, the latest
 * first, of which a new one displaces the one that was used longest ago. Bounded by the number of
 * slots and items.
 *
 * <p><b>Threading.</b> Any thread, without locks: a cell is one hash. Two threads that add to a set
 * at once may displace one hash more than needed; a look beside an add may miss the hash that it
 * moves.
 */
final class MediaTables implements AutoCloseable {
  private static final int WAYS = 8;
  private static final int SLOTS = 1 << 16;
  private static final int MODALITIES = Modality.values().length;

  private record Table(
      int generation, String endpoint, AtomicLongArray cells, AtomicLongArray hits) {}

  private final int sets;
  private final AtomicReferenceArray<@Nullable Table> bySlot = new AtomicReferenceArray<>(SLOTS);

  /** Tables of at least so many items each. */
  MediaTables(int items) {
    sets = Integer.highestOneBit(Math.max(1, (items - 1) / WAYS)) << 1;
  }

  /** Whether an endpoint saw an item lately; no use of it. */
  boolean holds(Endpoint endpoint, long hash) {
    Table table = table(endpoint);
    return table != null && place(table, hash) >= 0;
  }

  /** As {@link #holds}; one that is held is counted. */
  boolean hit(Endpoint endpoint, long hash, Modality modality) {
    Table table = table(endpoint);
    if (table == null || place(table, hash) < 0) {
      return false;
    }
    table.hits.incrementAndGet(modality.ordinal());
    return true;
  }

  /** An endpoint gets an item: it is the latest. */
  void add(Endpoint endpoint, long hash) {
    int slot = endpoint.slot();
    if (slot >= SLOTS || hash == 0) {
      return;
    }
    Table table = bySlot.get(slot);
    if (table == null || table.generation != endpoint.generation()) {
      Table fresh =
          new Table(
              endpoint.generation(),
              endpoint.id().name(),
              new AtomicLongArray(sets * WAYS),
              new AtomicLongArray(MODALITIES));
      // Whoever comes first makes the table of a new endpoint.
      table = bySlot.compareAndSet(slot, table, fresh) ? fresh : bySlot.get(slot);
      if (table == null || table.generation != endpoint.generation()) {
        return;
      }
    }
    int from = from(hash);
    int held = place(table, hash);
    for (int i = held < 0 ? from + WAYS - 1 : held; i > from; i--) {
      table.cells.set(i, table.cells.get(i - 1));
    }
    table.cells.set(from, hash);
  }

  /** Hits of a modality by the endpoint's name; of endpoints that left until others come. */
  Map<String, Double> hits(Modality modality) {
    Map<String, Double> hits = new TreeMap<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      Table table = bySlot.get(slot);
      long count = table == null ? 0 : table.hits.get(modality.ordinal());
      if (count > 0) {
        hits.merge(table.endpoint, (double) count, Double::sum);
      }
    }
    return hits;
  }

  private @Nullable Table table(Endpoint endpoint) {
    Table table = endpoint.slot() < SLOTS ? bySlot.get(endpoint.slot()) : null;
    return table == null || table.generation != endpoint.generation() ? null : table;
  }

  /** Where a table has a hash, -1 if nowhere. */
  private int place(Table table, long hash) {
    int from = from(hash);
    for (int i = from; i < from + WAYS; i++) {
      if (table.cells.get(i) == hash) {
        return i;
      }
    }
    return -1;
  }

  private int from(long hash) {
    return (int) (hash >>> 32 & sets - 1) * WAYS;
  }

  @Override
  public void close() {}
}
