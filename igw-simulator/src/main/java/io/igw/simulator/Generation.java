package io.igw.simulator;

import io.igw.api.Prompt;
import org.jspecify.annotations.Nullable;

/** One request inside an engine. Confined to the engine's event loop. */
final class Generation {
  /** Hears what the engine generates, on the engine's event loop. */
  interface Listener {
    /** Token {@code index} from 0 is there. */
    void token(int index);

    /** All tokens are there. */
    void done();
  }

  final Prompt prompt;
  final @Nullable String adapter;
  final int outputTokens;
  final Listener listener;
  final long arrivedNanos;
  long startedNanos;
  long firstTokenNanos;
  long lastTokenNanos;
  int cachedTokens;
  int generated;
  int pinnedBlocks;
  boolean running;
  boolean ended;

  Generation(
      Prompt prompt,
      @Nullable String adapter,
      int outputTokens,
      Listener listener,
      long arrivedNanos) {
    this.prompt = prompt;
    this.adapter = adapter;
    this.outputTokens = outputTokens;
    this.listener = listener;
    this.arrivedNanos = arrivedNanos;
  }

  int promptTokens() {
    return prompt.estimatedTokens();
  }

  /** KV blocks that prompt and output fill in the end. */
  int blocks() {
    return (promptTokens() + outputTokens + EngineSettings.BLOCK_TOKENS - 1)
        / EngineSettings.BLOCK_TOKENS;
  }
}
