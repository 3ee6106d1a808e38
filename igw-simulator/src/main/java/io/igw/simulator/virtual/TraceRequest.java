package io.igw.simulator.virtual;

/**
 * One request of a trace.
 *
 * @param arrivalNanos since the start of the trace
 * @param promptTokens at least 1
 * @param outputTokens at least 1
 * @param blocks content ids, one for each {@code blockTokens} of the prompt: equal ids at the same
 *     place mean equal prompts up to there; empty: nothing is shared with anyone
 * @param blockTokens tokens that an id stands for, a multiple of 64
 * @param model model or adapter asked for, empty for the base model
 */
record TraceRequest(
    long arrivalNanos,
    int promptTokens,
    int outputTokens,
    long[] blocks,
    int blockTokens,
    String model) {

  TraceRequest at(long nanos) {
    return new TraceRequest(nanos, promptTokens, outputTokens, blocks, blockTokens, model);
  }
}
