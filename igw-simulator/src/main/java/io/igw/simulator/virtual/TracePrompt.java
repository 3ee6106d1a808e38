package io.igw.simulator.virtual;

import io.igw.api.Prompt;

/** The prompt of a trace's request, of which nothing but the equality of its parts is known. */
record TracePrompt(TraceRequest request) implements Prompt {
  @Override
  public int estimatedTokens() {
    return request.promptTokens();
  }

  @Override
  public int blocks(int blockTokens) {
    long known = (long) request.blocks().length * request.blockTokens();
    return (int) (Math.min(known, request.promptTokens()) / blockTokens);
  }

  @Override
  public long blockHash(int blockTokens, int block) {
    // An id stands for all that is before it, so the last token's id tells the whole block.
    long last = (long) (block + 1) * blockTokens - 1;
    long id = request.blocks()[(int) (last / request.blockTokens())];
    return mix(mix(id + 1) + last % request.blockTokens() + blockTokens);
  }

  /** The output function of SplitMix64 (Steele, Lea, Flood 2014). */
  static long mix(long value) {
    long z = value * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
