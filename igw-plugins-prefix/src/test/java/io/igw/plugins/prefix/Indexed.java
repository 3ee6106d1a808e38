package io.igw.plugins.prefix;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Prompt;
import java.util.Map;

/** An index with short forms of its calls. */
final class Indexed {
  static final int BLOCK = 64;
  static final int AMPLE = 1 << 20;

  final PrefixIndex index;
  private final SlotMatches matches = new SlotMatches();

  Indexed(long maxBytes) {
    this.index = new PrefixIndex(maxBytes);
  }

  /** A snapshot with these generations by slot; 0: the slot is free. */
  static EndpointSnapshot snapshot(long version, int... generations) {
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder().version(version);
    for (int slot = 0; slot < generations.length; slot++) {
      if (generations[slot] != 0) {
        String name = "e-" + slot + "-" + generations[slot];
        builder.endpoint(
            Endpoint.of(
                new EndpointId("default", name),
                "10.0.0.1",
                8000,
                Map.of(),
                slot,
                generations[slot]));
      }
    }
    return builder.build();
  }

  Indexed follow(long version, int... generations) {
    index.follow(snapshot(version, generations));
    return this;
  }

  int record(int slot, Prompt prompt) {
    return record(slot, 1, prompt, AMPLE);
  }

  int record(int slot, int generation, Prompt prompt, int capacity) {
    return index.record(slot, generation, prompt, BLOCK, prompt.blocks(BLOCK), capacity);
  }

  int match(int slot, Prompt prompt) {
    return match(slot, 1, prompt);
  }

  int match(int slot, int generation, Prompt prompt) {
    index.match(prompt, BLOCK, prompt.blocks(BLOCK), matches);
    return matches.blocks(slot, generation);
  }
}
