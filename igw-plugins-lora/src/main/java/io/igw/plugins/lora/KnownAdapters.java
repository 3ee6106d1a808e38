package io.igw.plugins.lora;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Names that some endpoint has reported as an adapter. Engines list only adapters that run or wait
 * at this moment, so an idle one is told from the base model by having been seen before.
 *
 * <p>Bounded: with more than {@value #LIMIT} names, those that are not in the snapshot at hand are
 * forgotten.
 *
 * <p><b>Threading.</b> An immutable set, replaced by compare-and-set. Lock-free; {@link #contains}
 * is wait-free and allocates nothing.
 */
final class KnownAdapters implements AutoCloseable {
  static final int LIMIT = 4096;

  private final AtomicReference<Set<String>> names = new AtomicReference<>(Set.of());

  boolean contains(String name) {
    return names.get().contains(name);
  }

  void learn(Set<String> reported) {
    while (true) {
      Set<String> known = names.get();
      if (known.containsAll(reported)) {
        return;
      }
      Set<String> next = new HashSet<>(known);
      next.addAll(reported);
      if (next.size() > LIMIT) {
        next.retainAll(reported);
      }
      if (names.compareAndSet(known, next)) {
        return;
      }
    }
  }

  int size() {
    return names.get().size();
  }

  @Override
  public void close() {}
}
