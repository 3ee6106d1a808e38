package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import io.igw.spi.PluginContext;
import java.lang.System.Logger;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one pool: one writer turns what discovery and data sources tell into {@link
 * EndpointSnapshot}s, any number of readers take the newest.
 *
 * <p><b>Threading.</b> Every method may be called from any thread and none blocks. A change is a
 * command in a multi-producer queue; whoever finds the writer idle claims it (one compare-and-set)
 * and has the executor run its duty cycle, so that the writer is one thread at a time though not
 * always the same. A snapshot is published with a release store and read with an acquire load.
 *
 * <p><b>Publication.</b> At once when an endpoint joins, leaves or changes; numbers and facts are
 * coalesced, at most one publication per interval. With the default executor and without a timer
 * every call is published before it returns, unless another thread is the writer at that moment.
 */
public final class EndpointPool implements AutoCloseable {
  private static final Logger LOG = System.getLogger(EndpointPool.class.getName());
  private static final int IDLE = 0;
  private static final int CLAIMED = 1;
  private static final int COMMANDS_PER_PUBLICATION = 1024;
  private static final VarHandle SNAPSHOT;
  private static final VarHandle WRITER_CLAIM;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      SNAPSHOT = lookup.findVarHandle(EndpointPool.class, "snapshot", EndpointSnapshot.class);
      WRITER_CLAIM = lookup.findVarHandle(EndpointPool.class, "writerClaim", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private interface Command {
    void apply(PoolWriter writer);
  }

  private final MpscUnboundedVarHandleArrayQueue<Command> commands =
      new MpscUnboundedVarHandleArrayQueue<>(256);
  private final Executor executor;
  private final PluginContext.@Nullable Timer timer;
  private final LongSupplier nanoClock;
  private final long intervalNanos;

  // Guarded by the writer's claim.
  private final PoolWriter writer;
  private long publishedNanos;
  private PluginContext.@Nullable Cancellable pendingPublication;
  private boolean publicationDue;

  private EndpointSnapshot snapshot;

  @SuppressWarnings("unused") // through WRITER_CLAIM
  private int writerClaim = IDLE;

  private volatile boolean closed;

  private EndpointPool(Builder builder) {
    executor = builder.executor;
    timer = builder.timer;
    nanoClock = builder.nanoClock;
    intervalNanos = builder.publicationInterval.toNanos();
    writer =
        new PoolWriter(builder.schema.signalCount(), builder.schema.attributeCount(), nanoClock);
    snapshot = writer.snapshot();
    publishedNanos = nanoClock.getAsLong() - intervalNanos;
  }

  /** A builder. */
  public static Builder builder() {
    return new Builder();
  }

  /** The newest published snapshot; one acquire read. */
  public EndpointSnapshot snapshot() {
    return (EndpointSnapshot) SNAPSHOT.getAcquire(this);
  }

  /**
   * Adds or changes one endpoint; published at once. Slot, generation, load and numbers stay as
   * long as host and port stay; with another address it is a new endpoint.
   */
  public void upsert(EndpointSpec spec) {
    Objects.requireNonNull(spec, "spec");
    submit(w -> w.upsert(spec));
  }

  /**
   * The server behind an endpoint has been restarted: it gets a slot and a generation of its own,
   * no load and no numbers, so that nothing that was known of the old process counts any more;
   * published at once. Ignored if the endpoint is gone, has another generation or joined in the
   * last ten seconds.
   */
  public void renew(EndpointId id, int generation) {
    Objects.requireNonNull(id, "id");
    submit(w -> w.renew(id, generation));
  }

  /** Removes one endpoint; published at once. */
  public void remove(EndpointId id) {
    Objects.requireNonNull(id, "id");
    submit(w -> w.remove(id));
  }

  /**
   * The pool holds exactly these endpoints from now on; those that stay keep slot, generation, load
   * and numbers. One publication. Of two specs with one id the last counts.
   */
  public void replaceAll(Collection<EndpointSpec> specs) {
    List<EndpointSpec> copy = List.copyOf(specs);
    submit(w -> w.replaceAll(copy));
  }

  /**
   * New facts about one endpoint; ignored if it is gone, and each number for which a newer one is
   * there. Coalesced, published within the publication interval.
   */
  public void report(EndpointReport report) {
    Objects.requireNonNull(report, "report");
    submit(w -> w.report(report));
  }

  /**
   * As {@link #report}, of several endpoints at once: a reader sees all of it or none, and what was
   * found out together costs one publication.
   */
  public void reportAll(Collection<EndpointReport> reports) {
    List<EndpointReport> copy = List.copyOf(reports);
    submit(w -> copy.forEach(w::report));
  }

  /**
   * Forgets every number that was seen longer than {@code age} ago, and the adapters of an endpoint
   * none of whose numbers is left: from the next snapshot on they are absent, so that scorers give
   * such an endpoint the mean of the others. A later report brings them back. To be called by the
   * owner's timer, a few times per {@code age}.
   */
  public void expire(Duration age) {
    long nanos = age.toNanos();
    submit(w -> w.expire(nanoClock.getAsLong() - nanos));
  }

  /** Adds a listener for removal, called by the writer after the publication. */
  public void onRemoved(RemovalListener listener) {
    Objects.requireNonNull(listener, "listener");
    submit(w -> w.listen(listener));
  }

  /**
   * Adds a listener for joins, leaves and changed facts of members, called by the writer after the
   * publication. It must not block.
   *
   * @return ends the listening
   */
  public Runnable onMembersChanged(Runnable listener) {
    Objects.requireNonNull(listener, "listener");
    submit(w -> w.listen(listener));
    return () -> submit(w -> w.ignore(listener));
  }

  /** Requests in flight at an endpoint of this pool now, 0 if it is unknown. */
  public double inFlightRequests(Endpoint endpoint) {
    EndpointLoad load = load(endpoint);
    return load == null ? 0 : load.requests();
  }

  /** Tokens in flight at an endpoint of this pool now, 0 if it is unknown. */
  public double inFlightTokens(Endpoint endpoint) {
    EndpointLoad load = load(endpoint);
    return load == null ? 0 : load.tokens();
  }

  /** Stops: later changes are ignored; the last snapshot stays readable. */
  @Override
  public void close() {
    submit(w -> {
      if (pendingPublication != null) {
        pendingPublication.cancel();
        pendingPublication = null;
      }
    });
    closed = true;
  }

  private @Nullable EndpointLoad load(Endpoint endpoint) {
    if (endpoint instanceof PoolEndpoint member) {
      return member.load();
    }
    EndpointSnapshot now = snapshot();
    int ordinal = now.ordinalOf(endpoint.slot(), endpoint.generation());
    return ordinal < 0 ? null : ((PoolEndpoint) now.endpoint(ordinal)).load();
  }

  private void submit(Command command) {
    if (closed) {
      return;
    }
    commands.offer(command);
    if (claim()) {
      try {
        executor.execute(this::dutyCycle);
      } catch (RejectedExecutionException e) {
        // The executor has stopped, the pool has not: the claim is ours, so this thread may write.
        dutyCycle();
      }
    }
  }

  private boolean claim() {
    return (int) WRITER_CLAIM.getVolatile(this) == IDLE
        && WRITER_CLAIM.compareAndSet(this, IDLE, CLAIMED);
  }

  private void dutyCycle() {
    do {
      try {
        work();
      } finally {
        WRITER_CLAIM.setVolatile(this, IDLE);
      }
      // A command that came after the last poll found the claim taken: it is ours to serve.
    } while (!commands.isEmpty() && claim());
  }

  private void work() {
    Command command;
    int applied = 0;
    while ((command = commands.poll()) != null) {
      guarded(command);
      if (++applied % COMMANDS_PER_PUBLICATION == 0) {
        publishIfDue();
      }
    }
    publishIfDue();
  }

  private void guarded(Command command) {
    try {
      command.apply(writer);
    } catch (RuntimeException e) {
      LOG.log(Logger.Level.ERROR, "change of the endpoint pool failed", e);
    }
  }

  private void publishIfDue() {
    if (!writer.changed()) {
      publicationDue = false;
      return;
    }
    long now = nanoClock.getAsLong();
    long waitNanos = intervalNanos - (now - publishedNanos);
    if (timer == null || writer.membershipChanged() || publicationDue || waitNanos <= 0) {
      publish(now);
    } else if (pendingPublication == null) {
      long armedAfter = publishedNanos;
      pendingPublication = timer.after(waitNanos, () -> submit(w -> intervalPassed(armedAfter)));
    }
  }

  private void intervalPassed(long armedAfter) {
    pendingPublication = null;
    // A join may have published meanwhile; then a new interval runs.
    publicationDue = armedAfter == publishedNanos;
  }

  private void publish(long now) {
    boolean membersChanged = writer.membershipChanged();
    SNAPSHOT.setRelease(this, writer.snapshot());
    publishedNanos = now;
    publicationDue = false;
    for (PoolEndpoint endpoint : writer.takeRemoved()) {
      for (RemovalListener listener : writer.listeners()) {
        tell(() -> listener.removed(endpoint.slot(), endpoint.generation()));
      }
    }
    if (membersChanged) {
      writer.memberListeners().forEach(EndpointPool::tell);
    }
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.log(Logger.Level.ERROR, "listener of the endpoint pool failed", e);
    }
  }

  /** Hears of endpoints that left. */
  @FunctionalInterface
  public interface RemovalListener {
    /** The endpoint with this slot and generation is in no snapshot from now on. */
    void removed(int slot, int generation);
  }

  /** Builds a pool. Not thread-safe. */
  public static final class Builder {
    private Executor executor = Runnable::run;
    private PluginContext.@Nullable Timer timer;
    private LongSupplier nanoClock = System::nanoTime;
    private Duration publicationInterval = Duration.ofMillis(5);
    private Schema schema = new Schema();

    private Builder() {}

    /** Runs the writer's duty cycles, one at a time; default: the caller's thread. */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /** Delays a coalesced publication; default: none, every report is published at once. */
    public Builder timer(PluginContext.Timer timer) {
      this.timer = Objects.requireNonNull(timer, "timer");
      return this;
    }

    /** Monotonic clock; default {@link System#nanoTime}. */
    public Builder nanoClock(LongSupplier clock) {
      this.nanoClock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** Least time between two coalesced publications; default 5 ms. */
    public Builder publicationInterval(Duration interval) {
      if (interval.isNegative()) {
        throw new IllegalArgumentException(
            "publicationInterval: " + interval + " (expected: >= 0)");
      }
      this.publicationInterval = interval;
      return this;
    }

    /** The columns to begin with; columns that are reported later are added as they come. */
    public Builder schema(Schema schema) {
      this.schema = Objects.requireNonNull(schema, "schema");
      return this;
    }

    /** The pool, empty. */
    public EndpointPool build() {
      return new EndpointPool(this);
    }
  }
}
