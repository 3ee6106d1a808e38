package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;

/**
 * Scores by tokens: load = tokens in flight there + tokens this request would add; load at most 0:
 * 1, else {@code 1 − min(load, T)/T} (plugins-scheduling.md 3.3). Type {@code token-load-scorer}.
 */
final class TokenLoadScorer implements Scorer {
  private static final int DEFAULT_THRESHOLD = 4_194_304;

  private final double threshold;
  private final PerEndpoint added;

  TokenLoadScorer(double threshold, PerEndpoint added) {
    this.threshold = threshold;
    this.added = added;
  }

  static Scorer of(Parameters parameters, PluginContext context) {
    int threshold =
        parameters.integer(
            "queueThresholdTokens", DEFAULT_THRESHOLD, Integer.MIN_VALUE, Integer.MAX_VALUE);
    String producer = parameters.text("inFlightLoadProducerName", "");
    PerEndpoint added =
        context.consumes(
            InFlightLoadProducer.UNCACHED_TOKENS,
            producer.isEmpty() ? InFlightLoadProducer.TYPE : producer,
            true);
    return new TokenLoadScorer(threshold <= 0 ? DEFAULT_THRESHOLD : threshold, added);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    double[] inFlight = cycle.inFlightTokens();
    double[] adds = cycle.values(added);
    for (int i = 0; i < candidates.size(); i++) {
      double load = inFlight[i] + adds[i];
      scores[i] = load <= 0 ? 1 : 1 - Math.min(load, threshold) / threshold;
    }
  }
}
