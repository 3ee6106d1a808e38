package io.igw.plugins.policies;

import io.igw.api.Signal;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;

/** The policies that are costs. */
final class Costs {
  private static final String LOAD_PRODUCER = "inflight-load-producer";
  private static final String PREFIX_PRODUCER = "approx-prefix-cache-producer";
  private static final int BLOCK_TOKENS = 16;

  private Costs() {}

  /** What a request would add; without the prefix producer that would be its whole prompt. */
  static PerEndpoint uncached(PluginContext context) {
    context.consumes("PrefixCacheMatchInfo.matchedBlocks", PREFIX_PRODUCER, true);
    return added(context);
  }

  /** What a request would add, which is also what is in flight once it is picked. */
  static PerEndpoint added(PluginContext context) {
    return context.consumes("UncachedRequestTokens", LOAD_PRODUCER, true);
  }

  /** {@code batch(e)}. */
  static Scorer leastRequest(Parameters parameters, PluginContext context) {
    return new CostScorer(
        (cycle, size, costs) -> System.arraycopy(cycle.inFlightRequests(), 0, costs, 0, size));
  }

  /** {@code (uncached(e) + queued(e)) × (batch(e) + 1)} (LMetric, arXiv 2603.15202). */
  static Scorer lmetric(Parameters parameters, PluginContext context) {
    PerEndpoint uncached = uncached(context);
    return new CostScorer((cycle, size, costs) -> {
      double[] adds = cycle.values(uncached);
      double[] queued = cycle.inFlightTokens();
      double[] batch = cycle.inFlightRequests();
      for (int i = 0; i < size; i++) {
        costs[i] = (adds[i] + queued[i]) * (batch[i] + 1);
      }
    });
  }

  /**
   * {@code prefill_blocks(e) + uncached blocks + decode_blocks(e)} (Dynamo's KV router, prefill
   * load scale 1): blocks of 16 tokens unless the engine tells its size; an engine that tells no
   * number of blocks counts as if it used none.
   */
  static Scorer dynamoLinear(Parameters parameters, PluginContext context) {
    PerEndpoint uncached = uncached(context);
    return new CostScorer((cycle, size, costs) -> {
      double[] adds = cycle.values(uncached);
      double[] queued = cycle.inFlightTokens();
      double[] usage = cycle.column(Signal.KV_CACHE_USAGE);
      double[] blocks = cycle.column(Signal.CACHE_BLOCKS);
      double[] blockSize = cycle.column(Signal.CACHE_BLOCK_SIZE);
      for (int i = 0; i < size; i++) {
        double tokens = blockSize[i] > 0 ? blockSize[i] : BLOCK_TOKENS;
        double used = usage[i] * blocks[i];
        costs[i] = (adds[i] + queued[i]) / tokens + (used > 0 ? used : 0);
      }
    });
  }

  /**
   * Seconds until the first token: {@code (uncached(e) + queued(e)) / throughput + λ · k/(1 − k)},
   * {@code least-load} with what this picker knows of caches and queues in place of what was last
   * reported. A KV-cache use that is not known counts as half.
   */
  static Scorer prefillTime(Parameters parameters, PluginContext context) {
    double perSecond = perSecond(parameters);
    double lambda = lambda(parameters);
    PerEndpoint uncached = uncached(context);
    return new CostScorer((cycle, size, costs) -> {
      double[] adds = cycle.values(uncached);
      double[] queued = cycle.inFlightTokens();
      double[] usage = cycle.column(Signal.KV_CACHE_USAGE);
      for (int i = 0; i < size; i++) {
        double penalty = Double.isNaN(usage[i]) ? lambda : lambda * odds(usage[i]);
        costs[i] = (adds[i] + queued[i]) / perSecond + penalty;
      }
    });
  }

  /** Engines do not tell it. */
  static double perSecond(Parameters parameters) {
    return parameters.number("prefillTokensPerSecond", 20_000, 1, Double.MAX_VALUE);
  }

  /** λ. */
  static double lambda(Parameters parameters) {
    return parameters.number("kvPenaltySeconds", 0.15, 0, Double.MAX_VALUE);
  }

  /** {@code k/(1 − k)}, bounded. */
  static double odds(double share) {
    double bounded = Math.min(share, 0.999);
    return bounded > 0 ? bounded / (1 - bounded) : 0;
  }
}
