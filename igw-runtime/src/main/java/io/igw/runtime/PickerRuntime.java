package io.igw.runtime;

import io.igw.api.EndpointPicker;
import io.igw.runtime.config.Assembled.BoundSource;
import io.igw.runtime.config.Assembled.Named;
import io.igw.runtime.discovery.Discovery;
import io.igw.runtime.metrics.CoreMetricsExtractor;
import io.igw.runtime.metrics.MetricsPoller;
import io.igw.runtime.metrics.MetricsSource;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginMeters;
import io.igw.scheduler.Scheduler;
import io.igw.spi.Plugin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A running picker: what an {@code EndpointPickerConfig} describes, with discovery, metrics and
 * request handling.
 *
 * <p><b>Threading.</b> Any thread may open exchanges; {@link #start} and {@link #close} belong to
 * the owner. Two daemon threads of its own do what is not done on event loops, and one more polls
 * metrics; none runs before {@link #start}, none after {@link #close}.
 */
public final class PickerRuntime implements AutoCloseable {
  private static final long SWEEP_NANOS = 1_000_000_000L;

  private enum Stage {
    BUILT,
    STARTING,
    RUNNING,
    CLOSED
  }

  private final RuntimeParts parts;
  private final EndpointPicker picker;
  private final List<MetricsPoller> pollers = new CopyOnWriteArrayList<>();
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.BUILT);

  PickerRuntime(RuntimeParts parts) {
    this.parts = parts;
    this.picker =
        parts.wiring().requestKeys() == 0 ? parts.scheduler() : new KeyedPicker(parts.wiring());
  }

  /** A builder of a picker with the built-in default configuration. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts discovery and data sources. Returns once discovery has loaded for the first time.
   *
   * @throws ConfigurationException if discovery cannot load; the runtime is then closed
   * @throws IllegalStateException if it was started before
   */
  public void start() {
    if (!stage.compareAndSet(Stage.BUILT, Stage.STARTING)) {
      throw new IllegalStateException("start: called again (expected: once)");
    }
    try {
      Collection<EndpointSpec> given = parts.given();
      if (given != null) {
        parts.pool().replaceAll(given);
      }
      Named<Plugin> discovery = parts.assembled().discovery();
      if (discovery != null) {
        ((Discovery) discovery.plugin())
            .start(new PoolFollower(parts.pool(), parts.wiring().metrics()));
      }
      for (BoundSource source : parts.assembled().sources()) {
        startPolling(source);
      }
      parts.resources().follow(parts.background(), parts.background().blocking());
      long tick = Math.min(SWEEP_NANOS, parts.expiry().toNanos() / 2);
      parts.background().every(tick, parts::sweep);
      if (!stage.compareAndSet(Stage.STARTING, Stage.RUNNING)) {
        // Closed meanwhile, perhaps before the last poller was there to be closed.
        pollers.forEach(Quietly::close);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void startPolling(BoundSource source) {
    for (Named<Plugin> extractor : source.extractors()) {
      MetricsPoller poller =
          new MetricsPoller(
              parts.pool(),
              (MetricsSource) source.source().plugin(),
              (CoreMetricsExtractor) extractor.plugin(),
              parts.refreshInterval(),
              parts.wiring().metrics(),
              parts.wiring().clock());
      pollers.add(poller);
      poller.start();
    }
  }

  /** A new exchange confined to {@code loop}. */
  public Exchange open(Executor loop) {
    return new PickerExchange(parts.wiring(), loop);
  }

  /** For gateways that parse themselves. */
  public EndpointPicker picker() {
    return picker;
  }

  /** The endpoints. */
  public EndpointPool pool() {
    return parts.pool();
  }

  /** The scheduling cycle. */
  public Scheduler scheduler() {
    return parts.scheduler();
  }

  /** What the plugins measure. */
  public PluginMeters pluginMeters() {
    return parts.graph().meters();
  }

  /** Null when ready, else why not. */
  public @Nullable String notReady() {
    return switch (stage.get()) {
      case BUILT -> "not started";
      case STARTING -> "endpoints are not loaded yet";
      case CLOSED -> "stopped";
      case RUNNING -> parts.notReady();
    };
  }

  /** Whether endpoints are given or discovered; if not, only {@link #pool} brings any. */
  public boolean findsEndpoints() {
    return parts.findsEndpoints();
  }

  /** Warnings of the configuration, for the log. */
  public List<String> warnings() {
    return parts.warnings();
  }

  /** The configuration with everything that defaulting added, one fact a line. */
  public List<String> effectiveConfiguration() {
    return parts.assembled().lines();
  }

  /** After this the numbers of an endpoint count as old: for gauges over the pool. */
  public Duration metricsStalenessThreshold() {
    return parts.staleness();
  }

  /** The longest that a request waits for plugins that ask elsewhere; zero if there are none. */
  public Duration longestWait() {
    return parts.wiring().asyncProducers().longestWait();
  }

  /** Stops everything; open exchanges may still be ended. Idempotent. */
  @Override
  public void close() {
    if (stage.getAndSet(Stage.CLOSED) == Stage.CLOSED) {
      return;
    }
    parts.scheduler().close();
    parts.resources().close();
    pollers.forEach(Quietly::close);
    List<Plugin> plugins = new ArrayList<>(parts.assembled().plugins().values());
    Collections.reverse(plugins);
    plugins.forEach(Quietly::close);
    Quietly.close(() -> parts.graph().closeState(null));
    parts.pool().close();
    parts.background().close();
  }

  /** Builds a picker. Not thread-safe. */
  public static final class Builder {
    @Nullable String text;
    String sourceName = "";
    @Nullable Path configFile;
    @Nullable Path discoveryFile;
    @Nullable Collection<EndpointSpec> endpoints;
    @Nullable PluginCatalog catalog;
    @Nullable Path pluginsDirectory;
    @Nullable DecisionListener decisions;
    @Nullable Long seed;
    PickerMetrics metrics = PickerMetrics.NONE;
    boolean allowExperimental;
    boolean ignoreSubset;
    boolean keepScores;
    int leastDestinations = 1;
    int mostDestinations = Integer.MAX_VALUE;
    long maxBodyBytes = 64L << 20;
    int maxBodyDepth = 64;
    int maxLineBytes = 1 << 20;
    Duration refreshInterval = Duration.ofMillis(50);
    Duration staleness = Duration.ofSeconds(2);
    Duration leaseIdle = Duration.ofMinutes(5);
    Duration slowStart = Duration.ofSeconds(10);
    Duration publicationInterval = Duration.ofMillis(5);
    LongSupplier clock = System::nanoTime;
    final Map<String, Integer> objectives = new HashMap<>();
    ResourceOptions resources = ResourceOptions.of();

    private Builder() {}

    /**
     * The configuration. {@code sourceName} stands in error messages. Without a call: the built-in
     * default configuration.
     */
    public Builder yaml(String text, String sourceName) {
      this.text = text;
      this.sourceName = sourceName;
      return this;
    }

    /** A file with the configuration. */
    public Builder configFile(Path file) {
      this.configFile = file;
      return this;
    }

    /** Endpoints for embedders without discovery. */
    public Builder endpoints(Collection<EndpointSpec> endpoints) {
      this.endpoints = List.copyOf(endpoints);
      return this;
    }

    /** A file with the endpoints, read again when it changes; the configuration must name none. */
    public Builder discoveryFile(Path file) {
      this.discoveryFile = file;
      return this;
    }

    /** Hears of requests, responses, decisions and polls; by default nothing does. */
    public Builder metrics(PickerMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /** Whether plugins of alpha stability may run; they may not unless set. */
    public Builder allowExperimentalPlugins(boolean allow) {
      this.allowExperimental = allow;
      return this;
    }

    /** Whether subset hints count for nothing; they count unless set. */
    public Builder disableSubsetFilter(boolean disable) {
      this.ignoreSubset = disable;
      return this;
    }

    /**
     * How many endpoints the gateway is told: decisions name {@code least} of them, the fallbacks
     * included, while there are so many; a picker that names more than {@code most} is warned of. 1
     * and without a bound unless set.
     */
    public Builder destinations(int least, int most) {
      if (least < 1 || most < least) {
        throw new IllegalArgumentException(
            "destinations: " + least + ", " + most + " (expected: 1 <= least <= most)");
      }
      this.leastDestinations = least;
      this.mostDestinations = most;
      return this;
    }

    /** Whether decisions tell the scores of all candidates; they do not unless set. */
    public Builder keepScores(boolean keep) {
      this.keepScores = keep;
      return this;
    }

    /** Longest request body, at least 1; 64 MiB unless set. */
    public Builder maxRequestBodyBytes(long bytes) {
      this.maxBodyBytes = Ranges.in("maxRequestBodyBytes", bytes, 1, Long.MAX_VALUE);
      return this;
    }

    /** Levels of objects and arrays in a JSON request body, 1 to 64; 64 unless set. */
    public Builder maxRequestBodyDepth(int levels) {
      this.maxBodyDepth = (int) Ranges.in("maxRequestBodyDepth", levels, 1, 64);
      return this;
    }

    /** Longest line of an event stream whose usage is read, at least 1; 1 MiB unless set. */
    public Builder maxResponseLineBytes(int bytes) {
      this.maxLineBytes = (int) Ranges.in("maxResponseLineBytes", bytes, 1, Integer.MAX_VALUE);
      return this;
    }

    /** How often metrics are scraped; 50 ms unless set, which is also the least. */
    public Builder refreshMetricsInterval(Duration interval) {
      this.refreshInterval = Durations.positive("refreshMetricsInterval", interval);
      return this;
    }

    /**
     * After this the numbers of an endpoint count as old: scorers give it the mean of the others; 2
     * s unless set. Where metrics are scraped less often than every third of it, three intervals.
     */
    public Builder metricsStalenessThreshold(Duration threshold) {
      this.staleness = Durations.positive("metricsStalenessThreshold", threshold);
      return this;
    }

    /** A lease without a sign of life for longer is abandoned; 5 min unless set. */
    public Builder inFlightLease(Duration idle) {
      this.leaseIdle = Durations.positive("inFlightLease", idle);
      return this;
    }

    /**
     * How long an endpoint is spared after it joined a pool of others: its share of the picks grows
     * linearly over this time; 10 s unless set, zero for no difference.
     */
    public Builder slowStart(Duration ramp) {
      this.slowStart = Durations.notNegative("slowStart", ramp);
      return this;
    }

    /**
     * Least time between two publications of scraped numbers; 5 ms unless set, zero for each report
     * at once, whatever that costs: for clocks that are not the system's.
     */
    public Builder publicationInterval(Duration interval) {
      this.publicationInterval = Durations.notNegative("publicationInterval", interval);
      return this;
    }

    /** Objectives and model rewrites; none unless set. */
    public Builder resources(ResourceOptions options) {
      this.resources = options;
      return this;
    }

    /** Priority of requests that name this objective, whatever {@link #resources} say of it. */
    public Builder objective(String name, int priority) {
      objectives.put(name, priority);
      return this;
    }

    /** Hears of every decision with its explanation; costs a second evaluation of each cycle. */
    public Builder decisionListener(DecisionListener listener) {
      this.decisions = listener;
      return this;
    }

    /** The plugin types; by default those that ServiceLoader finds. */
    public Builder pluginCatalog(PluginCatalog catalog) {
      this.catalog = catalog;
      return this;
    }

    /** A folder of jars with further plugin types, beside those that ServiceLoader finds. */
    public Builder pluginsDirectory(Path folder) {
      this.pluginsDirectory = folder;
      return this;
    }

    /** Monotonic clock; {@link System#nanoTime} unless set. */
    public Builder nanoClock(LongSupplier clock) {
      this.clock = clock;
      return this;
    }

    /** Seeds the generators of the scheduler; unset, each picker differs. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * The picker, not started.
     *
     * @throws ConfigurationException with every problem at once
     */
    public PickerRuntime build() {
      return new PickerRuntime(RuntimeParts.build(this));
    }
  }
}
