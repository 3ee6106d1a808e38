package io.igw.scheduler;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The columns of the next snapshot, copied on the first write after a publication: a column that no
 * report touches is the same array in every snapshot. Confined to the pool's writer; an array that
 * was published is never written again.
 */
final class ColumnStore {
  private double[][] values;
  private long[][] seen;
  private @Nullable Object[][] facts;

  // Whether the writer owns the array, that is, whether no snapshot holds it.
  private boolean[] ownsValues;
  private boolean[] ownsSeen;
  private boolean[] ownsFacts;
  private int size;

  ColumnStore(int signals, int attributes) {
    values = new double[signals][0];
    seen = new long[signals][0];
    facts = new Object[attributes][0];
    ownsValues = new boolean[signals];
    ownsSeen = new boolean[signals];
    ownsFacts = new boolean[attributes];
  }

  /** Sets a number unless a newer one is there. Returns whether anything changed. */
  boolean set(Signal signal, int ordinal, double value, long seenNanos) {
    int s = signal.index();
    if (s >= values.length) {
      growSignals(s + 1);
    }
    long known = seen[s][ordinal];
    if (known != EndpointSnapshot.NEVER && seenNanos - known < 0) {
      return false;
    }
    boolean changed = false;
    if (known != seenNanos) {
      if (!ownsSeen[s]) {
        seen[s] = seen[s].clone();
        ownsSeen[s] = true;
      }
      seen[s][ordinal] = seenNanos;
      changed = true;
    }
    if (Double.doubleToLongBits(values[s][ordinal]) != Double.doubleToLongBits(value)) {
      if (!ownsValues[s]) {
        values[s] = values[s].clone();
        ownsValues[s] = true;
      }
      values[s][ordinal] = value;
      changed = true;
    }
    return changed;
  }

  /**
   * Makes absent what was seen before a time; where no number is left, the adapters too. When a
   * number was seen stays. Returns whether anything changed.
   */
  boolean expire(long seenBeforeNanos) {
    boolean changed = false;
    for (int ordinal = 0; ordinal < size; ordinal++) {
      boolean expired = false;
      boolean left = false;
      for (int s = 0; s < values.length; s++) {
        if (Double.isNaN(values[s][ordinal])) {
          continue;
        }
        if (seen[s][ordinal] - seenBeforeNanos >= 0) {
          left = true;
          continue;
        }
        if (!ownsValues[s]) {
          values[s] = values[s].clone();
          ownsValues[s] = true;
        }
        values[s][ordinal] = Double.NaN;
        expired = true;
      }
      if (expired && !left) {
        set(Attribute.LORA_ADAPTERS, ordinal, null);
      }
      changed |= expired;
    }
    return changed;
  }

  /** Sets an object fact. Returns whether it changed. */
  boolean set(Attribute<?> key, int ordinal, @Nullable Object value) {
    int a = key.index();
    if (a >= facts.length) {
      growAttributes(a + 1);
    }
    if (Objects.equals(facts[a][ordinal], value)) {
      return false;
    }
    if (!ownsFacts[a]) {
      facts[a] = facts[a].clone();
      ownsFacts[a] = true;
    }
    facts[a][ordinal] = value;
    return true;
  }

  /** Rearranges every column: {@code from[new ordinal]} is the old ordinal, -1 for a newcomer. */
  void remap(int[] from) {
    size = from.length;
    for (int s = 0; s < values.length; s++) {
      double[] oldValues = values[s];
      long[] oldSeen = seen[s];
      double[] newValues = new double[size];
      long[] newSeen = new long[size];
      for (int i = 0; i < size; i++) {
        newValues[i] = from[i] < 0 ? Double.NaN : oldValues[from[i]];
        newSeen[i] = from[i] < 0 ? EndpointSnapshot.NEVER : oldSeen[from[i]];
      }
      values[s] = newValues;
      seen[s] = newSeen;
    }
    for (int a = 0; a < facts.length; a++) {
      @Nullable Object[] oldFacts = facts[a];
      @Nullable Object[] newFacts = new Object[size];
      for (int i = 0; i < size; i++) {
        newFacts[i] = from[i] < 0 ? null : oldFacts[from[i]];
      }
      facts[a] = newFacts;
    }
    Arrays.fill(ownsValues, true);
    Arrays.fill(ownsSeen, true);
    Arrays.fill(ownsFacts, true);
  }

  /** The snapshot of what is here; every array belongs to it from now on. */
  EndpointSnapshot publish(long version, Endpoint[] endpoints) {
    Arrays.fill(ownsValues, false);
    Arrays.fill(ownsSeen, false);
    Arrays.fill(ownsFacts, false);
    return EndpointSnapshot.of(version, endpoints, values.clone(), seen.clone(), facts.clone());
  }

  private void growSignals(int count) {
    int old = values.length;
    values = Arrays.copyOf(values, count);
    seen = Arrays.copyOf(seen, count);
    ownsValues = Arrays.copyOf(ownsValues, count);
    ownsSeen = Arrays.copyOf(ownsSeen, count);
    for (int s = old; s < count; s++) {
      values[s] = new double[size];
      seen[s] = new long[size];
      Arrays.fill(values[s], Double.NaN);
      Arrays.fill(seen[s], EndpointSnapshot.NEVER);
      ownsValues[s] = true;
      ownsSeen[s] = true;
    }
  }

  private void growAttributes(int count) {
    int old = facts.length;
    facts = Arrays.copyOf(facts, count);
    ownsFacts = Arrays.copyOf(ownsFacts, count);
    for (int a = old; a < count; a++) {
      facts[a] = new Object[size];
      ownsFacts[a] = true;
    }
  }
}
