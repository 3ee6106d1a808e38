package io.igw.simulator;

import io.igw.api.Prompt;
import java.util.LinkedHashMap;
import java.util.Map;

/** The prefix blocks that an engine has in its KV cache, least recently used first. One thread. */
final class PrefixBlocks {
  private final Map<Long, Boolean> blocks = new LinkedHashMap<>(16, 0.75f, true);
  private final int capacity;

  PrefixBlocks(int capacity) {
    this.capacity = capacity;
  }

  /** Full blocks of a prompt; engines never share a partial one. */
  static int fullBlocks(Prompt prompt) {
    int tokens = prompt.estimatedTokens() / EngineSettings.BLOCK_TOKENS;
    return Math.min(tokens, prompt.blocks(EngineSettings.BLOCK_TOKENS));
  }

  /** Leading blocks that are cached; they become the most recently used ones. */
  int match(Prompt prompt) {
    int full = fullBlocks(prompt);
    int hits = 0;
    while (hits < full && blocks.get(prompt.blockHash(EngineSettings.BLOCK_TOKENS, hits)) != null) {
      hits++;
    }
    return hits;
  }

  /** Adds all full blocks of a prompt. */
  void add(Prompt prompt) {
    int full = fullBlocks(prompt);
    // From the end, so that the front of a prefix, which others share, is dropped last.
    for (int i = full - 1; i >= 0; i--) {
      blocks.put(prompt.blockHash(EngineSettings.BLOCK_TOKENS, i), Boolean.TRUE);
    }
    var eldest = blocks.entrySet().iterator();
    for (int over = blocks.size() - capacity; over > 0; over--) {
      eldest.next();
      eldest.remove();
    }
  }

  int size() {
    return blocks.size();
  }

  void clear() {
    blocks.clear();
  }
}
