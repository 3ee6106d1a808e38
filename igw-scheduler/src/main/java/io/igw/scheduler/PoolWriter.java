package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the pool's writer knows: members, slots and the columns of the next snapshot. Confined to
 * the writer; the pool's claim hands it from thread to thread.
 */
final class PoolWriter {
  /** What is behind an address that seems to begin anew all the time is not one server. */
  static final long RENEWAL_NANOS = 10_000_000_000L;

  private final SlotTable slots = new SlotTable();
  private final TreeMap<EndpointId, PoolEndpoint> members = new TreeMap<>();
  private final LongSupplier nanoClock;
  private final ColumnStore columns;
  private PoolEndpoint[] ordered = {};
  private List<PoolEndpoint> removed = new ArrayList<>();
  private EndpointPool.RemovalListener[] listeners = {};
  private List<Runnable> memberListeners = List.of();
  private boolean rearranged;
  private boolean membershipChanged;
  private boolean factsChanged;
  private long version = 1;

  PoolWriter(int signals, int attributes, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.columns = new ColumnStore(signals, attributes);
  }

  void upsert(EndpointSpec spec) {
    PoolEndpoint known = members.get(spec.id());
    if (known != null && known.sameAddress(spec)) {
      if (!known.spec().equals(spec)) {
        put(known.with(spec));
      }
      return;
    }
    if (known != null) {
      drop(known);
    }
    add(spec);
  }

  private void add(EndpointSpec spec) {
    long now = nanoClock.getAsLong();
    int slot = slots.allocate(version, now);
    put(new PoolEndpoint(spec, slot, slots.generation(slot), slots.load(slot), new Arrival(now)));
  }

  /**
   * The endpoint with this id and generation begins anew, unless it has joined less than {@link
   * #RENEWAL_NANOS} ago.
   */
  void renew(EndpointId id, int generation) {
    PoolEndpoint known = members.get(id);
    if (known == null
        || known.generation() != generation
        || nanoClock.getAsLong() - known.arrival().joinedNanos() < RENEWAL_NANOS) {
      return;
    }
    drop(known);
    add(known.spec());
  }

  void remove(EndpointId id) {
    PoolEndpoint known = members.remove(id);
    if (known != null) {
      drop(known);
    }
  }

  void replaceAll(Collection<EndpointSpec> specs) {
    TreeMap<EndpointId, EndpointSpec> wanted = new TreeMap<>();
    for (EndpointSpec spec : specs) {
      wanted.put(spec.id(), spec);
    }
    for (EndpointId id : List.copyOf(members.keySet())) {
      if (!wanted.containsKey(id)) {
        remove(id);
      }
    }
    wanted.values().forEach(this::upsert);
  }

  void report(EndpointReport report) {
    rearrange();
    int ordinal = ordinal(report.id());
    if (ordinal < 0) {
      return;
    }
    boolean changed = false;
    for (EndpointReport.Number number : report.numbers()) {
      changed |= columns.set(number.signal(), ordinal, number.value(), report.seenNanos());
    }
    for (EndpointReport.Fact fact : report.facts()) {
      changed |= columns.set(fact.key(), ordinal, fact.value());
    }
    factsChanged |= changed;
  }

  /** Forgets numbers that were seen before a time, and the adapters of who has none left. */
  void expire(long seenBeforeNanos) {
    rearrange();
    factsChanged |= columns.expire(seenBeforeNanos);
  }

  void listen(EndpointPool.RemovalListener listener) {
    int n = listeners.length;
    listeners = Arrays.copyOf(listeners, n + 1);
    listeners[n] = listener;
  }

  void listen(Runnable listener) {
    List<Runnable> more = new ArrayList<>(memberListeners);
    more.add(listener);
    memberListeners = more;
  }

  void ignore(Runnable listener) {
    List<Runnable> fewer = new ArrayList<>(memberListeners);
    fewer.remove(listener);
    memberListeners = fewer;
  }

  List<Runnable> memberListeners() {
    return memberListeners;
  }

  /** Whether an endpoint joined, left or changed since the last snapshot. */
  boolean membershipChanged() {
    return membershipChanged;
  }

  /** Whether a snapshot made now would differ from the last one. */
  boolean changed() {
    return membershipChanged || factsChanged;
  }

  /** The next snapshot. */
  EndpointSnapshot snapshot() {
    rearrange();
    membershipChanged = false;
    factsChanged = false;
    return columns.publish(version++, ordered);
  }

  /** The endpoints that left since the last call. */
  List<PoolEndpoint> takeRemoved() {
    if (removed.isEmpty()) {
      return List.of();
    }
    List<PoolEndpoint> taken = removed;
    removed = new ArrayList<>();
    return taken;
  }

  EndpointPool.RemovalListener[] listeners() {
    return listeners;
  }

  private void put(PoolEndpoint endpoint) {
    members.put(endpoint.id(), endpoint);
    rearranged = true;
    membershipChanged = true;
  }

  private void drop(PoolEndpoint endpoint) {
    slots.free(endpoint.slot(), version, nanoClock.getAsLong());
    removed.add(endpoint);
    rearranged = true;
    membershipChanged = true;
  }

  /** Brings columns and order in line with the members. */
  private void rearrange() {
    if (!rearranged) {
      return;
    }
    PoolEndpoint[] next = members.values().toArray(new PoolEndpoint[0]);
    int[] from = new int[next.length];
    for (int i = 0; i < next.length; i++) {
      int old = ordinal(next[i].id());
      // Same id at another address is a newcomer: it must not inherit numbers.
      from[i] = old >= 0 && ordered[old].load() == next[i].load() ? old : -1;
    }
    columns.remap(from);
    ordered = next;
    rearranged = false;
  }

  private int ordinal(EndpointId id) {
    int low = 0;
    int high = ordered.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = ordered[middle].id().compareTo(id);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  static @Nullable PoolEndpoint serving(EndpointSnapshot snapshot, String hostPort) {
    for (int i = 0; i < snapshot.size(); i++) {
      Endpoint endpoint = snapshot.endpoint(i);
      if (endpoint.hostPort().equals(hostPort)) {
        return (PoolEndpoint) endpoint;
      }
    }
    return null;
  }
}
