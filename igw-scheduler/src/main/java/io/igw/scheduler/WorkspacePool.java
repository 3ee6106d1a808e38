package io.igw.scheduler;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Reusable workspaces. A thread takes the one at its own place by an exchange with null and puts it
 * back when its cycle ends; with as many places as there are event loops each keeps its own. Not a
 * ThreadLocal: that would keep the workspaces of a replaced configuration alive, and make one for
 * every virtual thread.
 *
 * <p><b>Threading.</b> Any thread, lock-free. Whoever finds no workspace makes one, so a plugin
 * that schedules in the middle of a cycle gets another than the one in use.
 */
final class WorkspacePool {
  /** Places; a power of two. */
  private static final int PLACES =
      Integer.highestOneBit(Math.max(4, 4 * Runtime.getRuntime().availableProcessors()));

  /** References between two places: neighbours would fight over one cache line of 64 bytes. */
  private static final int STRIDE = 16;

  private static final int PROBES = 4;

  private final AtomicReferenceArray<Workspace> places =
      new AtomicReferenceArray<>(PLACES * STRIDE);
  private final AtomicLong made = new AtomicLong();
  private final CyclePlan plan;
  private final long seed;

  WorkspacePool(CyclePlan plan, long seed) {
    this.plan = plan;
    this.seed = seed;
  }

  Workspace take() {
    int home = home();
    for (int i = 0; i < PROBES; i++) {
      int place = place(home, i);
      if (places.getPlain(place) != null) {
        Workspace found = places.getAndSet(place, null);
        if (found != null) {
          return found;
        }
      }
    }
    // Each workspace has its own sequence of decision seeds, all following from the one seed.
    return new Workspace(plan, DecisionRandom.mix(seed + made.getAndIncrement()));
  }

  /** Gives back; dropped if all places nearby are taken. */
  void give(Workspace workspace) {
    int home = home();
    for (int i = 0; i < PROBES; i++) {
      int place = place(home, i);
      if (places.getPlain(place) == null) {
        // No compare-and-set: of two that meet here one workspace is lost, which costs nothing.
        places.setRelease(place, workspace);
        return;
      }
    }
  }

  private static int home() {
    long id = Thread.currentThread().getId();
    return (int) (DecisionRandom.mix(id) & (PLACES - 1));
  }

  private static int place(int home, int probe) {
    return (home + probe & PLACES - 1) * STRIDE;
  }
}
