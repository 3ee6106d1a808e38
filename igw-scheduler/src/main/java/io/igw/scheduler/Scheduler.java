package io.igw.scheduler;

import io.igw.api.EndpointPicker;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Schema;
import io.igw.spi.DataProducer;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.RequestState;
import io.igw.spi.SaturationDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The scheduling cycle: picks an endpoint of a pool for a request, and reserves it.
 *
 * <p><b>Threading.</b> Any thread; each has a workspace of its own, and nothing is locked. A
 * decision that another thread makes at the same moment may not be seen: the overshoot of an
 * endpoint is bounded by the number of threads that decide.
 *
 * <p><b>Cost.</b> One decision object per pick, whatever the number of endpoints and plugins.
 */
public final class Scheduler implements EndpointPicker {
  static final InferenceRequest NO_REQUEST = InferenceRequest.builder().build();
  private static final Duration LEASE_IDLE = Duration.ofMinutes(5);
  private static final long SWEEP_NANOS = 1_000_000_000L;

  private final SchedulingCycle cycle;
  private final LeaseBook book;
  private final LongSupplier clock;
  private final AtomicLong sweptNanos;
  private final ThreadLocal<SchedulingCycle.Thread> threads;
  private volatile boolean closed;

  private Scheduler(Builder builder) {
    this.clock = builder.clock;
    this.book =
        new LeaseBook(
            builder.pool,
            builder.metrics,
            builder.leaseIdle.toNanos(),
            builder.releaseTokensOnFirstByte);
    this.cycle = new SchedulingCycle(builder, book);
    this.threads = ThreadLocal.withInitial(cycle::newThread);
    this.sweptNanos = new AtomicLong(clock.getAsLong());
  }

  /** A builder of a scheduler on a pool. */
  public static Builder builder(EndpointPool pool) {
    return new Builder(pool);
  }

  /**
   * Picks and reserves, synchronously. {@code state} may be null when no plugin needs per-request
   * state.
   */
  public Outcome schedule(InferenceRequest request, @Nullable RequestState state) {
    long now = clock.getAsLong();
    long swept = sweptNanos.get();
    if (now - swept >= SWEEP_NANOS && sweptNanos.compareAndSet(swept, now)) {
      book.sweep(now);
    }
    if (closed) {
      return SchedulingCycle.SHUTTING_DOWN;
    }
    return cycle.schedule(threads.get(), request, state, now);
  }

  /** Scores without reserving: every profile, every scorer, every candidate. */
  public Evaluation evaluate(InferenceRequest request) {
    return cycle.evaluate(cycle.newThread(), request, clock.getAsLong());
  }

  /** Nothing waits yet, so the listener is called before this returns. */
  @Override
  public Pending pick(InferenceRequest request, Executor loop, Listener listener) {
    listener.onOutcome(schedule(request, null));
    return () -> {};
  }

  /** Leases that have not ended. */
  public int openLeases() {
    return book.open();
  }

  /**
   * Expires leases that were idle too long. Traffic does it by the way, once a second; an owner
   * with a timer calls it so that leases run out without traffic too.
   */
  public void sweepLeases() {
    book.sweep(clock.getAsLong());
  }

  /** Refuses from now on; open leases stay valid. */
  @Override
  public void close() {
    closed = true;
  }

  /** Builds a scheduler. Not thread-safe. */
  public static final class Builder {
    final EndpointPool pool;
    final List<NamedProducer> producers = new ArrayList<>();
    final List<NamedListener> listeners = new ArrayList<>();
    private final List<String> profileNames = new ArrayList<>();
    private final List<Consumer<Profile.Builder>> profiles = new ArrayList<>();
    Schema schema = new Schema();
    @Nullable ProfileHandler handler;
    @Nullable SaturationDetector detector;
    @Nullable PerEndpoint reservedTokens;
    SchedulerMetrics metrics = SchedulerMetrics.NONE;
    LongSupplier clock = System::nanoTime;
    long seed = System.nanoTime();
    private Duration leaseIdle = LEASE_IDLE;
    private boolean releaseTokensOnFirstByte = true;

    record NamedProducer(String name, DataProducer producer) {}

    record NamedListener(String name, PickListener listener) {}

    private Builder(EndpointPool pool) {
      this.pool = pool;
    }

    /** Adds a profile. */
    public Builder profile(String name, Consumer<Profile.Builder> profile) {
      if (profileNames.contains(name)) {
        throw new IllegalArgumentException(
            "profile: " + name + " (expected: a name not used before)");
      }
      profileNames.add(name);
      profiles.add(profile);
      return this;
    }

    /** Chooses and merges profiles; not needed with one profile. */
    public Builder profileHandler(ProfileHandler handler) {
      this.handler = handler;
      return this;
    }

    /** Adds a producer; producers run in the order they are added, before any profile. */
    public Builder producer(String name, DataProducer producer) {
      producers.add(new NamedProducer(name, producer));
      return this;
    }

    /** Adds a listener; listeners hear of a pick in the order they are added. */
    public Builder listener(String name, PickListener listener) {
      listeners.add(new NamedListener(name, listener));
      return this;
    }

    /** Legacy admission: priority below 0 and saturation at or above 1 is a SATURATED rejection. */
    public Builder saturationDetector(SaturationDetector detector) {
      this.detector = detector;
      return this;
    }

    /** Tokens that a pick reserves on its endpoint; default: the prompt's estimate. */
    public Builder reservedTokens(PerEndpoint key) {
      this.reservedTokens = key;
      return this;
    }

    /** Whether the first response byte gives reserved tokens back; true unless set. */
    public Builder releaseTokensOnFirstByte(boolean release) {
      this.releaseTokensOnFirstByte = release;
      return this;
    }

    /** A lease without a sign of life for longer than this is abandoned; 5 minutes unless set. */
    public Builder leaseIdle(Duration idle) {
      if (idle.isNegative() || idle.isZero()) {
        throw new IllegalArgumentException("leaseIdle: " + idle + " (expected: > 0)");
      }
      this.leaseIdle = idle;
      return this;
    }

    /** Monotonic clock; {@link System#nanoTime} unless set. */
    public Builder nanoClock(LongSupplier clock) {
      this.clock = clock;
      return this;
    }

    /** Seeds the generators of all threads; unset, each scheduler differs. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Hears of decisions and faults. */
    public Builder metrics(SchedulerMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /** Columns and keys of the plugins; the same as the pool's. */
    public Builder schema(Schema schema) {
      this.schema = schema;
      return this;
    }

    List<Profile> profiles(CycleEngine engine) {
      List<Profile> built = new ArrayList<>();
      for (int i = 0; i < profiles.size(); i++) {
        Profile.Builder profile = new Profile.Builder();
        profiles.get(i).accept(profile);
        built.add(profile.build(profileNames.get(i), engine));
      }
      return built;
    }

    /**
     * The scheduler.
     *
     * @throws IllegalStateException without a profile, or with several and no profile handler
     */
    public Scheduler build() {
      if (profiles.isEmpty()) {
        throw new IllegalStateException("profiles: none (expected: at least one)");
      }
      if (profiles.size() > 1 && handler == null) {
        throw new IllegalStateException(
            "profileHandler: none (expected: one, since there are profiles " + profileNames + ")");
      }
      return new Scheduler(this);
    }
  }
}
