package io.igw.scheduler;

import io.igw.api.Decision;
import io.igw.api.Derived;
import io.igw.api.Endpoint;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Schema;
import io.igw.spi.DataProducer;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.RequestState;
import io.igw.spi.SaturationDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The scheduling cycle: one snapshot, read once; subset, admission, producers, profiles; then the
 * reservation of what was picked, in the same step, so that the next cycle on any thread sees it.
 *
 * <p><b>Threading.</b> Every method from any thread; none blocks. Between the read of the live load
 * and the reservation there is no lock: of T threads that decide at once each has at most one pick
 * that the others cannot see, so an endpoint is never more than T requests above the least loaded
 * of its equals.
 *
 * <p><b>Cost.</b> No allocation but the {@link Decision}, which is its own lease.
 *
 * <p>The scheduler does not own its plugins: whoever made them closes them after the last lease.
 */
public final class Scheduler implements EndpointPicker {
  private static final Pending NOTHING_WAITS = () -> {};

  private final EndpointPool pool;
  private final CyclePlan plan;
  private final WorkspacePool workspaces;
  private final LeaseRegistry leases;
  private final LongSupplier nanoClock;
  private final SchedulerMetrics metrics;
  private final PluginFaults requestFaults;
  private volatile boolean closed;

  private Scheduler(Builder builder) {
    pool = builder.pool;
    nanoClock = builder.nanoClock;
    metrics = builder.metrics;
    plan = builder.plan();
    requestFaults = builder.faults("request");
    workspaces = new WorkspacePool(plan, builder.seed);
    leases =
        new LeaseRegistry(
            pool::snapshot,
            builder.leaseIdle.toNanos(),
            builder.releaseTokensOnFirstByte,
            nanoClock,
            metrics);
  }

  /** A builder. */
  public static Builder builder(EndpointPool pool) {
    return new Builder(pool);
  }

  /**
   * Picks and reserves, synchronously.
   *
   * @param state per-request state of the caller; null: what plugins keep lasts for this call
   */
  public Outcome schedule(InferenceRequest request, @Nullable RequestState state) {
    if (closed) {
      return Rejections.SHUTTING_DOWN;
    }
    long start = nanoClock.getAsLong();
    Workspace workspace = workspaces.take();
    Outcome outcome;
    try {
      Rejection rejection = workspace.decide(request, state, pool.snapshot(), start);
      outcome = rejection != null ? rejection : reserve(workspace);
    } catch (Throwable e) {
      // What is left unguarded is the request itself: a parser's prompt, a gateway's subset.
      requestFaults.threw(e);
      outcome = Rejections.REQUEST_FAILED;
    } finally {
      workspace.end();
      workspaces.give(workspace);
    }
    if (metrics != SchedulerMetrics.NONE) {
      record(request, outcome, start);
    }
    return outcome;
  }

  private void record(InferenceRequest request, Outcome outcome, long start) {
    long nanos = nanoClock.getAsLong() - start;
    if (outcome instanceof Decision decision) {
      metrics.scheduled(request, decision.endpoint(), null, nanos);
    } else if (outcome instanceof Rejection rejection) {
      metrics.scheduled(request, null, rejection.reason(), nanos);
    }
  }

  /** A cycle without reservation, listeners and decision: what a measurement of the cycle runs. */
  @Nullable Endpoint decideOnly(InferenceRequest request) {
    Workspace workspace = workspaces.take();
    try {
      EndpointSnapshot snapshot = pool.snapshot();
      return workspace.decide(request, null, snapshot, nanoClock.getAsLong()) == null
          ? snapshot.endpoint(workspace.primary().pickedOrdinal(0))
          : null;
    } finally {
      workspace.end();
      workspaces.give(workspace);
    }
  }

  /**
   * Explains: runs every profile that the handler asks for and keeps the score of every scorer for
   * every candidate. Reserves nothing, tells no listener, sheds nothing.
   */
  public Evaluation evaluate(InferenceRequest request) {
    Workspace workspace = workspaces.take();
    try {
      workspace.explain(request, pool.snapshot(), nanoClock.getAsLong());
      return Explanation.of(workspace);
    } finally {
      workspace.end();
      workspaces.give(workspace);
    }
  }

  @Override
  public Pending pick(InferenceRequest request, Executor loop, Listener listener) {
    listener.onOutcome(schedule(request, null));
    return NOTHING_WAITS;
  }

  /** Leases that have not ended. */
  public int openLeases() {
    return leases.open();
  }

  /**
   * Abandons the leases whose response has been silent for the idle time. Called by the owner's
   * timer, about once a second; any thread. Where nobody calls it, picks do the work in small
   * steps.
   *
   * @return how many expired
   */
  public int sweepLeases() {
    return leases.sweep();
  }

  /** Refuses new requests; open leases go on. */
  @Override
  public void close() {
    closed = true;
  }

  private Decision reserve(Workspace workspace) {
    SchedulingCycle cycle = workspace.cycle();
    ProfileRun primary = workspace.primary();
    EndpointSnapshot snapshot = cycle.snapshot();
    // All that may throw comes before the first count.
    int estimate = plan.reservedTokens() != null ? 0 : cycle.request().prompt().estimatedTokens();
    PickedDecision decision =
        new PickedDecision(
            endpoint(snapshot, primary, 0),
            tokens(cycle, primary, estimate),
            snapshot.version(),
            leases,
            cycle.nowNanos());
    Share prefill = null;
    List<Share> others = List.of();
    for (int k = 0; k < workspace.ranCount() && workspace.ranCount() > 1; k++) {
      ProfileRun run = workspace.ran(k);
      if (run == primary || run.status() != ProfileRun.Status.PICKED) {
        continue;
      }
      Share share = new Share(endpoint(snapshot, run, 0).load(), tokens(cycle, run, estimate));
      if (run.profile().name().equals("prefill")) {
        prefill = share;
      } else {
        others = others.isEmpty() ? new ArrayList<>(2) : others;
        others.add(share);
      }
    }
    workspace.notifyListeners();
    Map<String, String> headers = workspace.results().takeHeaders();
    if (prefill != null || !others.isEmpty() || !headers.isEmpty() || primary.pickedCount() > 1) {
      decision.extras(
          new PickedDecision.Extras(
              fallbacks(snapshot, primary), Collections.unmodifiableMap(headers), prefill, others));
    }
    leases.opened(decision);
    return decision;
  }

  private static PoolEndpoint endpoint(EndpointSnapshot snapshot, ProfileRun run, int k) {
    return (PoolEndpoint) snapshot.endpoint(run.pickedOrdinal(k));
  }

  private static List<Endpoint> fallbacks(EndpointSnapshot snapshot, ProfileRun run) {
    Endpoint[] fallbacks = new Endpoint[run.pickedCount() - 1];
    for (int k = 0; k < fallbacks.length; k++) {
      fallbacks[k] = endpoint(snapshot, run, k + 1);
    }
    return List.of(fallbacks);
  }

  private int tokens(SchedulingCycle cycle, ProfileRun run, int estimate) {
    PerEndpoint key = plan.reservedTokens();
    if (key == null) {
      return Math.max(0, estimate);
    }
    // The cast takes NaN to 0 and what is too large to the largest int.
    return Math.max(0, (int) Math.rint(cycle.valueByOrdinal(key, run.pickedOrdinal(0))));
  }

  /** Builds a scheduler. Not thread-safe. */
  public static final class Builder {
    private record NamedProfile(String name, Profile.Builder profile) {}

    private record Named<P>(String name, P plugin) {}

    private final EndpointPool pool;
    private final List<NamedProfile> profiles = new ArrayList<>();
    private final List<Named<DataProducer>> producers = new ArrayList<>();
    private final List<Named<PickListener>> listeners = new ArrayList<>();
    private @Nullable ProfileHandler handler;
    private @Nullable SaturationDetector detector;
    private @Nullable PerEndpoint reservedTokens;
    private boolean releaseTokensOnFirstByte = true;
    private Duration leaseIdle = Duration.ofMinutes(5);
    private LongSupplier nanoClock = System::nanoTime;
    private long seed = new SplittableRandom().nextLong();
    private SchedulerMetrics metrics = SchedulerMetrics.NONE;
    private Schema schema = new Schema();

    private Builder(EndpointPool pool) {
      this.pool = Objects.requireNonNull(pool, "pool");
    }

    /** Adds a profile. */
    public Builder profile(String name, Consumer<Profile.Builder> profile) {
      for (NamedProfile known : profiles) {
        if (known.name().equals(name)) {
          throw new IllegalArgumentException("profile: " + name + " (expected: distinct names)");
        }
      }
      Profile.Builder filled = new Profile.Builder();
      profile.accept(filled);
      profiles.add(new NamedProfile(name, filled));
      return this;
    }

    /** Sets what chooses profiles; may be left out where there is one profile. */
    public Builder profileHandler(ProfileHandler handler) {
      this.handler = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /** Adds a producer; producers run in the order of these calls. */
    public Builder producer(String name, DataProducer producer) {
      producers.add(new Named<>(name, Objects.requireNonNull(producer, "producer")));
      return this;
    }

    /** Adds a listener; listeners hear in the order of these calls. */
    public Builder listener(String name, PickListener listener) {
      listeners.add(new Named<>(name, Objects.requireNonNull(listener, "listener")));
      return this;
    }

    /** Legacy admission: priority below 0 and saturation at or above 1 is a SATURATED rejection. */
    public Builder saturationDetector(SaturationDetector detector) {
      this.detector = Objects.requireNonNull(detector, "detector");
      return this;
    }

    /** Tokens that a pick reserves on its endpoint; default: the prompt's estimate. */
    public Builder reservedTokens(PerEndpoint key) {
      this.reservedTokens = Objects.requireNonNull(key, "key");
      return this;
    }

    /**
     * Whether the first response byte gives back the reserved tokens of all shares; default true.
     * Either way it ends the share of a profile named {@code prefill} beside the primary one.
     */
    public Builder releaseTokensOnFirstByte(boolean release) {
      this.releaseTokensOnFirstByte = release;
      return this;
    }

    /** How long a response may be silent before its lease is abandoned; default 5 min. */
    public Builder leaseIdle(Duration idle) {
      if (idle.isNegative() || idle.isZero()) {
        throw new IllegalArgumentException("leaseIdle: " + idle + " (expected: > 0)");
      }
      this.leaseIdle = idle;
      return this;
    }

    /** Monotonic clock; default {@link System#nanoTime}. */
    public Builder nanoClock(LongSupplier clock) {
      this.nanoClock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** Seed of all randomness; default: a random one. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Hears of cycles, faults and expired leases. */
    public Builder metrics(SchedulerMetrics metrics) {
      this.metrics = Objects.requireNonNull(metrics, "metrics");
      return this;
    }

    /** The schema that the plugins' keys come from; sizes what each cycle needs for them. */
    public Builder schema(Schema schema) {
      this.schema = Objects.requireNonNull(schema, "schema");
      return this;
    }

    /**
     * The scheduler.
     *
     * @throws IllegalStateException without a profile, or with several and no handler
     */
    public Scheduler build() {
      return new Scheduler(this);
    }

    private CyclePlan plan() {
      if (profiles.isEmpty()) {
        throw new IllegalStateException("profiles: none (expected: at least one)");
      }
      ProfileHandler chosen = handler;
      if (chosen == null) {
        if (profiles.size() > 1) {
          throw new IllegalStateException("profileHandler: none (expected with several profiles)");
        }
        chosen = new OnlyProfile(profiles.get(0).name());
      }
      List<Profile> built = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (NamedProfile profile : profiles) {
        built.add(profile.profile().build(profile.name(), built.size(), this::faults));
        names.add(profile.name());
      }
      int count = built.size();
      return new CyclePlan(
          List.copyOf(built),
          List.copyOf(names),
          new Stage<>("profile-handler", chosen, faults("profile-handler")),
          stages(producers),
          stages(listeners),
          detector == null
              ? null
              : new Stage<>("saturation-detector", detector, faults("saturation-detector")),
          reservedTokens,
          schema.perEndpointCount(),
          Derived.of(snapshot -> new SnapshotPlan(snapshot, count)));
    }

    private <P> List<Stage<P>> stages(List<Named<P>> plugins) {
      List<Stage<P>> stages = new ArrayList<>();
      for (Named<P> named : plugins) {
        stages.add(new Stage<>(named.name(), named.plugin(), faults(named.name())));
      }
      return List.copyOf(stages);
    }

    private PluginFaults faults(String plugin) {
      return new PluginFaults(plugin, metrics, nanoClock);
    }
  }
}
