package io.igw.api;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pool at one instant. Ordinals 0..size-1 follow endpoint-id order. Numbers are columns: one
 * {@code double[]} by ordinal per {@link Signal}, NaN where nothing was ever seen, each number with
 * the time it was seen.
 *
 * <p><b>Threading.</b> Immutable once made, but for the cache of {@link Derived} values: an
 * immutable chain of entries, replaced by compare-and-set. A loser of that race computes again and
 * drops its result if another thread's is there; lock-free, and an entry once seen stays.
 *
 * <p><b>Cost.</b> Every read is an array access; {@link #derived} walks one entry per distinct key
 * in use.
 */
public final class EndpointSnapshot {
  /** Time of a number that was never seen. */
  public static final long NEVER = Long.MIN_VALUE;

  private static final VarHandle CHAIN;

  static {
    try {
      CHAIN = MethodHandles.lookup().findVarHandle(EndpointSnapshot.class, "chain", Entry.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long version;
  private final Endpoint[] endpoints;
  private final double[][] columns;
  private final long[][] seenNanos;
  private final @Nullable Object[][] attributes;
  private final int[] ordinalBySlot;
  private final double[] absent;
  private volatile @Nullable Entry chain;

  private record Entry(Derived<?> key, Object value, @Nullable Entry next) {}

  private EndpointSnapshot(
      long version,
      Endpoint[] endpoints,
      double[][] columns,
      long[][] seenNanos,
      @Nullable Object[][] attributes) {
    this.version = version;
    this.endpoints = endpoints;
    this.columns = columns;
    this.seenNanos = seenNanos;
    this.attributes = attributes;
    this.ordinalBySlot = slots(endpoints);
    this.absent = new double[endpoints.length];
    Arrays.fill(absent, Double.NaN);
  }

  /**
   * A snapshot over the given arrays, which it owns from now on: the pool's writer shares unchanged
   * columns between snapshots this way.
   *
   * @param version grows with every publication
   * @param endpoints in endpoint-id order
   * @param columns by signal index, each by ordinal; an array shorter than the schema means absent
   *     columns
   * @param seenNanos as {@code columns}: when each number was seen, {@link #NEVER} if it was not
   * @param attributes by attribute index, each by ordinal
   * @throws IllegalArgumentException if the endpoints are not in order or a column has another
   *     length
   */
  public static EndpointSnapshot of(
      long version,
      Endpoint[] endpoints,
      double[][] columns,
      long[][] seenNanos,
      @Nullable Object[][] attributes) {
    for (int i = 1; i < endpoints.length; i++) {
      if (endpoints[i - 1].id().compareTo(endpoints[i].id()) >= 0) {
        throw new IllegalArgumentException(
            "endpoints: " + endpoints[i].id() + " (expected: ascending, distinct ids)");
      }
    }
    for (double[] column : columns) {
      if (column.length != endpoints.length) {
        throw new IllegalArgumentException(
            "column length: " + column.length + " (expected: " + endpoints.length + ")");
      }
    }
    return new EndpointSnapshot(version, endpoints, columns, seenNanos, attributes);
  }

  /** A builder for tests and for pools that never change. */
  public static Builder builder() {
    return new Builder();
  }

  /** Grows with every publication. */
  public long version() {
    return version;
  }

  /** Number of endpoints. */
  public int size() {
    return endpoints.length;
  }

  /** The endpoint at an ordinal. */
  public Endpoint endpoint(int ordinal) {
    return endpoints[ordinal];
  }

  /** Ordinal of a live endpoint, or -1 if the slot is free or holds another generation. */
  public int ordinalOf(int slot, int generation) {
    if (slot < 0 || slot >= ordinalBySlot.length) {
      return -1;
    }
    int ordinal = ordinalBySlot[slot];
    return ordinal >= 0 && endpoints[ordinal].generation() == generation ? ordinal : -1;
  }

  /** One past the highest slot in use: the length of an array indexed by slot. */
  public int slotLimit() {
    return ordinalBySlot.length;
  }

  /** Ordinal of the endpoint that holds the slot now, or -1. */
  public int ordinalOfSlot(int slot) {
    return slot >= 0 && slot < ordinalBySlot.length ? ordinalBySlot[slot] : -1;
  }

  /** A number, NaN if it was never seen. */
  public double value(Signal signal, int ordinal) {
    return column(signal)[ordinal];
  }

  /** The whole column by ordinal; read only. */
  public double[] column(Signal signal) {
    return signal.index() < columns.length ? columns[signal.index()] : absent;
  }

  /**
   * Age of a number in nanoseconds at {@code nowNanos}, {@link Long#MAX_VALUE} if it was never
   * seen.
   */
  public long ageNanos(Signal signal, int ordinal, long nowNanos) {
    if (signal.index() >= seenNanos.length) {
      return Long.MAX_VALUE;
    }
    long seen = seenNanos[signal.index()][ordinal];
    return seen == NEVER ? Long.MAX_VALUE : nowNanos - seen;
  }

  /** An object fact, null if absent. */
  @SuppressWarnings("unchecked")
  public <T> @Nullable T attribute(Attribute<T> key, int ordinal) {
    return key.index() < attributes.length ? (T) attributes[key.index()][ordinal] : null;
  }

  /** The derived value, computed on first use. */
  @SuppressWarnings("unchecked")
  public <T> T derived(Derived<T> key) {
    Entry head = chain;
    Object found = find(head, null, key);
    if (found != null) {
      return (T) found;
    }
    T computed = key.compute(this);
    while (true) {
      if (CHAIN.compareAndSet(this, head, new Entry(key, computed, head))) {
        return computed;
      }
      Entry now = chain;
      Object other = find(now, head, key);
      if (other != null) {
        return (T) other;
      }
      head = now;
    }
  }

  private static @Nullable Object find(
      @Nullable Entry from, @Nullable Entry until, Derived<?> key) {
    for (Entry e = from; e != until && e != null; e = e.next()) {
      if (e.key() == key) {
        return e.value();
      }
    }
    return null;
  }

  private static int[] slots(Endpoint[] endpoints) {
    int limit = 0;
    for (Endpoint endpoint : endpoints) {
      limit = Math.max(limit, endpoint.slot() + 1);
    }
    int[] bySlot = new int[limit];
    Arrays.fill(bySlot, -1);
    for (int i = 0; i < endpoints.length; i++) {
      bySlot[endpoints[i].slot()] = i;
    }
    return bySlot;
  }

  /** Builds a snapshot from endpoints in any order. Not thread-safe. */
  public static final class Builder {
    private record Number(Signal signal, EndpointId id, double value, long seenNanos) {}

    private record Fact(Attribute<?> key, EndpointId id, Object value) {}

    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Number> numbers = new ArrayList<>();
    private final List<Fact> facts = new ArrayList<>();
    private long version = 1;

    private Builder() {}

    /** Sets the version; 1 unless set. */
    public Builder version(long version) {
      this.version = version;
      return this;
    }

    /** Adds an endpoint. */
    public Builder endpoint(Endpoint endpoint) {
      endpoints.add(endpoint);
      return this;
    }

    /**
     * Adds {@code pod-<n>} in namespace {@code default} at {@code 10.0.0.x:8000}, with the next
     * free slot.
     */
    public Builder endpoints(int count) {
      for (int i = 0; i < count; i++) {
        int n = endpoints.size();
        String host = "10." + (n >> 16 & 255) + "." + (n >> 8 & 255) + "." + (n & 255);
        endpoints.add(
            Endpoint.of(
                new EndpointId("default", String.format("pod-%05d", n)),
                host,
                8000,
                java.util.Map.of(),
                n,
                1));
      }
      return this;
    }

    /** Sets a number of the n-th endpoint added, seen at time 0. */
    public Builder value(Signal signal, int n, double value) {
      return value(signal, n, value, 0);
    }

    /** Sets a number of the n-th endpoint added, seen at a time. */
    public Builder value(Signal signal, int n, double value, long seenNanos) {
      numbers.add(new Number(signal, endpoints.get(n).id(), value, seenNanos));
      return this;
    }

    /** Sets an object fact of the n-th endpoint added. */
    public <T> Builder attribute(Attribute<T> key, int n, T value) {
      facts.add(new Fact(key, endpoints.get(n).id(), value));
      return this;
    }

    /**
     * The snapshot.
     *
     * @throws IllegalArgumentException if two endpoints have the same id
     */
    public EndpointSnapshot build() {
      Endpoint[] sorted = endpoints.toArray(new Endpoint[0]);
      Arrays.sort(sorted, Comparator.comparing(Endpoint::id));
      int signals = numbers.stream().mapToInt(n -> n.signal().index() + 1).max().orElse(0);
      int keys = facts.stream().mapToInt(f -> f.key().index() + 1).max().orElse(0);
      double[][] columns = new double[signals][sorted.length];
      long[][] seen = new long[signals][sorted.length];
      for (int s = 0; s < signals; s++) {
        Arrays.fill(columns[s], Double.NaN);
        Arrays.fill(seen[s], NEVER);
      }
      for (Number n : numbers) {
        int ordinal = ordinal(sorted, n.id());
        columns[n.signal().index()][ordinal] = n.value();
        seen[n.signal().index()][ordinal] = n.seenNanos();
      }
      Object[][] objects = new Object[keys][sorted.length];
      for (Fact f : facts) {
        objects[f.key().index()][ordinal(sorted, f.id())] = f.value();
      }
      return of(version, sorted, columns, seen, objects);
    }

    private static int ordinal(Endpoint[] sorted, EndpointId id) {
      for (int i = 0; i < sorted.length; i++) {
        if (sorted[i].id().equals(id)) {
          return i;
        }
      }
      throw new IllegalStateException("no endpoint " + id);
    }
  }
}
