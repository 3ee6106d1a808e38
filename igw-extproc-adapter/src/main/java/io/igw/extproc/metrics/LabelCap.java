package io.igw.extproc.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the values of a label that clients choose: the first so many keep their name, all others
 * become {@code other}.
 *
 * <p><b>Threading.</b> Any thread. The bound may be passed by as many values as threads race.
 */
final class LabelCap {
  static final String OTHER = "other";

  private static final int LONGEST = 128;

  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final AtomicInteger size = new AtomicInteger();
  private final int limit;

  LabelCap(int limit) {
    this.limit = limit;
  }

  /** Values that keep their names beside the limit: an operator chose them. */
  void keep(Set<String> values) {
    known.addAll(values);
  }

  String cap(String value) {
    if (value.isEmpty() || known.contains(value)) {
      return value;
    }
    if (value.length() > LONGEST || size.get() >= limit) {
      return OTHER;
    }
    if (known.add(value)) {
      size.incrementAndGet();
    }
    return value;
  }
}
