package io.igw.plugins.prefix;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;

/**
 * {@code prefix-cache-scorer}: the share of the prompt that an endpoint holds, optionally mixed
 * with the absolute length of it (plugins-scheduling.md 3.4). See the package page.
 *
 * <p><b>Cost.</b> One pass over three columns, no allocation.
 */
final class PrefixCacheScorer implements Scorer {
  static final String TYPE = "prefix-cache-scorer";

  /**
   * Once parameters of the scorer, now of the producer: read, so that old files load, and not used.
   */
  private static final String[] MOVED = {
    "blockSize", "blockSizeTokens", "maxPrefixBlocksToMatch", "lruCapacityPerServer"
  };

  private final PerEndpoint matchedBlocks;
  private final PerEndpoint totalBlocks;
  private final PerEndpoint blockSizeTokens;
  private final double lengthWeight;
  private final double scaleTokens;

  PrefixCacheScorer(
      PerEndpoint matchedBlocks,
      PerEndpoint totalBlocks,
      PerEndpoint blockSizeTokens,
      double lengthWeight,
      double scaleTokens) {
    this.matchedBlocks = matchedBlocks;
    this.totalBlocks = totalBlocks;
    this.blockSizeTokens = blockSizeTokens;
    this.lengthWeight = lengthWeight;
    this.scaleTokens = scaleTokens;
  }

  /**
   * Reads the parameters.
   *
   * @param usual name of the producer unless they name one
   */
  static PrefixCacheScorer of(Parameters parameters, PluginContext context, String usual) {
    for (String key : MOVED) {
      parameters.integer(key, 0, 0, Integer.MAX_VALUE);
    }
    double weight = parameters.number("matchLengthWeight", 0, 0, 1);
    double scale = parameters.number("matchLengthScaleTokens", 8192, 0, Double.MAX_VALUE);
    if (weight > 0 && scale == 0) {
      parameters.reject("matchLengthScaleTokens", "> 0 when matchLengthWeight is above 0");
    }
    String named = parameters.text("prefixMatchInfoProducerName", "");
    String producer = named.isEmpty() ? usual : named;
    return new PrefixCacheScorer(
        context.consumes(ApproxPrefixCacheProducer.MATCHED_BLOCKS, producer, true),
        context.consumes(ApproxPrefixCacheProducer.TOTAL_BLOCKS, producer, true),
        context.consumes(ApproxPrefixCacheProducer.BLOCK_SIZE_TOKENS, producer, true),
        weight,
        scale);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    double[] matched = cycle.values(matchedBlocks);
    double[] total = cycle.values(totalBlocks);
    double[] blockTokens = cycle.values(blockSizeTokens);
    for (int i = 0, size = candidates.size(); i < size; i++) {
      scores[i] = score(matched[i], total[i], blockTokens[i]);
    }
  }

  private double score(double matched, double total, double blockTokens) {
    if (!(matched > 0 && total > 0)) {
      return 0;
    }
    double ratio = Math.min(1, matched / total);
    if (lengthWeight == 0 || !(blockTokens > 0)) {
      return ratio;
    }
    double length = Math.min(1, matched * blockTokens / scaleTokens);
    return lengthWeight * length * length + (1 - lengthWeight) * ratio;
  }
}
