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

  /** With other slots for adapters. */
  public EngineParameters withLora(int slots, double loadNanos) {
    return new EngineParameters(
        maxNumSeqs,
        maxNumBatchedTokens,
        blockSize,
        numGpuBlocks,
        slots,
        loadNanos,
        stepNanos,
        decodeNanos,
        weightNanos,
        tokenNanos,
        attentionNanos,
        contextNanos);
  }

  /** So many times faster in all that it computes; adapters load as before. */
  public EngineParameters withSpeed(double factor) {
    return new EngineParameters(
        maxNumSeqs,
        maxNumBatchedTokens,
        blockSize,
        numGpuBlocks,
        maxLoras,
        loraLoadNanos,
        stepNanos / factor,
        decodeNanos / factor,
        weightNanos / factor,
        tokenNanos / factor,
        attentionNanos / factor,
        contextNanos / factor);
  }
}
