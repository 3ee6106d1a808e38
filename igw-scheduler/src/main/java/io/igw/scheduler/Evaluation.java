package io.igw.scheduler;

import io.igw.api.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An explained cycle that reserved nothing.
 *
 * @param snapshotVersion version of the snapshot that was read
 * @param profiles the profiles that ran, in order
 * @param primary name of the primary profile, null if none succeeded
 */
public record Evaluation(
    long snapshotVersion, List<ProfileRun> profiles, @Nullable String primary) {
  /**
   * One profile.
   *
   * @param profile its name
   * @param scorers names of its scorers, in order
   * @param candidates what was left after filtering, best first
   */
  public record ProfileRun(String profile, List<String> scorers, List<Candidate> candidates) {}

  /**
   * One candidate.
   *
   * @param endpoint the endpoint
   * @param scores clamped score per scorer, before weighting
   * @param total weighted sum
   */
  public record Candidate(Endpoint endpoint, List<Double> scores, double total) {}
}
