package io.igw.plugins.policies;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PickListener;
import io.igw.spi.PluginContext;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;

/**
 * Seconds until an endpoint has worked off what it has: {@code (queued(e) + tokens routed to e
 * since its last report) / throughput + λ · k/(1 − k)} (SMG). Nothing in it knows of caches; see
 * {@code prefill-time-scorer} for that. Type {@code least-load-scorer}.
 *
 * <p>Engines tell how many requests wait, not their tokens, and no throughput: {@code queued(e)} is
 * that many times {@code meanPrefillTokens}, throughput is {@code prefillTokensPerSecond}. Tokens
 * routed are those of whole prompts. What an engine does not tell, or told too long ago, counts in
 * seconds too: its queue as {@code defaultQueueSeconds} and all tokens in flight there, its cache
 * as {@code defaultKvSeconds}. If no candidate tells anything, the cost is its requests in flight.
 *
 * <p><b>Threading.</b> The routed tokens are the only state, and start at 0 with each report:
 * {@link RoutedTokens}. A pick by an older snapshot beside a newer report may lose that report's
 * count.
 */
final class LeastLoad implements Scorer, PickListener {
  /** Spreads times over the bits that {@link RoutedTokens} keeps of a generation. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final double perSecond;
  private final double lambda;
  private final double meanTokens;
  private final double defaultQueue;
  private final double defaultKv;
  private final RoutedTokens routed = new RoutedTokens();

  private LeastLoad(Parameters parameters, PluginContext context) {
    perSecond = Costs.perSecond(parameters);
    lambda = Costs.lambda(parameters);
    meanTokens = parameters.number("meanPrefillTokens", 1024, 0, Double.MAX_VALUE);
    // One request of the mean that waits, and a cache that is half full.
    defaultQueue =
        parameters.number("defaultQueueSeconds", meanTokens / perSecond, 0, Double.MAX_VALUE);
    defaultKv = parameters.number("defaultKvSeconds", lambda, 0, Double.MAX_VALUE);
    Costs.added(context);
  }

  static LeastLoad of(Parameters parameters, PluginContext context) {
    return new LeastLoad(parameters, context);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double[] usage = cycle.column(Signal.KV_CACHE_USAGE);
    double[] inFlight = cycle.inFlightTokens();
    boolean told = false;
    for (int i = 0; i < size; i++) {
      boolean queueTold = !Double.isNaN(waiting[i]);
      boolean kvTold = !Double.isNaN(usage[i]);
      told |= queueTold || kvTold;
      double queue =
          queueTold
              ? (waiting[i] * meanTokens + routed(cycle.snapshot(), candidates.ordinal(i)))
                  / perSecond
              : defaultQueue + inFlight[i] / perSecond;
      scores[i] = queue + (kvTold ? lambda * Costs.odds(usage[i]) : defaultKv);
    }
    if (!told) {
      System.arraycopy(cycle.inFlightRequests(), 0, scores, 0, size);
    }
    CostScorer.costsToScores(scores, size);
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    Endpoint endpoint = results.picked(primary, 0);
    EndpointSnapshot snapshot = cycle.snapshot();
    int ordinal = snapshot.ordinalOf(endpoint.slot(), endpoint.generation());
    if (ordinal >= 0) {
      long tokens = Math.max(0, cycle.request().prompt().estimatedTokens());
      routed.add(endpoint.slot(), report(snapshot, ordinal), tokens);
    }
  }

  private double routed(EndpointSnapshot snapshot, int ordinal) {
    return routed.of(snapshot.endpoint(ordinal).slot(), report(snapshot, ordinal));
  }

  /** Tells one report of one holder of a slot from the one before. */
  private static int report(EndpointSnapshot snapshot, int ordinal) {
    long seenNanos = -snapshot.ageNanos(Signal.WAITING_REQUESTS, ordinal, 0);
    return (int) (seenNanos * SPREAD >>> 40) + snapshot.endpoint(ordinal).generation();
  }
}
