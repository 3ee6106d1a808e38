package io.igw.plugins.policies;

import io.igw.api.Endpoint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.PluginContext;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;

/**
 * Scores as SGLang's cache-aware router decides. Loads uneven, {@code max batch − min batch >
 * balanceAbsThreshold} and {@code max batch > balanceRelThreshold × min batch}: 1 for the least
 * batch. Else, if the best share of the prompt that an endpoint holds is more than {@code
 * cacheThreshold}: 1 for that endpoint. Else: 1 for the endpoint with the least cached content, by
 * the tokens that were routed to it and that it did not hold. All others get 0. Type {@code
 * sglang-thresholds-scorer}.
 *
 * <p>The router's documentation says 64, 1.5 and 0.3, its code 32, 1.1 and 0.5; the former are the
 * defaults here.
 *
 * <p><b>Threading.</b> The routed tokens are the only state: {@link RoutedTokens}.
 */
final class SglangThresholds implements Scorer, PickListener {
  private final double absolute;
  private final double relative;
  private final double cache;
  private final PerEndpoint matchedBlocks;
  private final PerEndpoint blockTokens;
  private final PerEndpoint uncached;
  private final RoutedTokens routed = new RoutedTokens();

  private SglangThresholds(double absolute, double relative, double cache, PluginContext context) {
    String prefix = "approx-prefix-cache-producer";
    this.absolute = absolute;
    this.relative = relative;
    this.cache = cache;
    this.matchedBlocks = context.consumes("PrefixCacheMatchInfo.matchedBlocks", prefix, true);
    this.blockTokens = context.consumes("PrefixCacheMatchInfo.blockSizeTokens", prefix, true);
    this.uncached = Costs.uncached(context);
  }

  static SglangThresholds of(Parameters parameters, PluginContext context) {
    return new SglangThresholds(
        parameters.number("balanceAbsThreshold", 64, 0, Double.MAX_VALUE),
        parameters.number("balanceRelThreshold", 1.5, 1, Double.MAX_VALUE),
        parameters.number("cacheThreshold", 0.3, 0, 1),
        context);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    double[] batch = cycle.inFlightRequests();
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int i = 0; i < size; i++) {
      least = Math.min(least, batch[i]);
      most = Math.max(most, batch[i]);
    }
    if (most - least > absolute && most > relative * least) {
      for (int i = 0; i < size; i++) {
        scores[i] = batch[i] == least ? 1 : 0;
      }
      return;
    }
    double[] matched = cycle.values(matchedBlocks);
    double[] tokens = cycle.values(blockTokens);
    double best = 0;
    for (int i = 0; i < size; i++) {
      best = Math.max(best, matched[i] * tokens[i]);
    }
    boolean affinity = best > cache * cycle.request().prompt().estimatedTokens();
    double fewest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      scores[i] = affinity ? -matched[i] * tokens[i] : routed(cycle, candidates.ordinal(i));
      fewest = Math.min(fewest, scores[i]);
    }
    for (int i = 0; i < size; i++) {
      scores[i] = scores[i] == fewest ? 1 : 0;
    }
  }

  private double routed(Cycle cycle, int ordinal) {
    Endpoint endpoint = cycle.snapshot().endpoint(ordinal);
    return routed.of(endpoint.slot(), endpoint.generation());
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    Endpoint endpoint = results.picked(primary, 0);
    int ordinal = cycle.snapshot().ordinalOf(endpoint.slot(), endpoint.generation());
    double tokens = ordinal < 0 ? 0 : cycle.value(uncached, ordinal);
    routed.add(endpoint.slot(), endpoint.generation(), (long) tokens);
  }
}
