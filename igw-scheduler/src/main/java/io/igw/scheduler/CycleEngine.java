package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Rejection;
import io.igw.scheduler.Profile.NamedFilter;
import io.igw.scheduler.Profile.WeightedScorer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs one profile: filters, scorers, picker. A plugin that breaks its contract is counted and
 * costs the request nothing: a filter that throws keeps its input, a scorer that throws adds 0, a
 * picker that throws or returns nonsense falls back to the best total. Stateless; the state is the
 * thread's own {@link Scratch}.
 */
final class CycleEngine {
  static final String THREW = "threw";
  static final String NAN = "nan";
  static final String RANGE = "range";

  private final SchedulerMetrics metrics;
  private final int signalCount;
  private final int perEndpointCount;
  private final LiveLoad load;

  /** What the runs of one thread share. */
  static final class Scratch {
    private double[] scores = {};
    private int[] saved = {};

    double[] scores(int count) {
      if (scores.length < count) {
        scores = new double[Math.max(count, 2 * scores.length)];
      }
      return scores;
    }
  }

  CycleEngine(SchedulerMetrics metrics, LiveLoad load, int signalCount, int perEndpointCount) {
    this.metrics = metrics;
    this.load = load;
    this.signalCount = signalCount;
    this.perEndpointCount = perEndpointCount;
  }

  CycleWorkspace workspace() {
    return new CycleWorkspace(load, signalCount, perEndpointCount);
  }

  /** Runs a profile on the candidates of the cycle; afterwards it has picked or failed. */
  void run(CycleWorkspace cycle, ProfileRun run, CandidateSet base, Scratch scratch) {
    Profile profile = run.profile;
    run.ran = true;
    run.pickedCount = 0;
    run.failure = Rejection.Reason.NO_ENDPOINTS;
    CandidateSet candidates = run.candidates;
    candidates.copy(base);
    cycle.look(profile.name(), candidates);
    for (NamedFilter filter : profile.filters) {
      filter(cycle, filter, candidates, scratch);
      if (candidates.size() == 0) {
        run.failure =
            removesByLoad(filter) ? Rejection.Reason.SATURATED : Rejection.Reason.NO_ENDPOINTS;
        return;
      }
    }
    int size = candidates.size();
    if (size == 0) {
      return;
    }
    run.reserve(size);
    double[] totals = run.totals;
    WeightedScorer[] scorers = profile.scorers;
    if (candidates.all() && profile.snapshotTotals != null) {
      System.arraycopy(cycle.snapshot().derived(profile.snapshotTotals), 0, totals, 0, size);
      scorers = profile.requestScorers;
    } else {
      Arrays.fill(totals, 0, size, 0);
    }
    for (WeightedScorer scorer : scorers) {
      double[] scores = score(cycle, scorer, candidates, scratch);
      if (scores != null) {
        double weight = scorer.weight();
        for (int i = 0; i < size; i++) {
          totals[i] += weight * scores[i];
        }
      }
    }
    run.pickedCount = pick(cycle, run, candidates);
  }

  /** Clamped scores by position, null if the scorer threw. */
  double @Nullable [] score(
      CycleWorkspace cycle, WeightedScorer scorer, CandidateSet candidates, Scratch scratch) {
    int size = candidates.size();
    double[] scores = scratch.scores(size);
    Arrays.fill(scores, 0, size, 0);
    try {
      scorer.scorer().score(cycle, candidates, scores);
    } catch (RuntimeException e) {
      metrics.pluginFault(scorer.name(), THREW);
      return null;
    }
    boolean sound = true;
    for (int i = 0; i < size; i++) {
      sound &= scores[i] >= 0 & scores[i] <= 1;
    }
    if (!sound) {
      clamp(scorer.name(), scores, size);
    }
    return scores;
  }

  private void clamp(String name, double[] scores, int size) {
    for (int i = 0; i < size; i++) {
      double score = scores[i];
      if (Double.isNaN(score) || Double.isInfinite(score)) {
        metrics.pluginFault(name, NAN);
        scores[i] = 0;
      } else if (score < 0 || score > 1) {
        metrics.pluginFault(name, RANGE);
        scores[i] = score < 0 ? 0 : 1;
      }
    }
  }

  /** Adds the weighted scores of scorers that depend on the snapshot alone. */
  void scoreSnapshot(
      Profile profile, EndpointSnapshot snapshot, WeightedScorer[] scorers, double[] totals) {
    CycleWorkspace cycle = workspace();
    CandidateSet everyone = new CandidateSet();
    everyone.fill(snapshot.size());
    cycle.begin(Scheduler.NO_REQUEST, null, snapshot, 0, 0);
    cycle.look(profile.name(), everyone);
    Scratch scratch = new Scratch();
    for (WeightedScorer scorer : scorers) {
      double[] scores = score(cycle, scorer, everyone, scratch);
      if (scores != null) {
        for (int i = 0; i < totals.length; i++) {
          totals[i] += scorer.weight() * scores[i];
        }
      }
    }
  }

  private void filter(
      CycleWorkspace cycle, NamedFilter filter, CandidateSet candidates, Scratch scratch) {
    int size = candidates.size();
    boolean all = candidates.all();
    scratch.saved = candidates.save(scratch.saved);
    try {
      filter.filter().filter(cycle, candidates);
    } catch (RuntimeException e) {
      metrics.pluginFault(filter.name(), THREW);
      candidates.restore(scratch.saved, size, all);
    }
  }

  private boolean removesByLoad(NamedFilter filter) {
    try {
      return filter.filter().removesByLoad();
    } catch (RuntimeException e) {
      metrics.pluginFault(filter.name(), THREW);
      return false;
    }
  }

  private int pick(CycleWorkspace cycle, ProfileRun run, CandidateSet candidates) {
    Profile profile = run.profile;
    if (profile.picker != null) {
      try {
        int count = profile.picker.pick(cycle, candidates, run.totals, run.picked);
        if (valid(run.picked, count, candidates.size())) {
          return count;
        }
        metrics.pluginFault(profile.pickerName, RANGE);
      } catch (RuntimeException e) {
        metrics.pluginFault(profile.pickerName, THREW);
      }
    }
    run.picked[0] = best(cycle, run.totals, candidates.size());
    return 1;
  }

  private static boolean valid(int[] picked, int count, int size) {
    if (count < 1 || count > size) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (picked[i] < 0 || picked[i] >= size) {
        return false;
      }
      for (int j = 0; j < i; j++) {
        if (picked[i] == picked[j]) {
          return false;
        }
      }
    }
    return true;
  }

  private static int best(CycleWorkspace cycle, double[] totals, int size) {
    double[] inFlight = cycle.inFlightRequests();
    int best = 0;
    for (int i = 1; i < size; i++) {
      if (totals[i] > totals[best] || (totals[i] == totals[best] && inFlight[i] < inFlight[best])) {
        best = i;
      }
    }
    return best;
  }
}
