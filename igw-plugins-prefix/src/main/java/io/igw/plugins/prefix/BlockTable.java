package io.igw.plugins.prefix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The blocks recorded in one epoch: a write-once hash table from (block hash, lane group) to the
 * set of lanes of that group, one bit each, in cells of two longs.
 *
 * <p>The table is a directory of pages of 512 cells, each page an open-addressing table of its own
 * that is allocated when something first falls on it, so that a new epoch costs a directory and not
 * a pause.
 *
 * <p><b>Runs.</b> A prompt is read and written block after block, so its blocks should stand side
 * by side: eight blocks that follow each other, a run, have a home together, a window of eight
 * cells (two cache lines) that the hash of the first of them names. A block looks for its place
 * there first, where another run has taken it, in the window beside, and where prompts have filled
 * both, prompts that share the beginning of the run, say, from a cell that its own hash names.
 * Cells are never emptied, so an empty cell on this way tells that a block is nowhere.
 *
 * <p><b>Threading.</b> Any number of threads add and look up at once. A page, once there, stays. A
 * cell's key goes from 0 to its value once, by compare-and-set, and never changes again; the word
 * beside it is only ever or-ed with bits for that key. A reader that finds the key therefore cannot
 * read bits of another key, whatever the interleaving, and needs no validation. Nothing is removed
 * from a table: the whole table is dropped when its epoch is over, and a straggler that still
 * writes into it writes into garbage.
 *
 * <p><b>Progress.</b> {@link #held} is wait-free (at most two windows and a page of probes). {@link
 * #add} is wait-free as well: a lost race for a cell either found its key there or moves on.
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

  /** Blocks of a run, and cells of its window; a power of two. */
  static final int RUN = 8;

  private static final int RUN_MASK = RUN - 1;
  private static final int CELL_MASK = PAGE_CELLS - 1;
  private static final long NOT_ZERO = 0x9E3779B97F4A7C15L;
  private static final long GROUP_STEP = 0xC2B2AE3D27D4EB4FL;

  private final long[][] pages;
  private final long fullAt;
  private volatile int cellCount;
  private volatile int pageCount;

  BlockTable(int pageLimit) {
    this.pages = new long[pageLimit][];
    this.fullAt = (long) pageLimit * PAGE_CELLS * 5 / 8;
  }

  /**
   * Lanes of a group that hold a block. Acquire: what was added before is seen afterwards.
   *
   * @param head hash of the first block of its run
   * @param offset place in the run, 0..7
   */
  long held(long hash, long head, int offset, int group) {
    long key = key(hash, group);
    long home = key(head, group);
    long[] page = (long[]) PAGES.getAcquire(pages, pageOf(home));
    if (page == null) {
      return 0;
    }
    int window = windowOf(home);
    for (int i = 0; i < 2 * RUN; i++) {
      int cell = cell(window, offset, i);
      long found = (long) CELLS.getAcquire(page, cell << 1);
      if (found == key) {
        return (long) CELLS.getAcquire(page, (cell << 1) + 1);
      }
      if (found == 0) {
        return 0;
      }
    }
    return heldElsewhere(key);
  }

  /** The page of a run's window, null if nothing is there: what a walk looks up once for a run. */
  long @Nullable [] homeOf(long head, int group) {
    return (long[]) PAGES.getAcquire(pages, pageOf(key(head, group)));
  }

  /** First cell of the window of a run. */
  static int windowOf(long head, int group) {
    return windowOf(key(head, group));
  }

  /**
   * Lanes of a group that hold a block, by a look at the cell where it stands as a rule: 0 if it
   * does not stand there, which {@link #held} has to decide then.
   */
  static long heldAt(long[] page, int cell, long hash, int group) {
    return (long) CELLS.getAcquire(page, cell << 1) == key(hash, group)
        ? (long) CELLS.getAcquire(page, (cell << 1) + 1)
        : 0;
  }

  private long heldElsewhere(long key) {
    long[] page = (long[]) PAGES.getAcquire(pages, pageOf(key));
    if (page == null) {
      return 0;
    }
    int cell = (int) key & CELL_MASK;
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
   * Reads where a run stands, so that its cache lines are on the way when they are needed. How many
   * of them hold something: a caller that adds the answers up keeps the reads alive.
   */
  int touch(long head, int group) {
    long home = key(head, group);
    long[] page = (long[]) PAGES.getAcquire(pages, pageOf(home));
    if (page == null) {
      return 0;
    }
    int window = windowOf(home);
    long first = page[window << 1];
    int touched = touchWindow(page, window);
    return first == home || first == 0 ? touched : touched + touchWindow(page, window ^ RUN);
  }

  /** One cell of each of a window's two cache lines. */
  private static int touchWindow(long[] page, int window) {
    return (page[window << 1] == 0 ? 0 : 1) + (page[window + RUN / 2 << 1] == 0 ? 0 : 1);
  }

  /**
   * Adds one lane of a group to a block. Release: what the caller added before is seen with it.
   *
   * @param head hash of the first block of its run
   * @param offset place in the run, 0..7
   */
  int add(long hash, long head, int offset, int group, long laneBit) {
    long key = key(hash, group);
    long home = key(head, group);
    long[] page = page(pageOf(home));
    int window = windowOf(home);
    for (int i = 0; i < 2 * RUN; i++) {
      int result = put(page, cell(window, offset, i), key, laneBit);
      if (result != REFUSED) {
        return result;
      }
    }
    page = page(pageOf(key));
    int cell = (int) key & CELL_MASK;
    for (int left = PAGE_CELLS; left > 0; left--) {
      int result = put(page, cell, key, laneBit);
      if (result != REFUSED) {
        return result;
      }
      cell = (cell + 1) & CELL_MASK;
    }
    return REFUSED;
  }

  /** Sets a bit in a cell that is the key's or nobody's; refused by a cell of another key. */
  private static int put(long[] page, int cell, long key, long laneBit) {
    int word = (cell << 1) + 1;
    long found = (long) CELLS.getAcquire(page, cell << 1);
    if (found == 0) {
      found = (long) CELLS.compareAndExchange(page, cell << 1, 0L, key);
      if (found == 0) {
        CELLS.getAndBitwiseOr(page, word, laneBit);
        return CELL_ADDED;
      }
    }
    if (found != key) {
      return REFUSED;
    }
    if (((long) CELLS.getAcquire(page, word) & laneBit) != 0) {
      return PRESENT;
    }
    long before = (long) CELLS.getAndBitwiseOr(page, word, laneBit);
    return (before & laneBit) != 0 ? PRESENT : BIT_ADDED;
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

  private int pageOf(long key) {
    return (int) ((key >>> 32) * pages.length >>> 32);
  }

  /** First cell of the window of a run. */
  private static int windowOf(long home) {
    return (int) home * RUN & CELL_MASK;
  }

  /** Where a block of a run may stand, in the order of its search: by turns at home and beside. */
  private static int cell(int window, int offset, int step) {
    return (window ^ (step & 1) * RUN) + (offset + (step >> 1) & RUN_MASK);
  }

  /** Never 0, the mark of an empty cell: the hash that would give it shares the key of another. */
  private static long key(long hash, int group) {
    long key = hash + group * GROUP_STEP;
    return key != 0 ? key : NOT_ZERO;
  }
}
