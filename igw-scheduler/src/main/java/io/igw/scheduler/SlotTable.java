package io.igw.scheduler;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Hands out slots with generations. A freed slot rests before it is handed out again: until cycles
 * on older snapshots are over and the counters under it are back at zero. The pool's writer only.
 */
final class SlotTable {
  private record Resting(int slot, long sinceNanos) {}

  private final LiveLoad load;
  private final long quarantineNanos;
  private final ArrayDeque<Resting> resting = new ArrayDeque<>();
  private int[] generations = {};
  private int limit;

  SlotTable(LiveLoad load, long quarantineNanos) {
    this.load = load;
    this.quarantineNanos = quarantineNanos;
  }

  int take(long nowNanos) {
    for (int looked = resting.size(); looked > 0; looked--) {
      Resting oldest = resting.peekFirst();
      if (nowNanos - oldest.sinceNanos() < quarantineNanos) {
        break;
      }
      resting.removeFirst();
      if (load.idle(oldest.slot())) {
        generations[oldest.slot()]++;
        return oldest.slot();
      }
      resting.addLast(new Resting(oldest.slot(), nowNanos));
    }
    int slot = limit++;
    load.grow(limit);
    generations = Arrays.copyOf(generations, limit);
    generations[slot] = 1;
    return slot;
  }

  int generation(int slot) {
    return generations[slot];
  }

  void free(int slot, long nowNanos) {
    resting.addLast(new Resting(slot, nowNanos));
  }
}
