package io.igw.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The live load of one endpoint: requests and tokens that this picker has sent there and that have
 * not ended. The numbers stand in a page that neighbouring slots share, so that a cycle reads the
 * whole pool from one array.
 *
 * <p><b>Threading.</b> Any thread; every update is one atomic addition (wait-free), every read one
 * opaque load. Requests and tokens are two counters: a reader may see one of a pair of updates.
 *
 * <p><b>Guarantee.</b> A slot's next endpoint gets these cells only after both are back at zero
 * (see {@link SlotTable}), and a release acts on the cells that were incremented: an endpoint that
 * is removed and comes back starts at zero and is never charged or relieved by old leases.
 */
final class EndpointLoad {
  /** Slots in a page. */
  static final int PAGE_SLOTS = 1024;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] page;
  private final int cell;

  /**
   * The load in a page at a slot; requests stand in the page's first half, tokens in the second.
   */
  EndpointLoad(long[] page, int slot) {
    this.page = page;
    this.cell = slot % PAGE_SLOTS;
  }

  /** An empty page. */
  static long[] page() {
    return new long[2 * PAGE_SLOTS];
  }

  void addRequests(long delta) {
    CELL.getAndAdd(page, cell, delta);
  }

  void addTokens(long delta) {
    CELL.getAndAdd(page, PAGE_SLOTS + cell, delta);
  }

  long requests() {
    return (long) CELL.getOpaque(page, cell);
  }

  long tokens() {
    return (long) CELL.getOpaque(page, PAGE_SLOTS + cell);
  }

  boolean idle() {
    return requests() == 0 && tokens() == 0;
  }

  /** The loads of a snapshot's endpoints by ordinal, for reading all at once. */
  static final class Table {
    private final EndpointLoad[] loads;
    private final int[] cells;
    private final boolean onePage;

    Table(EndpointLoad[] loads) {
      this.loads = loads;
      cells = new int[loads.length];
      boolean same = true;
      for (int i = 0; i < loads.length; i++) {
        cells[i] = loads[i].cell;
        same &= loads[i].page == loads[0].page;
      }
      onePage = same;
    }

    void requests(double[] byOrdinal) {
      read(0, byOrdinal);
    }

    void tokens(double[] byOrdinal) {
      read(PAGE_SLOTS, byOrdinal);
    }

    private void read(int half, double[] byOrdinal) {
      if (loads.length > 0 && onePage) {
        long[] page = loads[0].page;
        for (int i = 0; i < cells.length; i++) {
          byOrdinal[i] = (long) CELL.getOpaque(page, half + cells[i]);
        }
      } else {
        for (int i = 0; i < cells.length; i++) {
          byOrdinal[i] = (long) CELL.getOpaque(loads[i].page, half + cells[i]);
        }
      }
    }
  }
}
