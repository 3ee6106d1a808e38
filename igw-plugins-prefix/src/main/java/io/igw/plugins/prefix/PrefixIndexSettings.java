package io.igw.plugins.prefix;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.spi.Parameters;

/**
 * Parameters of the approximate producer (prefix-cache.md 2.1).
 *
 * @param autoTune whether block size and capacity follow what engines report
 * @param blockTokens block size where nothing is reported, before rounding
 * @param maxTokens longest prefix that is matched, in tokens; 0: {@code maxBlocks} decides
 * @param maxBlocks longest prefix that is matched, in blocks; 0: no limit
 * @param capacity blocks that an endpoint holds where nothing is reported
 * @param maxBytes bound on the index
 */
record PrefixIndexSettings(
    boolean autoTune, int blockTokens, int maxTokens, int maxBlocks, int capacity, int maxBytes) {
  private static final int ABSENT = -1;
  private static final int DEFAULT_BLOCK_TOKENS = 16;
  private static final int DEFAULT_CAPACITY = 31_250;
  private static final int LEAST_BYTES = 1 << 20;
  private static final int DEFAULT_BYTES = 64 << 20;

  static PrefixIndexSettings read(Parameters parameters) {
    boolean autoTune = parameters.flag("autoTune", true);
    int given = parameters.integer("blockSizeTokens", ABSENT, 0, PoolView.MAX_BLOCK_TOKENS);
    parameters.explain(
        "blockSizeTokens",
        Integer.toString(DEFAULT_BLOCK_TOKENS),
        "0 to " + PoolView.MAX_BLOCK_TOKENS + ", above 0 when autoTune is false");
    int alias = parameters.integer("blockSize", 0, 0, PoolView.MAX_BLOCK_TOKENS);
    int blockTokens = given != ABSENT ? given : alias > 0 ? alias : DEFAULT_BLOCK_TOKENS;
    if (!autoTune && blockTokens == 0) {
      parameters.reject("blockSizeTokens", "> 0 when autoTune is false");
    }
    int capacity =
        parameters.integer("lruCapacityPerServer", DEFAULT_CAPACITY, 0, Integer.MAX_VALUE);
    return new PrefixIndexSettings(
        autoTune,
        blockTokens,
        parameters.integer("maxPrefixTokensToMatch", 131_072, 0, Integer.MAX_VALUE),
        parameters.integer("maxPrefixBlocksToMatch", 2048, 0, Integer.MAX_VALUE),
        capacity == 0 ? DEFAULT_CAPACITY : capacity,
        parameters.integer("maxIndexBytes", DEFAULT_BYTES, LEAST_BYTES, Integer.MAX_VALUE));
  }

  /** How many blocks of a prompt are looked at. */
  int limit(int blocks, int blockTokens) {
    if (maxTokens > 0) {
      return Math.min(blocks, maxTokens / blockTokens);
    }
    return maxBlocks > 0 ? Math.min(blocks, maxBlocks) : blocks;
  }

  /**
   * Index blocks that an endpoint's cache has room for: engine blocks scaled to the index's block
   * size (prefix-cache.md 7).
   */
  int capacity(EndpointSnapshot snapshot, int ordinal, int blockTokens) {
    if (!autoTune || ordinal < 0) {
      return capacity;
    }
    double tokens =
        snapshot.value(Signal.CACHE_BLOCK_SIZE, ordinal)
            * snapshot.value(Signal.CACHE_BLOCKS, ordinal);
    return tokens > 0
        ? (int) Math.max(1, Math.min(tokens / blockTokens, Integer.MAX_VALUE))
        : capacity;
  }
}
