package io.igw.plugins.prefix;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;

/** Makes {@link PrefixCacheScorer}s. */
public final class PrefixCacheScorerProvider implements PluginProvider {
  /**
   * Once parameters of the scorer, now of the producer: read, so that old files load, and not used.
   */
  private static final String[] MOVED = {
    "blockSize", "blockSizeTokens", "maxPrefixBlocksToMatch", "lruCapacityPerServer"
  };

  /** For ServiceLoader. */
  public PrefixCacheScorerProvider() {}

  @Override
  public String type() {
    return PrefixCacheScorer.TYPE;
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    for (String key : MOVED) {
      parameters.integer(key, 0, 0, Integer.MAX_VALUE);
    }
    double weight = parameters.number("matchLengthWeight", 0, 0, 1);
    double scale = parameters.number("matchLengthScaleTokens", 8192, 0, Double.MAX_VALUE);
    if (weight > 0 && scale == 0) {
      parameters.reject("matchLengthScaleTokens", "> 0 when matchLengthWeight is above 0");
    }
    String named = parameters.text("prefixMatchInfoProducerName", "");
    String producer = named.isEmpty() ? ApproxPrefixCacheProducer.TYPE : named;
    return new PrefixCacheScorer(
        context.consumes(ApproxPrefixCacheProducer.MATCHED_BLOCKS, producer, true),
        context.consumes(ApproxPrefixCacheProducer.TOTAL_BLOCKS, producer, true),
        context.consumes(ApproxPrefixCacheProducer.BLOCK_SIZE_TOKENS, producer, true),
        weight,
        scale);
  }
}
