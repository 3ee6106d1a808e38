package io.igw.simulator;

import io.igw.simulator.engine.EngineParameters;
import io.igw.simulator.engine.EnginePreset;
import io.igw.simulator.engine.Ranges;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a simulated engine behaves. Times are simulated times: {@link #speed} shortens them all.
 *
 * @param baseModel the model that is always loaded; any other name in a request is a LoRA adapter
 * @param kvBlocks KV blocks of 64 tokens, for running requests and for prefixes that are kept
 * @param maxRunning requests that run at once; others wait
 * @param prefillTokensPerSecond rate at which prompt tokens that are not cached are computed
 * @param prefillFixed time that each step takes in any case
 * @param timePerToken time from one generated token to the next while no prompt is computed
 * @param defaultOutputTokens tokens generated for a request without a limit
 * @param loraSlots adapters that can be loaded at once
 * @param loraLoadTime time to load an adapter
 * @param speed factor by which simulated time runs faster than real time
 * @param maxBodyBytes limit of a request body
 * @param dataParallelSize ranks behind one queue, each with {@code kvBlocks} and {@code loraSlots}
 * @param kind whose metrics page it shows
 * @param preset whose times count in place of those for prompts and tokens, null for these
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
    int maxBodyBytes,
    int dataParallelSize,
    EngineKind kind,
    @Nullable EnginePreset preset) {
  /** Tokens of a KV-cache block. */
  public static final int BLOCK_TOKENS = 64;

  /** Tokens that a step computes at most: longer prompts come in chunks. */
  private static final int BATCHED_TOKENS = 2048;

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
          16 << 20,
          1,
          EngineKind.VLLM,
          null);

  /** Checks the ranges. */
  public EngineSettings {
    Ranges.positive("kvBlocks", kvBlocks);
    Ranges.positive("maxRunning", maxRunning);
    Ranges.positive("prefillTokensPerSecond", prefillTokensPerSecond);
    Ranges.positive("defaultOutputTokens", defaultOutputTokens);
    Ranges.positive("loraSlots", loraSlots);
    Ranges.positive("speed", speed);
    Ranges.positive("maxBodyBytes", maxBodyBytes);
    Ranges.positive("dataParallelSize", dataParallelSize);
    if (baseModel.isEmpty()) {
      throw new IllegalArgumentException("baseModel: '' (expected: not empty)");
    }
  }

  /** A mid-size engine in real time. */
  public static EngineSettings defaults() {
    return DEFAULTS;
  }

  /** With another base model. */
  public EngineSettings withBaseModel(String name) {
    return with(copy -> copy.baseModel = name);
  }

  /** With another KV cache. */
  public EngineSettings withKvBlocks(int blocks) {
    return with(copy -> copy.kvBlocks = blocks);
  }

  /** With another limit of running requests. */
  public EngineSettings withMaxRunning(int requests) {
    return with(copy -> copy.maxRunning = requests);
  }

  /** With the sizes and times of a preset. */
  public EngineSettings withPreset(EnginePreset other) {
    EngineParameters parameters = other.parameters(BLOCK_TOKENS);
    return with(copy -> {
      copy.preset = other;
      copy.kvBlocks = parameters.numGpuBlocks();
      copy.maxRunning = parameters.maxNumSeqs();
      copy.loraSlots = parameters.maxLoras();
      copy.loraLoadTime = Duration.ofNanos((long) parameters.loraLoadNanos());
    });
  }

  /** With other prefill times, and none of a preset. */
  public EngineSettings withPrefill(double tokensPerSecond, Duration fixed) {
    return with(copy -> {
      copy.preset = null;
      copy.prefillTokensPerSecond = tokensPerSecond;
      copy.prefillFixed = fixed;
    });
  }

  /** With other decode figures, and times of no preset. */
  public EngineSettings withDecode(Duration perToken, int outputTokens) {
    return with(copy -> {
      copy.preset = null;
      copy.timePerToken = perToken;
      copy.defaultOutputTokens = outputTokens;
    });
  }

  /** With other LoRA figures. */
  public EngineSettings withLora(int slots, Duration loadTime) {
    return with(copy -> {
      copy.loraSlots = slots;
      copy.loraLoadTime = loadTime;
    });
  }

  /** With another speed. */
  public EngineSettings withSpeed(double factor) {
    return with(copy -> copy.speed = factor);
  }

  /** With data-parallel ranks. */
  public EngineSettings withDataParallelSize(int ranks) {
    return with(copy -> copy.dataParallelSize = ranks);
  }

  /** With another engine's metrics page. */
  public EngineSettings withKind(EngineKind other) {
    return with(copy -> copy.kind = other);
  }

  private EngineSettings with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.settings();
  }

  /** The components, to be changed. */
  private static final class Copy {
    private String baseModel;
    private int kvBlocks;
    private int maxRunning;
    private double prefillTokensPerSecond;
    private Duration prefillFixed;
    private Duration timePerToken;
    private int defaultOutputTokens;
    private int loraSlots;
    private Duration loraLoadTime;
    private double speed;
    private final int maxBodyBytes;
    private int dataParallelSize;
    private EngineKind kind;
    private @Nullable EnginePreset preset;

    Copy(EngineSettings from) {
      baseModel = from.baseModel;
      kvBlocks = from.kvBlocks;
      maxRunning = from.maxRunning;
      prefillTokensPerSecond = from.prefillTokensPerSecond;
      prefillFixed = from.prefillFixed;
      timePerToken = from.timePerToken;
      defaultOutputTokens = from.defaultOutputTokens;
      loraSlots = from.loraSlots;
      loraLoadTime = from.loraLoadTime;
      speed = from.speed;
      maxBodyBytes = from.maxBodyBytes;
      dataParallelSize = from.dataParallelSize;
      kind = from.kind;
      preset = from.preset;
    }

    EngineSettings settings() {
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
          speed,
          maxBodyBytes,
          dataParallelSize,
          kind,
          preset);
    }
  }

  /** The engine in the model's terms. */
  EngineParameters parameters() {
    if (preset != null) {
      EngineParameters parameters = preset.parameters(BLOCK_TOKENS);
      return parameters
          .withBatch(maxRunning, parameters.maxNumBatchedTokens())
          .withNumGpuBlocks(kvBlocks)
          .withLora(loraSlots, loraLoadTime.toNanos());
    }
    double tokenNanos = 1e9 / prefillTokensPerSecond;
    double step = prefillFixed.toNanos();
    return new EngineParameters(
        maxRunning,
        BATCHED_TOKENS,
        BLOCK_TOKENS,
        kvBlocks,
        loraSlots,
        loraLoadTime.toNanos(),
        step,
        Math.max(0, timePerToken.toNanos() - step - tokenNanos),
        0,
        tokenNanos,
        0,
        0);
  }
}
