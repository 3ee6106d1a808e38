package io.igw.simulator;

import java.time.Duration;

/**
 * How a simulated engine behaves. Times are simulated times: {@link #speed} shortens them all.
 *
 * @param baseModel the model that is always loaded; any other name in a request is a LoRA adapter
 * @param kvBlocks KV-cache blocks of 64 tokens; the least recently used prefix blocks go first
 * @param maxRunning requests that run at once; others wait
 * @param prefillTokensPerSecond rate at which prompt tokens that are not cached are computed; one
 *     prompt at a time
 * @param prefillFixed time that each prefill takes in any case
 * @param timePerToken time from one generated token to the next
 * @param defaultOutputTokens tokens generated for a request without a limit
 * @param loraSlots adapters that can be loaded at once
 * @param loraLoadTime time to load an adapter
 * @param speed factor by which simulated time runs faster than real time
 * @param maxBodyBytes limit of a request body
 */
public record EngineSettings(
    String baseModel,
    int kvBlocks,
    int maxRunning,
    double prefillTokensPerSecond,
    Duration prefillFixed,
    Duration timePerToken,
    int defaultOutputTokens,
    int loraSlots,
    Duration loraLoadTime,
    double speed,
    int maxBodyBytes) {
  /** Tokens of a KV-cache block. */
  public static final int BLOCK_TOKENS = 64;

  private static final EngineSettings DEFAULTS =
      new EngineSettings(
          "base-model",
          4096,
          32,
          8000,
          Duration.ofMillis(10),
          Duration.ofMillis(15),
          16,
          4,
          Duration.ofMillis(300),
          1,
          16 << 20);

  /** Checks the ranges. */
  public EngineSettings {
    positive("kvBlocks", kvBlocks);
    positive("maxRunning", maxRunning);
    positive("prefillTokensPerSecond", prefillTokensPerSecond);
    positive("defaultOutputTokens", defaultOutputTokens);
    positive("loraSlots", loraSlots);
    positive("speed", speed);
    positive("maxBodyBytes", maxBodyBytes);
    if (baseModel.isEmpty()) {
      throw new IllegalArgumentException("baseModel: '' (expected: not empty)");
    }
  }

  private static void positive(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }

  /** A mid-size engine in real time. */
  public static EngineSettings defaults() {
    return DEFAULTS;
  }

  /** With another base model. */
  public EngineSettings withBaseModel(String name) {
    return new EngineSettings(
        name,
        kvBlocks,
        maxRunning,
        prefillTokensPerSecond,
        prefillFixed,
        timePerToken,
        defaultOutputTokens,
        loraSlots,
        loraLoadTime,
        speed,
        maxBodyBytes);
  }

  /** With another KV cache. */
  public EngineSettings withKvBlocks(int blocks) {
    return new EngineSettings(
        baseModel,
        blocks,
        maxRunning,
        prefillTokensPerSecond,
        prefillFixed,
        timePerToken,
        defaultOutputTokens,
        loraSlots,
        loraLoadTime,
        speed,
        maxBodyBytes);
  }

  /** With another limit of running requests. */
  public EngineSettings withMaxRunning(int requests) {
    return new EngineSettings(
        baseModel,
        kvBlocks,
        requests,
        prefillTokensPerSecond,
        prefillFixed,
        timePerToken,
        defaultOutputTokens,
        loraSlots,
        loraLoadTime,
        speed,
        maxBodyBytes);
  }

  /** With other prefill times. */
  public EngineSettings withPrefill(double tokensPerSecond, Duration fixed) {
    return new EngineSettings(
        baseModel,
        kvBlocks,
        maxRunning,
        tokensPerSecond,
        fixed,
        timePerToken,
        defaultOutputTokens,
        loraSlots,
        loraLoadTime,
        speed,
        maxBodyBytes);
  }

  /** With other decode figures. */
  public EngineSettings withDecode(Duration perToken, int outputTokens) {
    return new EngineSettings(
        baseModel,
        kvBlocks,
        maxRunning,
        prefillTokensPerSecond,
        prefillFixed,
        perToken,
        outputTokens,
        loraSlots,
        loraLoadTime,
        speed,
        maxBodyBytes);
  }

  /** With other LoRA figures. */
  public EngineSettings withLora(int slots, Duration loadTime) {
    return new EngineSettings(
        baseModel,
        kvBlocks,
        maxRunning,
        prefillTokensPerSecond,
        prefillFixed,
        timePerToken,
        defaultOutputTokens,
        slots,
        loadTime,
        speed,
        maxBodyBytes);
  }

  /** With another speed. */
  public EngineSettings withSpeed(double factor) {
    return new EngineSettings(
        baseModel,
        kvBlocks,
        maxRunning,
        prefillTokensPerSecond,
        prefillFixed,
        timePerToken,
        defaultOutputTokens,
        loraSlots,
        loraLoadTime,
        factor,
        maxBodyBytes);
  }

  long realNanos(double simulatedNanos) {
    return (long) (simulatedNanos / speed);
  }

  double prefillNanos(long uncachedTokens) {
    return prefillFixed.toNanos() + uncachedTokens * 1e9 / prefillTokensPerSecond;
  }
}
