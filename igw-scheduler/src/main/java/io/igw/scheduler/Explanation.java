package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Turns a workspace after an explained cycle into an {@link Evaluation}. Off the hot path. */
final class Explanation {
  private Explanation() {}

  static Evaluation of(Workspace workspace) {
    EndpointSnapshot snapshot = workspace.cycle().snapshot();
    List<Evaluation.ProfileRun> profiles = new ArrayList<>();
    String primary = null;
    for (int k = 0; k < workspace.ranCount(); k++) {
      ProfileRun run = workspace.ran(k);
      profiles.add(profile(snapshot, run));
      if (workspace.primary(run)) {
        primary = run.profile().name();
      }
    }
    return new Evaluation(snapshot.version(), List.copyOf(profiles), primary);
  }

  private static Evaluation.ProfileRun profile(EndpointSnapshot snapshot, ProfileRun run) {
    List<Evaluation.Candidate> candidates = new ArrayList<>();
    double[][] explained = run.explained();
    if (explained != null) {
      for (int i = 0; i < run.candidates().size(); i++) {
        List<Double> scores = new ArrayList<>(explained.length);
        for (double[] byPosition : explained) {
          scores.add(byPosition[i]);
        }
        Endpoint endpoint = snapshot.endpoint(run.candidates().ordinal(i));
        candidates.add(new Evaluation.Candidate(endpoint, List.copyOf(scores), run.total(i)));
      }
      // Stable: equal totals stay in endpoint-id order.
      candidates.sort(Comparator.comparingDouble(Evaluation.Candidate::total).reversed());
    }
    return new Evaluation.ProfileRun(
        run.profile().name(), run.profile().scorerNames(), List.copyOf(candidates));
  }
}
