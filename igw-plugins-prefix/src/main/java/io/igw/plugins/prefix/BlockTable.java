package io.igw.plugins.prefix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The blocks recorded in one epoch: a write-once hash table from (block hash, lane group) to the
 * set of lanes of that group, one bit each, in cells of two longs.
 *
 * <p>The table is a directory of pages of 512 cells, each page an open-addressing table of its own
 * that is allocated when something first falls on it, so that a new epoch costs a directory and not
 * a pause. Groups 0..3 of a hash start in one bucket of four cells, a cache line; so do 4..7, on a
 * page of their own, and so on.
 *
 * <p><b>Threading.</b> Any number of threads add and look up at once. A page, once there, stays. A
 * cell's key goes from 0 to its value once, by compare-and-set, and never changes again; the word
 * beside it is only ever or-ed with bits for that key. A reader that finds the key therefore cannot
 * read bits of another key, whatever the interleaving, and needs no validation. Nothing is removed
 * from a table: the whole table is dropped when its epoch is over, and a straggler that still
 * writes into it writes into garbage.
 *
 * <p><b>Progress.</b> {@link #held} is wait-free (at most one page of probes). {@link #add} is
 * wait-free as well: a lost race for a cell either found its key there or moves on.
 *
 * <p><b>Cost.</b> 16 bytes a cell; a table is full for its owner at 5/8 of its cells. No
 * allocation, but for a page on first use.
 */
final class BlockTable {
  /** Cells of a page; a power of two. */
  static final int PAGE_CELLS = 512;

  /** Heap bytes of a page, its array header and its place in the directory included. */
  static final int PAGE_BYTES = PAGE_CELLS * 16 + 16 + 8;

  /** The bit was there already. */
  static final int PRESENT = 0;

  /** The bit was set in a cell that was there already. */
  static final int BIT_ADDED = 1;

  /** The bit was set in a new cell. */
  static final int CELL_ADDED = 2;

  /** The page is full; nothing changed. */
  static final int REFUSED = 3;

  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle PAGES = MethodHandles.arrayElementVarHandle(long[][].class);
  private static final VarHandle CELL_COUNT;
  private static final VarHandle PAGE_COUNT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      CELL_COUNT = lookup.findVarHandle(BlockTable.class, "cellCount", int.class);
      PAGE_COUNT = lookup.findVarHandle(BlockTable.class, "pageCount", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int CELL_MASK = PAGE_CELLS - 1;
  private static final long BUNDLE_STEP = 0x9E3779B97F4A7C15L;
  private static final long GROUP_STEP = 0xC2B2AE3D27D4EB4FL;

  private final long[][] pages;
  private final long fullAt;
  private volatile int cellCount;
  private volatile int pageCount;

  BlockTable(int pageLimit) {
    this.pages = new long[pageLimit][];
    this.fullAt = (long) pageLimit * PAGE_CELLS * 5 / 8;
  }

  /** Lanes of a group that hold the block. Acquire: what was added before is seen afterwards. */
  long held(long hash, int group) {
    long place = place(hash, group);
    long[] page = (long[]) PAGES.getAcquire(pages, pageOf(place));
    if (page == null) {
      return 0;
    }
    long key = key(hash, group);
    int cell = cellOf(place, group);
    for (int left = PAGE_CELLS; left > 0; left--) {
      long found = (long) CELLS.getAcquire(page, cell << 1);
      if (found == key) {
        return (long) CELLS.getAcquire(page, (cell << 1) + 1);
      }
      if (found == 0) {
        return 0;
      }
      cell = (cell + 1) & CELL_MASK;
    }
    return 0;
  }

  /**
   * Reads where a block would stand, so that its cache line is on the way when it is needed. 1 if
   * something stands there, else 0: a caller that adds the answers up keeps the read alive.
   */
  int touch(long hash, int group) {
    long place = place(hash, group);
    long[] page = (long[]) PAGES.getAcquire(pages, pageOf(place));
    return page == null || page[cellOf(place, group) << 1] == 0 ? 0 : 1;
  }

  /** Adds one lane of a group. Release: what the caller added before is seen with it. */
  int add(long hash, int group, long laneBit) {
    long place = place(hash, group);
    long[] page = page(pageOf(place));
    long key = key(hash, group);
    int cell = cellOf(place, group);
    for (int left = PAGE_CELLS; left > 0; left--) {
      long found = (long) CELLS.getAcquire(page, cell << 1);
      if (found == 0) {
        found = (long) CELLS.compareAndExchange(page, cell << 1, 0L, key);
        if (found == 0) {
          CELLS.getAndBitwiseOr(page, (cell << 1) + 1, laneBit);
          return CELL_ADDED;
        }
      }
      if (found == key) {
        int word = (cell << 1) + 1;
        if (((long) CELLS.getAcquire(page, word) & laneBit) != 0) {
          return PRESENT;
        }
        long before = (long) CELLS.getAndBitwiseOr(page, word, laneBit);
        return (before & laneBit) != 0 ? PRESENT : BIT_ADDED;
      }
      cell = (cell + 1) & CELL_MASK;
    }
    return REFUSED;
  }

  /** Counts new cells; once per record rather than once per cell. */
  void countCells(int added) {
    CELL_COUNT.getAndAdd(this, added);
  }

  /** Whether it is time for a new epoch. */
  boolean full() {
    return cellCount >= fullAt;
  }

  /** Whether a page that refuses is a reason for a new epoch: not while the rest is empty. */
  boolean halfFull() {
    return cellCount >= fullAt / 2;
  }

  /** Heap bytes in use. */
  long bytes() {
    return (long) pageCount * PAGE_BYTES + 8L * (pages.length - pageCount);
  }

  private long[] page(int index) {
    long[] page = (long[]) PAGES.getAcquire(pages, index);
    if (page != null) {
      return page;
    }
    long[] fresh = new long[PAGE_CELLS * 2];
    long[] other = (long[]) PAGES.compareAndExchange(pages, index, (long[]) null, fresh);
    if (other != null) {
      return other;
    }
    PAGE_COUNT.getAndAdd(this, 1);
    return fresh;
  }

  private int pageOf(long place) {
    return (int) ((place >>> 32) * pages.length >>> 32);
  }

  private static long place(long hash, int group) {
    return hash + (group >>> 2) * BUNDLE_STEP;
  }

  private static int cellOf(long place, int group) {
    return ((int) place << 2 | group & 3) & CELL_MASK;
  }

  /** Never 0, the mark of an empty cell: the hash that would give it shares the key of another. */
  private static long key(long hash, int group) {
    long key = hash + group * GROUP_STEP;
    return key != 0 ? key : BUNDLE_STEP;
  }
}
