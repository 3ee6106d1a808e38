package io.igw.plugins.prefix;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Prompt;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint was sent which prompt blocks: from a chain of block hashes to the number of
 * leading blocks that each endpoint holds.
 *
 * <p><b>Data.</b> One reference to an immutable {@link Layout}: two {@link BlockTable}s (the
 * current epoch and the one before) and the lanes, bit positions in the tables' words, of each
 * endpoint. Records set bits in the current table; lookups read both.
 *
 * <p><b>Forgetting</b> is never a removal from a table. An endpoint that is gone loses its lanes;
 * one that has recorded half its capacity in its young lane is aged (its old lane is forgotten, the
 * young one becomes the old one); a full table starts a new epoch and the table before the present
 * one is dropped. Each is one compare-and-set of the layout, so a reader sees all of it or none.
 *
 * <p><b>Guarantees.</b>
 *
 * <ul>
 *   <li>A match never counts a block that was recorded for another endpoint or another generation
 *       of the slot: within a table a lane belongs to one endpoint (see {@link Layout}), and within
 *       a cell the word belongs to one key (see {@link BlockTable}). Only equal 64-bit hashes of
 *       different content can deceive it.
 *   <li>A record goes to one lane of one table, last block first. The blocks that a lane lacks are
 *       therefore a tail of the chain, and the chain becomes visible at once when the lowest of
 *       them is set: a lookup that begins after {@link #record} returned, on any thread that knows
 *       so, matches all of it; one that runs beside it matches all or what was there before.
 *   <li>Forgetting takes a lane or a table as a whole, and whoever records block i records all
 *       blocks before it in the same lane and table. So no endpoint loses the head of a prefix
 *       while it keeps the tail, and no block stays behind that no match can reach, but for the end
 *       of a long prompt, which only the same prompt reaches (see {@link Steps}).
 *   <li>At most {@code maxBytes} of tables are reachable; what a straggling lookup still holds is
 *       garbage once it returns.
 * </ul>
 *
 * <p><b>Assumptions.</b> Snapshots of one pool, whose versions grow; a slot's generations differ;
 * hashes are well mixed.
 *
 * <p><b>Threading.</b> Any number of threads call everything at once. <b>Progress.</b> {@link
 * #match} is wait-free and never repeats itself; {@link #record} is wait-free but for a change of
 * layout, which is lock-free. <b>Cost.</b> Lookups allocate nothing; records allocate a page of 8
 * kB where a table is touched first, and a layout when they age something.
 */
final class PrefixIndex implements AutoCloseable {
  private static final VarHandle LAYOUT;
  private static final VarHandle FOLLOWED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      LAYOUT = lookup.findVarHandle(PrefixIndex.class, "layout", Layout.class);
      FOLLOWED = lookup.findVarHandle(PrefixIndex.class, "followed", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Steps whose cells are read ahead when a prompt is recorded; whole runs. */
  private static final int AHEAD = 8 * BlockTable.RUN;

  private final int pagesPerTable;
  private volatile Layout layout;

  /** A hint that spares the comparison of endpoints; stale values are harmless. */
  private long followed = Long.MIN_VALUE;

  /**
   * An empty index.
   *
   * @param maxBytes bound on the heap that its tables take, both epochs together
   */
  PrefixIndex(long maxBytes) {
    long pages = maxBytes / 2 / BlockTable.PAGE_BYTES;
    this.pagesPerTable = (int) Math.max(1, Math.min(pages, Integer.MAX_VALUE / 2));
    this.layout = Layout.empty(new BlockTable(pagesPerTable));
  }

  /** Takes over the endpoints of a snapshot: call before match and record with that snapshot. */
  void follow(EndpointSnapshot snapshot) {
    if (snapshot.version() <= (long) FOLLOWED.getOpaque(this)) {
      return;
    }
    while (true) {
      Layout seen = layout;
      Layout next = seen.follow(snapshot);
      if (next == seen || LAYOUT.compareAndSet(this, seen, relieved(next))) {
        break;
      }
    }
    FOLLOWED.setOpaque(this, snapshot.version());
  }

  /**
   * Counts for each endpoint how many blocks, from block 0 on without a gap, it holds: whole {@link
   * Steps}.
   */
  void match(Prompt prompt, int blockTokens, int blocks, SlotMatches matches) {
    Layout seen = layout;
    matches.reset(seen.generations);
    long[] alive = seen.alive;
    for (int group = 0; group < alive.length; group++) {
      long lanes = alive[group];
      if (lanes == 0) {
        continue;
      }
      long whole = walk(seen, seen.table, group, lanes, prompt, blockTokens, blocks, matches);
      BlockTable before = seen.tableBefore;
      if (before != null && whole != lanes) {
        walk(seen, before, group, lanes & ~whole, prompt, blockTokens, blocks, matches);
      }
    }
  }

  /** Walks one group of lanes through one table; returns the lanes that hold every block. */
  private static long walk(
      Layout layout,
      BlockTable table,
      int group,
      long lanes,
      Prompt prompt,
      int blockTokens,
      int blocks,
      SlotMatches matches) {
    long running = lanes;
    int steps = Steps.of(blocks);
    for (int first = 0; first < steps; first += BlockTable.RUN) {
      long head = hash(prompt, blockTokens, first, blocks);
      long[] home = table.homeOf(head, group);
      int window = BlockTable.windowOf(head, group) - first;
      int end = Math.min(first + BlockTable.RUN, steps);
      for (int step = first; step < end; step++) {
        long hash = hash(prompt, blockTokens, step, blocks);
        long held = 0;
        if (home != null) {
          held = running & BlockTable.heldAt(home, window + step, hash, group);
          if (held == 0) {
            held = running & table.held(hash, head, step - first, group);
          }
        }
        if (held != running) {
          if (step > 0) {
            settle(layout, group, running & ~held, Steps.blocks(step, blocks), matches.blocks);
          }
          running = held;
          if (held == 0) {
            return 0;
          }
        }
      }
    }
    settle(layout, group, running, blocks, matches.blocks);
    return running;
  }

  private static long hash(Prompt prompt, int blockTokens, int step, int blocks) {
    return prompt.blockHash(blockTokens, Steps.lastBlock(step, blocks));
  }

  private static void settle(Layout layout, int group, long lanes, int blocks, int[] bySlot) {
    for (long left = lanes; left != 0; left &= left - 1) {
      int slot = layout.slotOfLane[group * 64 + Long.numberOfTrailingZeros(left)];
      if (bySlot[slot] < blocks) {
        bySlot[slot] = blocks;
      }
    }
  }

  /**
   * Notes that an endpoint was sent the first {@code blocks} blocks of a prompt. Without effect if
   * the endpoint is not (or no longer) in the snapshot followed last.
   *
   * @param capacity blocks that the endpoint's cache has room for; what exceeds it is not recorded
   * @return how many leading blocks it held before
   */
  int record(int slot, int generation, Prompt prompt, int blockTokens, int blocks, int capacity) {
    Layout seen = layout;
    Lane lane = seen.young(slot, generation);
    if (lane == null) {
      return 0;
    }
    Lane aged = seen.old(slot);
    BlockTable before = seen.tableBefore;
    int group = lane.group();
    int count = Math.min(blocks, Math.max(1, capacity));
    // What a lane of a table holds of a chain is a head of it, so its end is found from the front:
    // one look where the endpoint knows nothing of the prompt.
    int repeatable = heads(before, group, lane.bit(), prompt, blockTokens, count);
    int held = repeatable;
    if (aged != null) {
      held =
          Math.max(held, heads(seen.table, aged.group(), aged.bit(), prompt, blockTokens, count));
      held = Math.max(held, heads(before, aged.group(), aged.bit(), prompt, blockTokens, count));
    }
    int present = count;
    int bits = 0;
    int cells = 0;
    int repeated = 0;
    boolean refused = false;
    int touched = 0;
    long head = 0;
    int last = Steps.of(count) - 1;
    for (int step = last; step >= 0; step--) {
      int offset = step % BlockTable.RUN;
      if (step == last || offset == BlockTable.RUN - 1) {
        head = hash(prompt, blockTokens, step - offset, count);
        if (step == last || step % AHEAD == AHEAD - 1) {
          touched += touch(seen.table, group, prompt, blockTokens, step, count);
        }
      }
      long hash = hash(prompt, blockTokens, step, count);
      int result = seen.table.add(hash, head, offset, group, lane.bit());
      if (result == BlockTable.PRESENT) {
        continue;
      }
      present = Steps.blocks(step, count);
      if (result == BlockTable.REFUSED) {
        refused = true;
        continue;
      }
      int blocksOfStep = Steps.blocks(step + 1, count) - present;
      bits += blocksOfStep;
      cells += result == BlockTable.CELL_ADDED ? 1 : 0;
      repeated += present < repeatable ? blocksOfStep : 0;
    }
    checked(count, touched);
    if (bits > 0) {
      lane.count(bits, repeated);
      seen.table.countCells(cells);
    }
    if (seen.table.full() || refused && seen.table.halfFull()) {
      advance(seen.table);
    } else if (lane.blocks() >= Math.max(1, capacity / 2)) {
      age(lane, capacity / 2);
    }
    return Math.max(held, present);
  }

  /** How many blocks, from the first on, a lane of a table holds; 0 without a table. */
  private static int heads(
      @Nullable BlockTable table, int group, long bit, Prompt prompt, int blockTokens, int count) {
    if (table == null) {
      return 0;
    }
    long head = 0;
    int touched = 0;
    int steps = Steps.of(count);
    for (int step = 0; step < steps; step++) {
      long hash = hash(prompt, blockTokens, step, count);
      int offset = step % BlockTable.RUN;
      head = offset == 0 ? hash : head;
      if ((table.held(hash, head, offset, group) & bit) == 0) {
        return Steps.blocks(step, count);
      }
      if (step % AHEAD == 0) {
        int last = Math.min(step + AHEAD, steps) - 1;
        touched += touch(table, group, prompt, blockTokens, last, count);
      }
    }
    return checked(count, touched);
  }

  /**
   * Reads the cells of a step and the few before it. A long prompt is a walk over memory that no
   * cache holds; reads that do not wait for each other take a fraction of the time.
   */
  private static int touch(
      BlockTable table, int group, Prompt prompt, int blockTokens, int lastStep, int blocks) {
    int touched = 0;
    int first = lastStep - lastStep % AHEAD;
    for (int head = lastStep - lastStep % BlockTable.RUN; head >= first; head -= BlockTable.RUN) {
      touched += table.touch(hash(prompt, blockTokens, head, blocks), group);
    }
    return touched;
  }

  /** The number of blocks; that the number of cells is looked at keeps them from being left out. */
  private static int checked(int blocks, int touched) {
    if (touched > 4 * blocks) {
      throw new AssertionError("more cells than blocks");
    }
    return blocks;
  }

  /** Begins a new epoch unless another thread has. */
  private void advance(BlockTable full) {
    Layout seen = layout;
    while (seen.table == full) {
      if (LAYOUT.compareAndSet(this, seen, seen.advance(new BlockTable(pagesPerTable)))) {
        return;
      }
      seen = layout;
    }
  }

  /** Ages an endpoint unless another thread has. */
  private void age(Lane lane, int most) {
    while (true) {
      Layout seen = layout;
      Lane now = seen.young(lane.slot(), lane.generation());
      if (now == null || !now.sameAs(lane) || now.blocks() < most) {
        return;
      }
      if (LAYOUT.compareAndSet(this, seen, relieved(seen.age(now)))) {
        return;
      }
    }
  }

  private Layout relieved(Layout next) {
    return next.crowded() ? next.advance(new BlockTable(pagesPerTable)) : next;
  }

  /**
   * Pairs of block and endpoint that lookups can match; one that was recorded again after its
   * endpoint was aged counts twice until the older record is forgotten.
   */
  long entries() {
    return layout.entries();
  }

  /** Heap bytes of the tables. */
  long bytes() {
    return layout.bytes();
  }

  /** The lane that records for an endpoint go to now. */
  @Nullable Lane lane(int slot, int generation) {
    return layout.young(slot, generation);
  }

  /** The table that records go to now. */
  BlockTable table() {
    return layout.table;
  }

  @Override
  public void close() {}
}
