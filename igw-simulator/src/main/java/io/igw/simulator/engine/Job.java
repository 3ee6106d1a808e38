package io.igw.simulator.engine;

import io.igw.api.Prompt;
import org.jspecify.annotations.Nullable;

/** One request inside an {@link EngineModel}. Confined to whoever drives the engine. */
public final class Job {
  private static final long NEVER = Long.MIN_VALUE;

  private final int promptTokens;
  private final int outputTokens;
  private final long[] blockHashes;
  private final @Nullable String adapter;
  private final long arrivedNanos;

  private long admittedNanos = NEVER;
  private long firstTokenNanos = NEVER;
  private long endedNanos = NEVER;
  private int cachedTokens;
  private int preemptions;

  /** Prompt and output tokens whose keys and values are there. */
  int computed;

  /** Output tokens so far. */
  int generated;

  /** Tokens of the step under way. */
  int scheduled;

  /** Leading prompt blocks that the job shares through the cache. */
  int sharedBlocks;

  /** Blocks of its own. */
  int ownBlocks;

  /** The data-parallel rank that it was given to. */
  int rank;

  /** Whether its adapter's slot is taken. */
  boolean adapterHeld;

  /**
   * A request.
   *
   * @param promptTokens at least 1
   * @param outputTokens tokens to generate, at least 1
   * @param blockHashes one for each full block of the prompt, chained: equal hashes mean equal
   *     prompts up to there
   * @param adapter LoRA adapter, null for the base model
   */
  public Job(
      int promptTokens,
      int outputTokens,
      long[] blockHashes,
      @Nullable String adapter,
      long arrivedNanos) {
    if (promptTokens < 1 || outputTokens < 1) {
      throw new IllegalArgumentException(
          "tokens: " + promptTokens + " and " + outputTokens + " (expected: >= 1)");
    }
    this.promptTokens = promptTokens;
    this.outputTokens = outputTokens;
    this.blockHashes = blockHashes;
    this.adapter = adapter;
    this.arrivedNanos = arrivedNanos;
  }

  /**
   * Hashes of the full blocks of a prompt; engines never share a partial one.
   *
   * @param blockTokens tokens of a block
   */
  public static long[] blockHashes(Prompt prompt, int blockTokens) {
    int full = Math.min(prompt.estimatedTokens() / blockTokens, prompt.blocks(blockTokens));
    long[] hashes = new long[full];
    for (int i = 0; i < full; i++) {
      hashes[i] = prompt.blockHash(blockTokens, i);
    }
    return hashes;
  }

  /** Tokens whose keys and values the next token needs. */
  int target() {
    return promptTokens + generated;
  }

  boolean generating() {
    return computed >= promptTokens;
  }

  void admitted(long nowNanos, int cached) {
    if (admittedNanos == NEVER) {
      admittedNanos = nowNanos;
      cachedTokens = cached;
    }
    computed = cached;
  }

  void preempted() {
    preemptions++;
    computed = 0;
    scheduled = 0;
  }

  void token(long nowNanos) {
    generated++;
    if (generated == 1) {
      firstTokenNanos = nowNanos;
    }
  }

  void ended(long nowNanos) {
    endedNanos = nowNanos;
  }

  long[] blockHashes() {
    return blockHashes;
  }

  /** Tokens of the prompt. */
  public int promptTokens() {
    return promptTokens;
  }

  /** Tokens to generate. */
  public int outputTokens() {
    return outputTokens;
  }

  /** Output tokens so far. */
  public int generatedTokens() {
    return generated;
  }

  /** Prompt tokens that were cached when it was first admitted. */
  public int cachedTokens() {
    return cachedTokens;
  }

  /** How often it lost its blocks and was computed anew. */
  public int preemptions() {
    return preemptions;
  }

  /** The adapter, null for the base model. */
  public @Nullable String adapter() {
    return adapter;
  }

  /** When it came. */
  public long arrivedNanos() {
    return arrivedNanos;
  }

  /** When it left the queue; only once it has. */
  public long admittedNanos() {
    return admittedNanos;
  }

  /** When its first token was there; only once it was. */
  public long firstTokenNanos() {
    return firstTokenNanos;
  }

  /** When it ended; only once it has. */
  public long endedNanos() {
    return endedNanos;
  }

  /** Whether it has ended, in whatever way. */
  public boolean ended() {
    return endedNanos != NEVER;
  }

  /** Whether all its tokens were generated. */
  public boolean complete() {
    return generated == outputTokens;
  }
}
