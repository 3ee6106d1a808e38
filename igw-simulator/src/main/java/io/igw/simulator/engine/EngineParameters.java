package io.igw.simulator.engine;

/**
 * Size and speed of an engine. Sizes are named after vLLM's flags; times are in nanoseconds of
 * simulated time.
 *
 * @param maxNumSeqs jobs that run at once
 * @param maxNumBatchedTokens tokens that a step computes at most
 * @param blockSize tokens of a KV block
 * @param numGpuBlocks KV blocks
 * @param maxLoras adapters that are loaded at once
 * @param loraLoadNanos time to load an adapter; the step waits for it
 * @param stepNanos what every step takes: scheduling, launches, sampling
 * @param decodeNanos what a step takes more if a job generates in it
 * @param weightNanos reading the weights once; a step that computes little takes that long
 * @param tokenNanos computing one token without its attention
 * @param attentionNanos attention of one prompt token to one token before it
 * @param contextNanos reading the keys and values of one context token of a generating job
 */
public record EngineParameters(
    int maxNumSeqs,
    int maxNumBatchedTokens,
    int blockSize,
    int numGpuBlocks,
    int maxLoras,
    double loraLoadNanos,
    double stepNanos,
    double decodeNanos,
    double weightNanos,
    double tokenNanos,
    double attentionNanos,
    double contextNanos) {

  /** Checks the ranges. */
  public EngineParameters {
    Ranges.positive("maxNumSeqs", maxNumSeqs);
    Ranges.positive("maxNumBatchedTokens", maxNumBatchedTokens);
    Ranges.positive("blockSize", blockSize);
    Ranges.positive("numGpuBlocks", numGpuBlocks);
    Ranges.positive("maxLoras", maxLoras);
    Ranges.notNegative("loraLoadNanos", loraLoadNanos);
    Ranges.notNegative("stepNanos", stepNanos);
    Ranges.notNegative("decodeNanos", decodeNanos);
    Ranges.notNegative("weightNanos", weightNanos);
    Ranges.notNegative("attentionNanos", attentionNanos);
    Ranges.notNegative("contextNanos", contextNanos);
    Ranges.positive("tokenNanos", tokenNanos);
  }

  /**
   * A Llama 3.1 8B in bfloat16 on one H100 SXM, as a roofline at half of the peak arithmetic and
   * four fifths of the peak bandwidth.
   *
   * <p>From the model's card: 8.03 × 10⁹ parameters, 32 layers, 8 key-value heads of 128, so that a
   * token takes 2 × 8.03 × 10⁹ operations and 2 × 32 × 8 × 128 × 2 = 131,072 bytes of KV cache, and
   * 4 × 32 × 4,096 operations for each token that it attends to. From the card's data sheet: 989 ×
   * 10¹² bfloat16 operations and 3.35 × 10¹² bytes a second, 80 GB, of which vLLM uses nine tenths:
   * 16 GB for weights, 2 GB for activations, 54 GB for 412,000 tokens of cache.
   *
   * @param blockSize tokens of a KV block
   */
  public static EngineParameters llama8bOnH100(int blockSize) {
    double operations = 989e12 * 0.5;
    double bytes = 3.35e12 * 0.8;
    double kvBytes = 131_072;
    return new EngineParameters(
        256,
        8192,
        blockSize,
        412_000 / blockSize,
        4,
        100e6,
        1e6,
        0,
        16.06e9 / bytes * 1e9,
        2 * 8.03e9 / operations * 1e9,
        4.0 * 32 * 4096 / operations * 1e9,
        kvBytes / bytes * 1e9);
  }

  /** With another number of KV blocks. */
  public EngineParameters withNumGpuBlocks(int blocks) {
    return new EngineParameters(
        maxNumSeqs,
        maxNumBatchedTokens,
        blockSize,
        blocks,
        maxLoras,
        loraLoadNanos,
        stepNanos,
        decodeNanos,
        weightNanos,
        tokenNanos,
        attentionNanos,
        contextNanos);
  }

  /** With other limits of a step. */
  public EngineParameters withBatch(int sequences, int tokens) {
    return new EngineParameters(
        sequences,
        tokens,
        blockSize,
        numGpuBlocks,
        maxLoras,
        loraLoadNanos,
        stepNanos,
        decodeNanos,
        weightNanos,
        tokenNanos,
        attentionNanos,
        contextNanos);
  }
}
