package io.igw.api;

import java.util.Set;

/**
 * The LoRA adapters of one endpoint as its engine last reported them.
 *
 * @param active adapters in the running batch
 * @param waiting adapters that waiting requests need
 * @param max adapter slots of the engine; 0 when it cannot load any
 */
public record LoraAdapters(Set<String> active, Set<String> waiting, int max) {
  /** Copies both sets. */
  public LoraAdapters {
    active = Set.copyOf(active);
    waiting = Set.copyOf(waiting);
    if (max < 0) {
      throw new IllegalArgumentException("max: " + max + " (expected: >= 0)");
    }
  }
}
