package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import io.igw.spi.PluginContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one pool. Discovery and data sources hand facts in from any thread; one writer
 * at a time applies them and publishes an immutable {@link EndpointSnapshot}.
 *
 * <p><b>Threading.</b> Every method may be called from any thread and none blocks. Commands go
 * through a queue; whoever finds the writer idle starts its duty cycle on the injected executor, so
 * at most one thread is the writer. A change made before a call returns is applied in order; with
 * the default executor it is also published, unless it is a report that the publication interval
 * holds back.
 *
 * <p><b>Publication.</b> A release store of the snapshot, an acquire load in {@link #snapshot}.
 * Joins and leaves are published at once, reports at most once per interval where there is a timer.
 */
public final class EndpointPool implements AutoCloseable {
  private static final Duration PUBLICATION_INTERVAL = Duration.ofMillis(5);
  private static final Duration QUARANTINE = Duration.ofSeconds(1);

  private sealed interface Command {}

  private record Upsert(EndpointSpec spec) implements Command {}

  private record Remove(EndpointId id) implements Command {}

  private record Replace(List<EndpointSpec> specs) implements Command {}

  private record Report(EndpointReport report) implements Command {}

  private record Flush() implements Command {}

  private final MpscUnboundedArrayQueue<Command> commands = new MpscUnboundedArrayQueue<>(256);
  private final AtomicInteger pending = new AtomicInteger();
  private final LiveLoad load = new LiveLoad();
  private final List<RemovalListener> listeners = new CopyOnWriteArrayList<>();
  private final Executor executor;
  private final PluginContext.@Nullable Timer timer;
  private final LongSupplier clock;
  private final long intervalNanos;

  // The writer's own.
  private final TreeMap<EndpointId, PooledEndpoint> members = new TreeMap<>();
  private final SlotTable slots;
  private final PoolColumns columns;
  private final List<PooledEndpoint> removed = new ArrayList<>();
  private long version;
  private long publishedNanos;

  /** Whether members changed since the columns took them over. */
  private boolean membersDirty;

  private boolean changed;
  private boolean flushScheduled;

  private volatile EndpointSnapshot snapshot;
  private volatile boolean closed;

  private EndpointPool(Builder builder) {
    this.executor = builder.executor;
    this.timer = builder.timer;
    this.clock = builder.clock;
    this.intervalNanos = builder.interval.toNanos();
    this.slots = new SlotTable(load, QUARANTINE.toNanos());
    this.columns = new PoolColumns(builder.schema);
    this.snapshot = columns.publish(version);
  }

  /** A builder of an empty pool. */
  public static Builder builder() {
    return new Builder();
  }

  /** The newest published snapshot; one acquire read. */
  public EndpointSnapshot snapshot() {
    return snapshot;
  }

  /** Adds or changes one endpoint. Any thread; published at once. */
  public void upsert(EndpointSpec spec) {
    submit(new Upsert(spec));
  }

  /** Removes one endpoint. Any thread; published at once. */
  public void remove(EndpointId id) {
    submit(new Remove(id));
  }

  /**
   * The pool holds exactly these endpoints from now on; those that stay keep slot, generation, load
   * and columns. Of two with the same id the later wins. Any thread.
   */
  public void replaceAll(Collection<EndpointSpec> specs) {
    submit(new Replace(List.copyOf(specs)));
  }

  /**
   * New facts about one endpoint; ignored if it is gone. Any thread; coalesced, published within
   * the publication interval.
   */
  public void report(EndpointReport report) {
    submit(new Report(report));
  }

  /** Listener for removal, called by the writer after the publication: (slot, generation). */
  public void onRemoved(RemovalListener listener) {
    listeners.add(listener);
  }

  /** Requests in flight on an endpoint of this pool. */
  public double inFlightRequests(Endpoint endpoint) {
    return load.requests(endpoint.slot());
  }

  /** Tokens in flight on an endpoint of this pool. */
  public double inFlightTokens(Endpoint endpoint) {
    return load.tokens(endpoint.slot());
  }

  LiveLoad load() {
    return load;
  }

  /** Stops taking commands; the last snapshot stays readable. */
  @Override
  public void close() {
    closed = true;
  }

  private void submit(Command command) {
    if (closed) {
      return;
    }
    commands.offer(command);
    if (pending.getAndIncrement() == 0) {
      executor.execute(this::drain);
    }
  }

  private void drain() {
    int taken = pending.get();
    while (taken > 0) {
      boolean membership = false;
      for (int i = 0; i < taken; i++) {
        Command command = commands.relaxedPoll();
        while (command == null) {
          Thread.onSpinWait();
          command = commands.relaxedPoll();
        }
        membership |= apply(command);
      }
      if (membership) {
        publish();
      } else if (changed) {
        publishWhenDue();
      }
      taken = pending.addAndGet(-taken);
    }
  }

  /** Whether the membership changed. */
  private boolean apply(Command command) {
    if (command instanceof Report report) {
      PooledEndpoint endpoint = members.get(report.report().id());
      if (endpoint != null) {
        if (membersDirty) {
          settle();
        }
        columns.apply(report.report());
        changed = true;
      }
      return false;
    }
    if (command instanceof Flush) {
      flushScheduled = false;
      if (changed) {
        publish();
      }
      return false;
    }
    boolean before = membersDirty;
    if (command instanceof Upsert upsert) {
      put(upsert.spec());
    } else if (command instanceof Remove remove) {
      drop(remove.id());
    } else if (command instanceof Replace replace) {
      replace(replace.specs());
    }
    return membersDirty || before;
  }

  private void settle() {
    columns.members(members);
    membersDirty = false;
    changed = true;
  }

  private void put(EndpointSpec spec) {
    PooledEndpoint now = members.get(spec.id());
    if (now != null && now.sameFacts(spec)) {
      return;
    }
    membersDirty = true;
    if (now != null && now.sameAddress(spec)) {
      members.put(spec.id(), new PooledEndpoint(spec, now.slot(), now.generation()));
      return;
    }
    if (now != null) {
      drop(spec.id());
    }
    int slot = slots.take(clock.getAsLong());
    members.put(spec.id(), new PooledEndpoint(spec, slot, slots.generation(slot)));
  }

  private void drop(EndpointId id) {
    PooledEndpoint gone = members.remove(id);
    if (gone != null) {
      membersDirty = true;
      slots.free(gone.slot(), clock.getAsLong());
      removed.add(gone);
    }
  }

  private void replace(List<EndpointSpec> specs) {
    TreeMap<EndpointId, EndpointSpec> wanted = new TreeMap<>();
    specs.forEach(spec -> wanted.put(spec.id(), spec));
    for (EndpointId id : List.copyOf(members.keySet())) {
      if (!wanted.containsKey(id)) {
        drop(id);
      }
    }
    wanted.values().forEach(this::put);
  }

  private void publishWhenDue() {
    long wait = timer == null ? 0 : intervalNanos - (clock.getAsLong() - publishedNanos);
    if (timer == null || wait <= 0) {
      publish();
    } else if (!flushScheduled) {
      flushScheduled = true;
      timer.after(wait, () -> submit(new Flush()));
    }
  }

  private void publish() {
    if (membersDirty) {
      settle();
    }
    changed = false;
    publishedNanos = clock.getAsLong();
    snapshot = columns.publish(++version);
    if (!removed.isEmpty()) {
      for (PooledEndpoint gone : removed) {
        listeners.forEach(listener -> listener.removed(gone.slot(), gone.generation()));
      }
      removed.clear();
    }
  }

  /** Hears which endpoints are gone. */
  @FunctionalInterface
  public interface RemovalListener {
    /** The endpoint that had this slot and generation is in no snapshot published from now on. */
    void removed(int slot, int generation);
  }

  /** Builds a pool. Not thread-safe. */
  public static final class Builder {
    private Executor executor = Runnable::run;
    private PluginContext.@Nullable Timer timer;
    private LongSupplier clock = System::nanoTime;
    private Duration interval = PUBLICATION_INTERVAL;
    private Schema schema = new Schema();

    private Builder() {}

    /** Runs the writer's duty cycles one at a time; default: the caller's thread. */
    public Builder executor(Executor executor) {
      this.executor = executor;
      return this;
    }

    /** Delays a coalesced publication; default: none, every report is published at once. */
    public Builder timer(PluginContext.Timer timer) {
      this.timer = timer;
      return this;
    }

    /** Monotonic clock; default {@link System#nanoTime}. */
    public Builder nanoClock(LongSupplier clock) {
      this.clock = clock;
      return this;
    }

    /** Least time between two publications of reports; 5 ms unless set. Needs a timer. */
    public Builder publicationInterval(Duration interval) {
      this.interval = interval;
      return this;
    }

    /**
     * Columns of the configuration; default: the constants of {@link io.igw.api.Signal} and {@link
     * io.igw.api.Attribute}.
     */
    public Builder schema(Schema schema) {
      this.schema = schema;
      return this;
    }

    /** The empty pool. */
    public EndpointPool build() {
      return new EndpointPool(this);
    }
  }
}
