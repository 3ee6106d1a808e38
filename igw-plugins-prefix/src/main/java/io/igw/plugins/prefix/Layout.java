package io.igw.plugins.prefix;

import io.igw.api.EndpointSnapshot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which lane, and the tables of the current epoch and the one before. Immutable; the index
 * replaces it as a whole, and every change is one of the three transitions here.
 *
 * <p>An endpoint has a young lane, which records go to, and from its first ageing on an old one. A
 * lane that no endpoint has any more is not lent again while a table exists in which it may have
 * bits: {@link #usedNow} holds every lane that some layout of this epoch lent, {@link #usedBefore}
 * those of the epoch before, and {@link #lend} takes neither. So within one table a bit position
 * belongs to one endpoint for good, and a layout, however old, never credits a bit to another.
 */
final class Layout {
  /**
   * Lanes that an epoch may lend in any case. A few endpoints with small caches and long prompts
   * lend one with every other prompt; a new epoch, which costs a table and what the table before
   * the present one held, should not come for that. More would make layouts and matches longer.
   */
  private static final int LEAST_LANES = 512;

  /** Newest snapshot version whose endpoints this layout took over. */
  final long version;

  final BlockTable table;
  final @Nullable BlockTable tableBefore;

  /** By lane group: lanes that count in a match. */
  final long[] alive;

  /** By lane number; meaningful where alive. */
  final int[] slotOfLane;

  /** By slot, 0 where there is no endpoint. */
  final int[] generations;

  private final @Nullable Lane[] young;
  private final @Nullable Lane[] old;
  private final long[] usedNow;
  private final long[] usedBefore;

  private Layout(
      long version,
      BlockTable table,
      @Nullable BlockTable tableBefore,
      @Nullable Lane[] young,
      @Nullable Lane[] old,
      long[] usedNow,
      long[] usedBefore) {
    this.version = version;
    this.table = table;
    this.tableBefore = tableBefore;
    this.young = young;
    this.old = old;
    this.usedNow = usedNow;
    this.usedBefore = usedBefore;
    this.generations = new int[young.length];
    this.alive = new long[usedNow.length];
    this.slotOfLane = new int[usedNow.length * 64];
    for (int slot = 0; slot < young.length; slot++) {
      Lane lane = young[slot];
      if (lane != null) {
        generations[slot] = lane.generation();
        enter(lane);
      }
      Lane aged = old[slot];
      if (aged != null) {
        enter(aged);
      }
    }
  }

  /** Nothing known yet. */
  static Layout empty(BlockTable table) {
    return new Layout(
        Long.MIN_VALUE, table, null, new Lane[0], new Lane[0], new long[0], new long[0]);
  }

  private void enter(Lane lane) {
    alive[lane.group()] |= lane.bit();
    slotOfLane[lane.number()] = lane.slot();
  }

  /** The lane that records for an endpoint go to; null if it is not in this layout. */
  @Nullable Lane young(int slot, int generation) {
    Lane lane = slot >= 0 && slot < young.length ? young[slot] : null;
    return lane != null && lane.generation() == generation ? lane : null;
  }

  /** The aged lane of the endpoint in a slot; null if there is none. */
  @Nullable Lane old(int slot) {
    return old[slot];
  }

  /** Pairs of block and lane that count in a match. */
  long entries() {
    long sum = 0;
    for (int slot = 0; slot < young.length; slot++) {
      Lane lane = young[slot];
      Lane aged = old[slot];
      sum += (lane != null ? lane.blocks() : 0) + (aged != null ? aged.blocks() : 0);
    }
    return sum;
  }

  long bytes() {
    return table.bytes() + (tableBefore != null ? tableBefore.bytes() : 0);
  }

  /** Whether so many lanes were lent in this epoch that a new one is due, to get them back. */
  boolean crowded() {
    int lent = 0;
    int counting = 0;
    for (int group = 0; group < usedNow.length; group++) {
      lent += Long.bitCount(usedNow[group]);
      counting += Long.bitCount(alive[group]);
    }
    return lent > Math.max(LEAST_LANES, 8 * counting);
  }

  /**
   * The endpoints of a snapshot: those that stay keep their lanes, those that are gone lose them
   * (and with them all their blocks at once), new ones get a fresh one. This layout itself if it
   * has the same endpoints or has followed a newer snapshot.
   */
  Layout follow(EndpointSnapshot snapshot) {
    if (snapshot.version() <= version || hasEndpointsOf(snapshot)) {
      return this;
    }
    int slots = snapshot.slotLimit();
    @Nullable Lane[] nextYoung = new Lane[slots];
    @Nullable Lane[] nextOld = new Lane[slots];
    long[] used = usedNow;
    for (int slot = 0; slot < slots; slot++) {
      int generation = generation(snapshot, slot);
      Lane kept = generation == 0 ? null : young(slot, generation);
      if (kept != null) {
        nextYoung[slot] = kept;
        nextOld[slot] = old[slot];
      } else if (generation != 0) {
        int number = lend(used);
        used = with(used, number);
        nextYoung[slot] = Lane.of(number, slot, generation);
      }
    }
    return new Layout(snapshot.version(), table, tableBefore, nextYoung, nextOld, used, usedBefore);
  }

  /**
   * Ages one endpoint: its old lane is forgotten, the young one becomes the old one, and records go
   * to a fresh one.
   */
  Layout age(Lane lane) {
    int number = lend(usedNow);
    @Nullable Lane[] nextYoung = young.clone();
    @Nullable Lane[] nextOld = old.clone();
    nextOld[lane.slot()] = young[lane.slot()];
    nextYoung[lane.slot()] = Lane.of(number, lane.slot(), lane.generation());
    return new Layout(
        version, table, tableBefore, nextYoung, nextOld, with(usedNow, number), usedBefore);
  }

  /**
   * Begins a new epoch: records go to an empty table, the present one counts on, the one before is
   * dropped. Lanes that only the dropped one used can be lent again.
   */
  Layout advance(BlockTable empty) {
    @Nullable Lane[] nextYoung = new Lane[young.length];
    @Nullable Lane[] nextOld = new Lane[old.length];
    for (int slot = 0; slot < young.length; slot++) {
      Lane lane = young[slot];
      nextYoung[slot] = lane != null ? lane.next() : null;
      Lane aged = old[slot];
      nextOld[slot] = aged != null ? aged.next() : null;
    }
    int groups = alive.length;
    while (groups > 0 && alive[groups - 1] == 0) {
      groups--;
    }
    return new Layout(
        version, empty, table, nextYoung, nextOld, Arrays.copyOf(alive, groups), usedNow);
  }

  private boolean hasEndpointsOf(EndpointSnapshot snapshot) {
    int slots = Math.max(generations.length, snapshot.slotLimit());
    for (int slot = 0; slot < slots; slot++) {
      int known = slot < generations.length ? generations[slot] : 0;
      if (known != generation(snapshot, slot)) {
        return false;
      }
    }
    return true;
  }

  private static int generation(EndpointSnapshot snapshot, int slot) {
    int ordinal = snapshot.ordinalOfSlot(slot);
    return ordinal < 0 ? 0 : snapshot.endpoint(ordinal).generation();
  }

  /** The lowest lane that no table of this layout knows. */
  private int lend(long[] usedInThisEpoch) {
    int group = 0;
    while ((used(usedInThisEpoch, group) | used(usedBefore, group)) == -1L) {
      group++;
    }
    long taken = used(usedInThisEpoch, group) | used(usedBefore, group);
    return group * 64 + Long.numberOfTrailingZeros(~taken);
  }

  private static long used(long[] groups, int group) {
    return group < groups.length ? groups[group] : 0;
  }

  private static long[] with(long[] groups, int number) {
    long[] copy = Arrays.copyOf(groups, Math.max(groups.length, (number >>> 6) + 1));
    copy[number >>> 6] |= 1L << number;
    return copy;
  }
}
