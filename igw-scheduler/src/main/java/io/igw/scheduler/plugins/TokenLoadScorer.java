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
 *
 * <p>Both numbers are this picker's own and always there: none is absent or stale.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass over two columns.
 */
final class TokenLoadScorer implements Scorer {
  static final double DEFAULT_THRESHOLD = 4_194_304;

  private final double threshold;
  private final PerEndpoint added;

  TokenLoadScorer(double threshold, PerEndpoint added) {
    this.threshold = threshold;
    this.added = added;
  }

  static Scorer of(Parameters parameters, PluginContext context) {
    double threshold =
        parameters.number(
            "queueThresholdTokens", DEFAULT_THRESHOLD, -Double.MAX_VALUE, Double.MAX_VALUE);
    if (threshold != Math.rint(threshold)) {
      parameters.reject("queueThresholdTokens", "a whole number");
    }
    String producer = parameters.text("inFlightLoadProducerName", "");
    return new TokenLoadScorer(
        threshold <= 0 ? DEFAULT_THRESHOLD : threshold,
        added(context, producer.isEmpty() ? InFlightLoadProducer.TYPE : producer));
  }

  static PerEndpoint added(PluginContext context, String producer) {
    return context.consumes(InFlightLoadProducer.UNCACHED_TOKENS, producer, true);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    double[] inFlight = cycle.inFlightTokens();
    double[] adds = cycle.values(added);
    for (int i = 0, size = candidates.size(); i < size; i++) {
      double load = inFlight[i] + adds[i];
      scores[i] = load <= 0 ? 1 : 1 - Math.min(load, threshold) / threshold;
    }
  }
}
