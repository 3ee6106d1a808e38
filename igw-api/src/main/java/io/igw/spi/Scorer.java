package io.igw.spi;

import io.igw.api.InferenceRequest;

/**
 * Ranks candidates in [0, 1]; higher is better. A finite value outside is clamped, NaN and
 * infinities count as 0; both are counted.
 */
@FunctionalInterface
public interface Scorer extends Plugin {
  /** Writes {@code scores[position]} for every position below {@code candidates.size()}. */
  void score(Cycle cycle, Candidates candidates, double[] scores);

  /**
   * {@link Inputs#SNAPSHOT} lets the scheduler compute this scorer once per snapshot and set of
   * candidates.
   */
  default Inputs inputs() {
    return Inputs.REQUEST;
  }

  /** What a score depends on. */
  enum Inputs {
    /**
     * Only on the columns of the snapshot and on which endpoints are candidates: not on the
     * request, the clock, live load or randomness.
     */
    SNAPSHOT,
    /** On anything. */
    REQUEST
  }

  /** A scorer that looks at one endpoint at a time. */
  static Scorer of(PerEndpointScore score) {
    return (cycle, candidates, scores) -> {
      for (int i = 0; i < candidates.size(); i++) {
        scores[i] = score.score(cycle.request(), cycle.view(i));
      }
    };
  }

  /** One endpoint's score. */
  @FunctionalInterface
  interface PerEndpointScore {
    /** In [0, 1]. */
    double score(InferenceRequest request, EndpointView endpoint);
  }
}
