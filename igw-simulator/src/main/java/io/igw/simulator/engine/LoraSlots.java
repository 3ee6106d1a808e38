package io.igw.simulator.engine;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The LoRA adapters that an engine has loaded, least recently used first. One thread. */
final class LoraSlots {
  private final Map<String, Integer> users = new LinkedHashMap<>(16, 0.75f, true);
  private final int slots;

  LoraSlots(int slots) {
    this.slots = slots;
  }

  /** Whether an adapter is loaded, or a slot can be had for it. */
  boolean hasRoom(String adapter) {
    return users.containsKey(adapter) || users.size() < slots || users.containsValue(0);
  }

  /**
   * Takes a slot; only after {@link #hasRoom}.
   *
   * @return whether the adapter must be loaded
   */
  boolean use(String adapter) {
    boolean load = !users.containsKey(adapter);
    if (load && users.size() >= slots) {
      evict();
    }
    users.merge(adapter, 1, Integer::sum);
    return load;
  }

  private void evict() {
    for (Iterator<Integer> i = users.values().iterator(); i.hasNext(); ) {
      if (i.next() == 0) {
        i.remove();
        return;
      }
    }
  }

  /** Gives a use back; the adapter stays loaded. */
  void release(String adapter) {
    users.computeIfPresent(adapter, (name, count) -> Math.max(0, count - 1));
  }

  /** The loaded adapters. */
  Set<String> loaded() {
    return users.keySet();
  }

  void clear() {
    users.clear();
  }
}
