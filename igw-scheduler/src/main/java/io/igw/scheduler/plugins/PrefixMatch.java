package io.igw.scheduler.plugins;

import io.igw.spi.Cycle;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;

/**
 * What a prefix producer tells of each endpoint (plugins-request-control.md 2).
 *
 * @param matchedBlocks leading blocks of the prompt that the endpoint holds
 * @param totalBlocks blocks of the prompt; 0: nothing is known
 * @param blockSizeTokens tokens in a block
 */
public record PrefixMatch(
    PerEndpoint matchedBlocks, PerEndpoint totalBlocks, PerEndpoint blockSizeTokens) {
  /** Data type of {@link #matchedBlocks}. */
  public static final String MATCHED_BLOCKS = "PrefixCacheMatchInfo.matchedBlocks";

  /** Type and default name of the usual producer. */
  public static final String PRODUCER = "approx-prefix-cache-producer";

  /**
   * Declares that a plugin reads it.
   *
   * @param producer name of the producer; empty: the usual one
   */
  public static PrefixMatch consumed(PluginContext context, String producer, boolean required) {
    String name = producer.isEmpty() ? PRODUCER : producer;
    return new PrefixMatch(
        context.consumes(MATCHED_BLOCKS, name, required),
        context.consumes("PrefixCacheMatchInfo.totalBlocks", name, required),
        context.consumes("PrefixCacheMatchInfo.blockSizeTokens", name, required));
  }

  /** Declares that a plugin writes it. */
  public static PrefixMatch produced(PluginContext context) {
    return new PrefixMatch(
        context.produces(MATCHED_BLOCKS),
        context.produces("PrefixCacheMatchInfo.totalBlocks"),
        context.produces("PrefixCacheMatchInfo.blockSizeTokens"));
  }

  /** Blocks held, by candidate position. */
  public double[] matched(Cycle cycle) {
    return cycle.values(matchedBlocks);
  }

  /** Blocks of the prompt, by candidate position. */
  public double[] total(Cycle cycle) {
    return cycle.values(totalBlocks);
  }

  /** Share of the prompt that is held, 0 where nothing is known. */
  public static double ratio(double matched, double total) {
    return matched > 0 && total > 0 ? Math.min(1, matched / total) : 0;
  }
}
