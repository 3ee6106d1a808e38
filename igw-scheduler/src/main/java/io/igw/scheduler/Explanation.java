package io.igw.scheduler;

import io.igw.scheduler.Profile.WeightedScorer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts what a cycle computed into words: scores are computed again, one scorer at a time. */
final class Explanation {
  private Explanation() {}

  static Evaluation of(
      CycleWorkspace cycle,
      CycleResults results,
      CycleEngine engine,
      CycleEngine.Scratch scratch,
      @Nullable String primary) {
    List<Evaluation.ProfileRun> runs = new ArrayList<>();
    for (ProfileRun run : results.runs()) {
      if (run.ran) {
        runs.add(run(cycle, run, engine, scratch));
      }
    }
    return new Evaluation(cycle.snapshot().version(), List.copyOf(runs), primary);
  }

  private static Evaluation.ProfileRun run(
      CycleWorkspace cycle, ProfileRun run, CycleEngine engine, CycleEngine.Scratch scratch) {
    Profile profile = run.profile;
    int size = run.candidates.size();
    List<List<Double>> scores = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      scores.add(new ArrayList<>());
    }
    List<String> names = new ArrayList<>();
    cycle.look(profile.name(), run.candidates);
    for (WeightedScorer scorer : profile.scorers) {
      names.add(scorer.name());
      double[] column = engine.score(cycle, scorer, run.candidates, scratch);
      for (int i = 0; i < size; i++) {
        scores.get(i).add(column == null ? 0 : column[i]);
      }
    }
    List<Evaluation.Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      candidates.add(
          new Evaluation.Candidate(
              cycle.snapshot().endpoint(run.candidates.ordinal(i)),
              List.copyOf(scores.get(i)),
              run.totals[i]));
    }
    candidates.sort(Comparator.comparingDouble(Evaluation.Candidate::total).reversed());
    return new Evaluation.ProfileRun(profile.name(), List.copyOf(names), List.copyOf(candidates));
  }
}
