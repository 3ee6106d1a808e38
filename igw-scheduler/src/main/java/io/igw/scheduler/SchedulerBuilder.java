package io.igw.scheduler;

import io.igw.api.Derived;
import io.igw.api.InferenceRequest;
import io.igw.api.Schema;
import io.igw.spi.Admitter;
import io.igw.spi.DataProducer;
import io.igw.spi.Meters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Screener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Builds a scheduler. Not thread-safe. */
public final class SchedulerBuilder {
  private record NamedProfile(String name, Profile.Builder profile) {}

  private record Named<P>(String name, P plugin) {}

  private static final Meters.Histogram UNSHOWN = seconds -> {};

  final EndpointPool pool;
  private final List<NamedProfile> profiles = new ArrayList<>();
  private final List<Named<DataProducer>> producers = new ArrayList<>();
  private final List<Named<PickListener>> listeners = new ArrayList<>();
  private final List<Named<Screener>> screeners = new ArrayList<>();
  private final List<Named<Admitter>> admitters = new ArrayList<>();
  private @Nullable Named<ProfileHandler> handler;
  private @Nullable SaturationDetector detector;
  private @Nullable PerEndpoint reservedTokens;
  ToIntFunction<InferenceRequest> estimatedOutput = request -> 0;
  boolean releaseTokensOnFirstByte = true;
  Duration leaseIdle = Duration.ofMinutes(5);
  private Duration slowStart = Duration.ofSeconds(10);
  LongSupplier nanoClock = System::nanoTime;
  long seed = new SplittableRandom().nextLong();
  SchedulerMetrics metrics = SchedulerMetrics.NONE;
  private Schema schema = new Schema();
  private int leastPicks = 1;
  private boolean keepScores;
  private @Nullable PerEndpoint cacheHits;
  private @Nullable PluginMeters meters;
  private Map<String, String> types = Map.of();

  SchedulerBuilder(EndpointPool pool) {
    this.pool = Objects.requireNonNull(pool, "pool");
  }

  /** Adds a profile. */
  public SchedulerBuilder profile(String name, Consumer<Profile.Builder> profile) {
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
  public SchedulerBuilder profileHandler(ProfileHandler handler) {
    return profileHandler("profile-handler", handler);
  }

  /** As {@link #profileHandler(ProfileHandler)}, under the name of the instance. */
  public SchedulerBuilder profileHandler(String name, ProfileHandler handler) {
    this.handler = new Named<>(name, Objects.requireNonNull(handler, "handler"));
    return this;
  }

  /** Adds a producer; producers run in the order of these calls. */
  public SchedulerBuilder producer(String name, DataProducer producer) {
    producers.add(new Named<>(name, Objects.requireNonNull(producer, "producer")));
    return this;
  }

  /** Adds a listener; listeners hear in the order of these calls. */
  public SchedulerBuilder listener(String name, PickListener listener) {
    listeners.add(new Named<>(name, Objects.requireNonNull(listener, "listener")));
    return this;
  }

  /** Adds a screener; screeners narrow in the order of these calls. */
  public SchedulerBuilder screener(String name, Screener screener) {
    screeners.add(new Named<>(name, Objects.requireNonNull(screener, "screener")));
    return this;
  }

  /** Adds an admitter; admitters are asked in the order of these calls. */
  public SchedulerBuilder admitter(String name, Admitter admitter) {
    admitters.add(new Named<>(name, Objects.requireNonNull(admitter, "admitter")));
    return this;
  }

  /** Legacy admission: priority below 0 and saturation at or above 1 is a SATURATED rejection. */
  public SchedulerBuilder saturationDetector(SaturationDetector detector) {
    this.detector = Objects.requireNonNull(detector, "detector");
    return this;
  }

  /** Tokens that a pick reserves on its endpoint; default: the prompt's estimate. */
  public SchedulerBuilder reservedTokens(PerEndpoint key) {
    this.reservedTokens = Objects.requireNonNull(key, "key");
    return this;
  }

  /**
   * How many of the reserved tokens are an estimate of the output, which falls as output comes; by
   * default none. Of use only if the first response byte does not give all tokens back.
   */
  public SchedulerBuilder estimatedOutput(ToIntFunction<InferenceRequest> estimate) {
    this.estimatedOutput = estimate;
    return this;
  }

  /**
   * Whether the first response byte gives back the reserved tokens of all shares; default true.
   * Either way it ends the share of a profile named {@code prefill} beside the primary one.
   */
  public SchedulerBuilder releaseTokensOnFirstByte(boolean release) {
    this.releaseTokensOnFirstByte = release;
    return this;
  }

  /** How long a response may be silent before its lease is abandoned; default 5 min. */
  public SchedulerBuilder leaseIdle(Duration idle) {
    if (idle.isNegative() || idle.isZero()) {
      throw new IllegalArgumentException("leaseIdle: " + idle + " (expected: > 0)");
    }
    this.leaseIdle = idle;
    return this;
  }

  /**
   * How long an endpoint is spared after it joined a pool of others: its share of the picks grows
   * linearly over this time. Default 10 s; zero: newcomers are like all others.
   */
  public SchedulerBuilder slowStart(Duration ramp) {
    if (ramp.isNegative()) {
      throw new IllegalArgumentException("slowStart: " + ramp + " (expected: >= 0)");
    }
    this.slowStart = ramp;
    return this;
  }

  /**
   * How many endpoints a decision names at least, runners-up of the pick as {@link
   * io.igw.api.Decision#fallbacks}, where the picker names fewer and there are so many candidates;
   * default 1.
   */
  public SchedulerBuilder leastPicks(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("leastPicks: " + count + " (expected: >= 1)");
    }
    this.leastPicks = count;
    return this;
  }

  /**
   * Whether decisions tell the scores of all candidates ({@link io.igw.api.Decision#scores}), at
   * the cost of an object for each; default false.
   */
  public SchedulerBuilder keepScores(boolean keep) {
    this.keepScores = keep;
    return this;
  }

  /**
   * Tells how many blocks of the prompt an endpoint holds: a request with {@code prefer:
   * if-available} is refused where the picked one holds none. By default nothing tells, and every
   * such request is refused.
   */
  public SchedulerBuilder cacheHits(PerEndpoint blocks) {
    this.cacheHits = Objects.requireNonNull(blocks, "blocks");
    return this;
  }

  /** Monotonic clock; default {@link System#nanoTime}. */
  public SchedulerBuilder nanoClock(LongSupplier clock) {
    this.nanoClock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /** Seed of all randomness; default: a random one. */
  public SchedulerBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  /** Hears of cycles, faults and expired leases. */
  public SchedulerBuilder metrics(SchedulerMetrics metrics) {
    this.metrics = Objects.requireNonNull(metrics, "metrics");
    return this;
  }

  /**
   * Shows how long plugins take in one cycle of 256, chosen at random, as {@code
   * llm_d_epp_plugin_duration_seconds}; by default it is not measured.
   *
   * @param types types of the plugins by name; one that is not there is not shown
   */
  public SchedulerBuilder pluginDurations(PluginMeters meters, Map<String, String> types) {
    this.meters = Objects.requireNonNull(meters, "meters");
    this.types = Map.copyOf(types);
    return this;
  }

  /** The schema that the plugins' keys come from; sizes what each cycle needs for them. */
  public SchedulerBuilder schema(Schema schema) {
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

  CyclePlan plan() {
    if (profiles.isEmpty()) {
      throw new IllegalStateException("profiles: none (expected: at least one)");
    }
    Named<ProfileHandler> chosen = handler;
    if (chosen == null) {
      if (profiles.size() > 1) {
        throw new IllegalStateException("profileHandler: none (expected with several profiles)");
      }
      chosen = new Named<>("profile-handler", new OnlyProfile(profiles.get(0).name()));
    }
    List<Profile> built = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (NamedProfile profile : profiles) {
      built.add(profile.profile().build(profile.name(), built.size(), this));
      names.add(profile.name());
    }
    int count = built.size();
    return new CyclePlan(
        List.copyOf(built),
        List.copyOf(names),
        stage("ProfilePicker", chosen.name(), chosen.plugin()),
        stage("ProcessProfilesResults", chosen.name(), chosen.plugin()),
        stages("DataProducer", producers),
        stages("PreRequest", listeners),
        stages("Screener", screeners),
        stages("Admission", admitters),
        slowStart.isZero() ? null : new SlowStart(slowStart.toNanos()),
        detector == null
            ? null
            : new Stage<>("saturation-detector", detector, faults("saturation-detector"), UNSHOWN),
        new SlowWatch(nanoClock),
        meters != null,
        reservedTokens,
        leastPicks,
        keepScores,
        cacheHits,
        schema.perEndpointCount(),
        Derived.of(snapshot -> new SnapshotPlan(snapshot, count)));
  }

  private <P> List<Stage<P>> stages(String extensionPoint, List<Named<P>> plugins) {
    List<Stage<P>> stages = new ArrayList<>();
    for (Named<P> named : plugins) {
      stages.add(stage(extensionPoint, named.name(), named.plugin()));
    }
    return List.copyOf(stages);
  }

  /** A plugin at an extension point as observability-metrics.md 4 names it. */
  <P> Stage<P> stage(String extensionPoint, String name, P plugin) {
    String type = types.get(name);
    Meters.Histogram durations =
        meters == null || type == null ? UNSHOWN : meters.durations(name, type, extensionPoint);
    return new Stage<>(name, plugin, faults(name), durations);
  }

  PluginFaults faults(String plugin) {
    return new PluginFaults(plugin, metrics, nanoClock);
  }
}
