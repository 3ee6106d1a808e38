package io.igw.runtime.resources;

import java.util.Map;

/**
 * The objects that are in force at one time. Immutable.
 *
 * @param priorities priority by name of an objective (rules K-OBJ-1 and K-OBJ-2)
 * @param rewrites rules for models
 */
public record Resources(Map<String, Integer> priorities, ModelRewrites rewrites) {
  /** No objects. */
  public static final Resources NONE = new Resources(Map.of(), ModelRewrites.NONE);

  /** Copies the map. */
  public Resources {
    priorities = Map.copyOf(priorities);
  }
}
