package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import io.igw.api.ScoredEndpoint;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One profile's run in the current cycle: filters, scorers, picker, and what they left. Reused from
 * cycle to cycle; one thread at a time.
 */
final class ProfileRun {
  /** How far it came. */
  enum Status {
    /** The handler has not asked for it. */
    NOT_RUN,
    /** A filter that looks at load left nothing. */
    SATURATED,
    /** A filter that looks at other things left nothing. */
    UNMATCHED,
    /** It has picked. */
    PICKED
  }

  private final Profile profile;
  private final CandidateSet candidates;
  private Status status = Status.NOT_RUN;
  private double[] totals = {};
  private int[] picked = {};
  private int pickedCount;
  private double @Nullable [][] explained;

  // Position to the number of the pick that named it last: tells duplicates in one pass.
  private int[] namedBy = {};
  private int pickNumber;

  ProfileRun(Profile profile, CandidateSet.Contents contents) {
    this.profile = profile;
    this.candidates = new CandidateSet(contents);
  }

  void reset() {
    status = Status.NOT_RUN;
    pickedCount = 0;
    explained = null;
  }

  void run(SchedulingCycle cycle, CandidateSet base, WeightedSum sum, boolean explain) {
    candidates.copy(base);
    cycle.enter(profile.name(), candidates);
    if (!filter(cycle)) {
      return;
    }
    int size = candidates.size();
    if (totals.length < size) {
      int room = cycle.snapshot().size();
      totals = new double[room];
      picked = new int[room];
      namedBy = new int[room];
    }
    if (explain) {
      explained = new double[profile.scorerNames().size()][size];
    }
    sum.compute(profile, cycle, totals, explained);
    pick(cycle);
    status = Status.PICKED;
  }

  private boolean filter(SchedulingCycle cycle) {
    for (Stage<Filter> stage : profile.filters()) {
      candidates.open();
      boolean byLoad = false;
      long mark = cycle.mark();
      try {
        stage.plugin().filter(cycle, candidates);
        byLoad = candidates.size() == 0 && stage.plugin().removesByLoad();
      } catch (Throwable e) {
        candidates.undo();
        stage.faults().threw(e);
      } finally {
        candidates.close();
      }
      cycle.elapsed(mark, stage);
      if (candidates.size() == 0) {
        status = byLoad ? Status.SATURATED : Status.UNMATCHED;
        return false;
      }
    }
    return true;
  }

  private void pick(SchedulingCycle cycle) {
    Stage<Picker> stage = profile.picker();
    int count;
    long mark = cycle.mark();
    try {
      count = stage.plugin().pick(cycle, candidates, totals, picked);
    } catch (Throwable e) {
      stage.faults().threw(e);
      count = BestScore.pick(cycle, candidates, totals, picked);
    }
    cycle.elapsed(mark, stage);
    pickedCount = keepValid(count);
    if (pickedCount != count || count == 0) {
      stage.faults().report(PluginFaults.RANGE);
    }
    if (pickedCount == 0) {
      pickedCount = BestScore.pick(cycle, candidates, totals, picked);
    }
  }

  /** Drops positions that are no candidates or were named before. */
  private int keepValid(int count) {
    int size = candidates.size();
    int named = Math.min(count, picked.length);
    int kept = 0;
    pickNumber++;
    for (int k = 0; k < named; k++) {
      int position = picked[k];
      if (position >= 0 && position < size && namedBy[position] != pickNumber) {
        namedBy[position] = pickNumber;
        picked[kept++] = position;
      }
    }
    return kept;
  }

  /** Replaces the first pick; a candidate that was a later pick is none any more. */
  void repick(int position) {
    if (status != Status.PICKED) {
      throw new IllegalStateException("profile " + profile.name() + " has picked nothing");
    }
    candidates.ordinal(position);
    int kept = 1;
    for (int k = 1; k < pickedCount; k++) {
      if (picked[k] != position) {
        picked[kept++] = picked[k];
      }
    }
    picked[0] = position;
    pickedCount = kept;
  }

  /**
   * Adds the best of what was not picked until there are {@code wanted} picks, or no candidates
   * left.
   */
  void addRunnersUp(int wanted) {
    int size = candidates.size();
    while (pickedCount < Math.min(wanted, size)) {
      int best = -1;
      for (int i = 0; i < size; i++) {
        if ((best < 0 || totals[i] > totals[best]) && !isPicked(i)) {
          best = i;
        }
      }
      picked[pickedCount++] = best;
    }
  }

  private boolean isPicked(int position) {
    for (int k = 0; k < pickedCount; k++) {
      if (picked[k] == position) {
        return true;
      }
    }
    return false;
  }

  Profile profile() {
    return profile;
  }

  Status status() {
    return status;
  }

  CandidateSet candidates() {
    return candidates;
  }

  double total(int position) {
    candidates.ordinal(position);
    return totals[position];
  }

  /** Every candidate with its total, in their order. */
  List<ScoredEndpoint> scores(EndpointSnapshot snapshot) {
    List<ScoredEndpoint> scores = new ArrayList<>(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      scores.add(new ScoredEndpoint(snapshot.endpoint(candidates.ordinal(i)), totals[i]));
    }
    return Collections.unmodifiableList(scores);
  }

  int pickedCount() {
    return pickedCount;
  }

  /** Ordinal of the k-th pick. */
  int pickedOrdinal(int k) {
    if (k < 0 || k >= pickedCount) {
      throw new IndexOutOfBoundsException("k: " + k + " (expected: below " + pickedCount + ")");
    }
    return candidates.ordinal(picked[k]);
  }

  /** Clamped scores by scorer and position; only after a run that explains. */
  double @Nullable [][] explained() {
    return explained;
  }
}
