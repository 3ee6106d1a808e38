package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers and facts of a pool by ordinal, copied on write: an array that a published snapshot
 * shares is replaced before it is changed, one that did not change is shared on. The pool's writer
 * only.
 */
final class PoolColumns {
  private final Schema schema;
  private final Map<EndpointId, Integer> ordinals = new HashMap<>();
  private Endpoint[] endpoints = {};
  private double[][] numbers = {};
  private long[][] seen = {};
  private @Nullable Object[][] facts = {};
  private boolean[] ownNumbers = {};
  private boolean[] ownSeen = {};
  private boolean[] ownFacts = {};

  PoolColumns(Schema schema) {
    this.schema = schema;
  }

  /**
   * Takes over another membership; columns follow the endpoints that stay by slot and generation.
   */
  void members(TreeMap<EndpointId, PooledEndpoint> members) {
    Endpoint[] next = members.values().toArray(new Endpoint[0]);
    int[] from = new int[next.length];
    for (int i = 0; i < next.length; i++) {
      Integer ordinal = ordinals.get(next[i].id());
      from[i] =
          ordinal != null
                  && endpoints[ordinal].generation() == next[i].generation()
                  && endpoints[ordinal].slot() == next[i].slot()
              ? ordinal
              : -1;
    }
    for (int s = 0; s < numbers.length; s++) {
      double[] values = new double[next.length];
      long[] times = new long[next.length];
      for (int i = 0; i < next.length; i++) {
        values[i] = from[i] < 0 ? Double.NaN : numbers[s][from[i]];
        times[i] = from[i] < 0 ? EndpointSnapshot.NEVER : seen[s][from[i]];
      }
      numbers[s] = values;
      seen[s] = times;
      ownNumbers[s] = true;
      ownSeen[s] = true;
    }
    for (int f = 0; f < facts.length; f++) {
      @Nullable Object[] values = new @Nullable Object[next.length];
      for (int i = 0; i < next.length; i++) {
        values[i] = from[i] < 0 ? null : facts[f][from[i]];
      }
      facts[f] = values;
      ownFacts[f] = true;
    }
    endpoints = next;
    ordinals.clear();
    for (int i = 0; i < next.length; i++) {
      ordinals.put(next[i].id(), i);
    }
  }

  /** Applies a report about a member. */
  void apply(EndpointReport report) {
    int ordinal = ordinals.getOrDefault(report.id(), -1);
    if (ordinal < 0) {
      return;
    }
    for (EndpointReport.Number number : report.numbers()) {
      int s = number.signal().index();
      reserveNumbers(s);
      if (Double.compare(numbers[s][ordinal], number.value()) != 0) {
        if (!ownNumbers[s]) {
          numbers[s] = numbers[s].clone();
          ownNumbers[s] = true;
        }
        numbers[s][ordinal] = number.value();
      }
      if (!ownSeen[s]) {
        seen[s] = seen[s].clone();
        ownSeen[s] = true;
      }
      seen[s][ordinal] = report.seenNanos();
    }
    for (EndpointReport.Fact fact : report.facts()) {
      int f = fact.key().index();
      reserveFacts(f);
      if (facts[f][ordinal] != fact.value()) {
        if (!ownFacts[f]) {
          facts[f] = facts[f].clone();
          ownFacts[f] = true;
        }
        facts[f][ordinal] = fact.value();
      }
    }
  }

  /** A snapshot that shares every array; the next change copies. */
  EndpointSnapshot publish(long version) {
    Arrays.fill(ownNumbers, false);
    Arrays.fill(ownSeen, false);
    Arrays.fill(ownFacts, false);
    return EndpointSnapshot.of(version, endpoints, numbers.clone(), seen.clone(), facts.clone());
  }

  private void reserveNumbers(int index) {
    if (index < numbers.length) {
      return;
    }
    int had = numbers.length;
    int size = Math.max(index + 1, schema.signalCount());
    numbers = Arrays.copyOf(numbers, size);
    seen = Arrays.copyOf(seen, size);
    ownNumbers = Arrays.copyOf(ownNumbers, size);
    ownSeen = Arrays.copyOf(ownSeen, size);
    for (int s = had; s < size; s++) {
      numbers[s] = new double[endpoints.length];
      seen[s] = new long[endpoints.length];
      Arrays.fill(numbers[s], Double.NaN);
      Arrays.fill(seen[s], EndpointSnapshot.NEVER);
      ownNumbers[s] = true;
      ownSeen[s] = true;
    }
  }

  private void reserveFacts(int index) {
    if (index < facts.length) {
      return;
    }
    int had = facts.length;
    int size = Math.max(index + 1, schema.attributeCount());
    facts = Arrays.copyOf(facts, size);
    ownFacts = Arrays.copyOf(ownFacts, size);
    for (int f = had; f < size; f++) {
      facts[f] = new @Nullable Object[endpoints.length];
      ownFacts[f] = true;
    }
  }
}
