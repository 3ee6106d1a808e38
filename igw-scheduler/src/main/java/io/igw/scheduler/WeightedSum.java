package io.igw.scheduler;

import io.igw.spi.Scorer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Computes totals: the sum over a profile's scorers of weight times score, each score clamped to
 * [0, 1] and NaN or infinite counted as 0 (plugins-scheduling.md 1.2 and 8). Scorers that depend on
 * the snapshot alone are summed first, so that their sum can be taken from the snapshot with the
 * very same result. One thread at a time.
 */
final class WeightedSum {
  private static final int NAN = 1;
  private static final int RANGE = 2;
  private static final long ONE_BITS = Double.doubleToRawLongBits(1);

  private double[] scores = {};

  /**
   * Writes the totals of the current candidates.
   *
   * @param explained if not null, gets the clamped scores: by scorer as configured, by position
   */
  void compute(
      Profile profile, SchedulingCycle cycle, double[] totals, double @Nullable [][] explained) {
    CandidateSet candidates = cycle.current();
    int size = candidates.size();
    if (scores.length < size) {
      scores = new double[cycle.snapshot().size()];
    }
    double[] known = explained == null ? snapshotSum(profile, cycle) : null;
    if (known != null) {
      System.arraycopy(known, 0, totals, 0, size);
    } else {
      Arrays.fill(totals, 0, size, 0);
      addAll(profile.snapshotScorers(), cycle, totals, explained);
    }
    addAll(profile.requestScorers(), cycle, totals, explained);
  }

  /** What the snapshot alone gives these candidates, null if that is not kept. */
  private double @Nullable [] snapshotSum(Profile profile, SchedulingCycle cycle) {
    if (profile.snapshotScorers().length == 0) {
      return null;
    }
    SnapshotPlan plan = cycle.plan();
    CandidateSet candidates = cycle.current();
    boolean all = candidates.all();
    double[] known = all ? plan.sum(profile.index()) : plan.sum(profile.index(), candidates);
    if (known != null || !all && !plan.hasRoom(profile.index())) {
      return known;
    }
    double[] sum = new double[candidates.size()];
    addAll(profile.snapshotScorers(), cycle, sum, null);
    if (all) {
      plan.sum(profile.index(), sum);
    } else {
      plan.sum(profile.index(), candidates, sum);
    }
    return sum;
  }

  private void addAll(
      WeightedScorer[] scorers,
      SchedulingCycle cycle,
      double[] totals,
      double @Nullable [][] explained) {
    CandidateSet candidates = cycle.current();
    int size = candidates.size();
    for (WeightedScorer scorer : scorers) {
      Stage<Scorer> stage = scorer.stage();
      // A position that the scorer leaves out adds 0, not what the scorer before it wrote there.
      Arrays.fill(scores, 0, size, 0);
      long mark = cycle.mark();
      try {
        stage.plugin().score(cycle, candidates, scores);
      } catch (Throwable e) {
        stage.faults().threw(e);
        continue;
      }
      cycle.elapsed(mark, stage);
      int faults = add(scores, scorer.weight(), totals, size);
      if (faults != 0) {
        report(faults, stage.faults());
      }
      if (explained != null) {
        System.arraycopy(scores, 0, explained[scorer.index()], 0, size);
      }
    }
  }

  /** Adds weighted scores, repaired in place; returns which faults there were. */
  private static int add(double[] scores, double weight, double[] totals, int size) {
    // Bits of a double in [+0, 1] lie between 0 and those of 1: whatever else there is makes the
    // sign bit appear. Without a branch per score, and with a sum that can become vector
    // instructions, this takes two thirds of the time of the obvious loop.
    long outside = 0;
    for (int i = 0; i < size; i++) {
      long bits = Double.doubleToRawLongBits(scores[i]);
      outside |= bits | (ONE_BITS - bits);
    }
    int faults = outside < 0 ? repair(scores, size) : 0;
    for (int i = 0; i < size; i++) {
      totals[i] += weight * scores[i];
    }
    return faults;
  }

  private static int repair(double[] scores, int size) {
    int faults = 0;
    for (int i = 0; i < size; i++) {
      double score = scores[i];
      if (!(score >= 0 && score <= 1)) {
        faults |= Double.isFinite(score) ? RANGE : NAN;
        scores[i] = repaired(score);
      }
    }
    return faults;
  }

  private static double repaired(double score) {
    return Double.isFinite(score) ? Math.max(0, Math.min(1, score)) : 0;
  }

  private static void report(int faults, PluginFaults to) {
    if ((faults & NAN) != 0) {
      to.report(PluginFaults.NAN);
    }
    if ((faults & RANGE) != 0) {
      to.report(PluginFaults.RANGE);
    }
  }
}
