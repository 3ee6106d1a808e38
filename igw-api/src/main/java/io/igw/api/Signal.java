package io.igw.api;

/**
 * Key of a numeric column of the {@link EndpointSnapshot}; a number that was never seen is NaN.
 * Obtained from a {@link Schema} (for plugins: from their context) or one of the constants, which
 * every schema holds at the same index.
 */
public final class Signal {
  /** Requests that wait in the engine's queue; at least 0. */
  public static final Signal WAITING_REQUESTS = new Signal("WaitingQueueSize", 0);

  /** Requests in the engine's running batch; at least 0. */
  public static final Signal RUNNING_REQUESTS = new Signal("RunningRequestsSize", 1);

  /** Used share of the engine's KV cache, 0..1. */
  public static final Signal KV_CACHE_USAGE = new Signal("KVCacheUsagePercent", 2);

  /** Tokens in one block of the engine's KV cache; at least 1. */
  public static final Signal CACHE_BLOCK_SIZE = new Signal("CacheBlockSize", 3);

  /** Blocks of the engine's KV cache; at least 1. */
  public static final Signal CACHE_BLOCKS = new Signal("CacheNumBlocks", 4);

  /**
   * 0 while the engine sleeps and can serve nothing, which keeps it from being a candidate; else 1.
   */
  public static final Signal ENGINE_AWAKE = new Signal("EngineAwake", 5);

  /** How many constants there are. */
  static final int CONSTANTS = 6;

  private final String name;
  private final int index;

  Signal(String name, int index) {
    this.name = name;
    this.index = index;
  }

  /** Name as it stands in configuration. */
  public String name() {
    return name;
  }

  /** Column number within the schema. */
  public int index() {
    return index;
  }

  @Override
  public String toString() {
    return name;
  }
}
