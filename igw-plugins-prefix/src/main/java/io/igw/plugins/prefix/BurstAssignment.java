package io.igw.plugins.prefix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides where the requests of a burst go together (plugins-request-control.md 3.2). Pure.
 *
 * <p>Requests with the same prompt are a unit; with {@code minColocate} above 0 single requests are
 * too, if two requests of the burst begin alike. The longest unit is placed first: where a placed
 * unit shares most with it, if that replica has room, else where there is least; what exceeds
 * {@code maxPerReplica} overflows to the least loaded.
 */
final class BurstAssignment {
  static final int UNASSIGNED = -1;

  /**
   * How to assign.
   *
   * @param maxPerReplica requests of a burst that a replica takes; negative: any number
   * @param minColocate blocks that two prompts must share to be placed together; 0: all of them
   * @param byTokens whether load is counted in blocks, not in requests
   */
  record Rules(int maxPerReplica, int minColocate, boolean byTokens) {}

  private record Unit(long[] blocks, List<Integer> members) {}

  private final Rules rules;
  private final double[] running;
  private final int[] assigned;
  private final double[] load;
  private final int[] members;
  private final List<List<long[]>> placed = new ArrayList<>();
  private double fairShare;

  private BurstAssignment(Rules rules, int requests, double[] running) {
    this.rules = rules;
    this.running = running;
    this.assigned = new int[requests];
    this.load = new double[running.length];
    this.members = new int[running.length];
    Arrays.fill(assigned, UNASSIGNED);
    for (int r = 0; r < running.length; r++) {
      placed.add(new ArrayList<>());
    }
  }

  /**
   * Assigns a burst.
   *
   * @param prompts block hashes of each request
   * @param running requests that each replica runs, in name order: ties are broken by it
   * @return the replica of each request, or {@link #UNASSIGNED}
   */
  static int[] of(List<long[]> prompts, double[] running, Rules rules) {
    BurstAssignment assignment = new BurstAssignment(rules, prompts.size(), running);
    if (running.length > 0) {
      assignment.place(units(prompts, rules));
    }
    return assignment.assigned;
  }

  private static List<Unit> units(List<long[]> prompts, Rules rules) {
    Map<List<Long>, Unit> byPrompt = new LinkedHashMap<>();
    for (int i = 0; i < prompts.size(); i++) {
      long[] blocks = prompts.get(i);
      if (blocks.length > 0) {
        byPrompt
            .computeIfAbsent(
                Arrays.stream(blocks).boxed().toList(), k -> new Unit(blocks, new ArrayList<>()))
            .members()
            .add(i);
      }
    }
    boolean singlesToo = rules.minColocate() > 0 && anyBeginAlike(prompts, rules.minColocate());
    Comparator<Unit> groupsFirst = Comparator.comparing(unit -> unit.members().size() < 2);
    Comparator<Unit> longestFirst = Comparator.comparing(unit -> -unit.blocks().length);
    return byPrompt.values().stream()
        .filter(unit -> unit.members().size() > 1 || singlesToo)
        .sorted(groupsFirst.thenComparing(longestFirst))
        .toList();
  }

  /** The hash of a block covers all before it, so that one comparison tells. */
  private static boolean anyBeginAlike(List<long[]> prompts, int blocks) {
    long[] ends =
        prompts.stream().filter(p -> p.length >= blocks).mapToLong(p -> p[blocks - 1]).toArray();
    return Arrays.stream(ends).distinct().count() < ends.length;
  }

  private void place(List<Unit> units) {
    double total = 0;
    for (Unit unit : units) {
      total += rules.byTokens() ? unit.blocks().length : unit.members().size();
    }
    fairShare = Math.ceil(total / running.length);
    for (Unit unit : units) {
      int replica = akin(unit);
      if (replica == UNASSIGNED) {
        replica = leastLoaded(true);
      }
      int target = replica;
      for (int member : unit.members()) {
        if (full(target)) {
          target = leastLoaded(true);
        }
        assign(unit, member, target);
      }
    }
  }

  private void assign(Unit unit, int member, int replica) {
    assigned[member] = replica;
    members[replica]++;
    if (!rules.byTokens()) {
      load[replica]++;
    }
    List<long[]> there = placed.get(replica);
    if (!there.contains(unit.blocks())) {
      if (rules.byTokens()) {
        load[replica] += unit.blocks().length - longestShared(unit.blocks(), there);
      }
      there.add(unit.blocks());
    }
  }

  /** The replica that shares most with a unit and has room. */
  private int akin(Unit unit) {
    int best = UNASSIGNED;
    int most = Math.max(1, rules.minColocate());
    if (rules.minColocate() == 0) {
      return best;
    }
    for (int r = 0; r < running.length; r++) {
      int shared = longestShared(unit.blocks(), placed.get(r));
      if (full(r) || load[r] >= fairShare || shared < most) {
        continue;
      }
      if (best == UNASSIGNED || shared > most || shared == most && lighter(r, best)) {
        best = r;
        most = shared;
      }
    }
    return best;
  }

  private int leastLoaded(boolean withRoom) {
    int best = UNASSIGNED;
    for (int r = 0; r < running.length; r++) {
      if (!(withRoom && full(r)) && (best == UNASSIGNED || lighter(r, best))) {
        best = r;
      }
    }
    // All are full: what is left is spread one by one.
    return best == UNASSIGNED ? leastLoaded(false) : best;
  }

  private boolean lighter(int one, int other) {
    return load[one] != load[other] ? load[one] < load[other] : running[one] < running[other];
  }

  private boolean full(int replica) {
    return rules.maxPerReplica() >= 0 && members[replica] >= rules.maxPerReplica();
  }

  private static int longestShared(long[] blocks, List<long[]> others) {
    int longest = 0;
    for (long[] other : others) {
      int same = Arrays.mismatch(blocks, other);
      longest = Math.max(longest, same < 0 ? blocks.length : same);
    }
    return longest;
  }
}
