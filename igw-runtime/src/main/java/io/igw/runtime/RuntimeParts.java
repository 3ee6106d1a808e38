package io.igw.runtime;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import io.igw.runtime.config.Assembled;
import io.igw.runtime.config.Assembled.Named;
import io.igw.runtime.config.Assembly;
import io.igw.runtime.config.ConfigReader;
import io.igw.runtime.config.PickerConfig;
import io.igw.runtime.metrics.MetricsSource;
import io.igw.runtime.parse.ParserTable;
import io.igw.runtime.resources.LiveResources;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlReader;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.scheduler.Profile;
import io.igw.scheduler.Scheduler;
import io.igw.scheduler.SchedulerBuilder;
import io.igw.scheduler.plugins.InFlightLoadProducer;
import io.igw.scheduler.plugins.MediaTokens;
import io.igw.scheduler.plugins.PrefixMatch;
import io.igw.scheduler.plugins.TokenProducer;
import io.igw.spi.Admitter;
import io.igw.spi.DataProducer;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.Screener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a picker, put together from a builder.
 *
 * @param assembled the configuration
 * @param graph what its plugins declared, and their state
 * @param resources objectives and model rewrites
 * @param given endpoints of the embedder; null: there are none
 * @param refreshInterval base tick of polls
 * @param staleness after this numbers count as old
 */
record RuntimeParts(
    Assembled assembled,
    PluginGraph graph,
    EndpointPool pool,
    Scheduler scheduler,
    ExchangeWiring wiring,
    BackgroundWork background,
    LiveResources resources,
    @Nullable Collection<EndpointSpec> given,
    Duration refreshInterval,
    Duration staleness,
    List<String> warnings) {
  private static final Duration LEAST_REFRESH = Duration.ofMillis(50);

  /** What is due from time to time. */
  void sweep() {
    pool.expire(expiry());
    scheduler.sweepLeases();
  }

  /** Age from which numbers are forgotten; never less than three polls of the slowest source. */
  Duration expiry() {
    Duration slowest = refreshInterval;
    for (Assembled.BoundSource source : assembled.sources()) {
      if (source.source().plugin() instanceof MetricsSource polled
          && polled.interval().compareTo(slowest) > 0) {
        slowest = polled.interval();
      }
    }
    Duration polls = slowest.multipliedBy(3);
    return polls.compareTo(staleness) > 0 ? polls : staleness;
  }

  boolean findsEndpoints() {
    return assembled.discovery() != null || given != null;
  }

  /** Null when ready, else why not. */
  @Nullable String notReady() {
    EndpointSnapshot snapshot = pool.snapshot();
    return findsEndpoints() || snapshot.size() > 0
        ? ReadinessChecks.notReady(assembled.plugins(), snapshot, wiring.metrics())
        : "no endpoints are known and none will be found (expected: dataLayer.discovery in the"
            + " configuration)";
  }

  static RuntimeParts build(PickerRuntime.Builder settings) {
    BackgroundWork background = new BackgroundWork();
    try {
      return build(settings, background);
    } catch (RuntimeException e) {
      background.close();
      throw e;
    }
  }

  private static RuntimeParts build(PickerRuntime.Builder settings, BackgroundWork background) {
    Problems problems = new Problems(source(settings));
    PluginCatalog catalog = catalog(settings, problems);
    catalog.problems().forEach(problem -> problems.warning(Place.NONE, problem));
    Duration refresh = refreshInterval(settings, problems);
    LiveResources resources = resources(settings);
    resources.read(problems);
    PickerConfig config = config(settings, problems);
    Schema schema = new Schema();
    PluginGraph graph = new PluginGraph(schema, background, settings.clock, background.blocking());
    Assembly assembly =
        new Assembly(config, catalog, graph, problems, settings.allowExperimental, refresh);
    try {
      Assembled assembled = assembly.assemble();
      problems.refuseIfFailed();
      return wire(settings, background, problems, graph, assembled, resources, refresh);
    } catch (RuntimeException e) {
      assembly.abandon();
      throw e;
    }
  }

  private static Duration refreshInterval(PickerRuntime.Builder settings, Problems problems) {
    Duration wanted = settings.refreshInterval;
    if (wanted.compareTo(LEAST_REFRESH) >= 0) {
      return wanted;
    }
    problems.warning(
        Place.NONE,
        "refreshMetricsInterval: "
            + wanted.toMillis()
            + " ms (expected: >= "
            + LEAST_REFRESH.toMillis()
            + " ms, which is used)");
    return LEAST_REFRESH;
  }

  private static LiveResources resources(PickerRuntime.Builder settings) {
    Long seed = settings.seed;
    return new LiveResources(
        settings.resources.paths,
        settings.resources.scope,
        settings.objectives,
        settings.metrics,
        seed == null ? ThreadLocalRandom.current().nextLong() : seed);
  }

  private static PluginCatalog catalog(PickerRuntime.Builder settings, Problems problems) {
    Path folder = settings.pluginsDirectory;
    if (settings.catalog != null) {
      return settings.catalog;
    }
    if (folder != null) {
      try {
        PluginDirectory plugins = PluginDirectory.open(folder, loader());
        plugins.problems().forEach(problem -> problems.warning(Place.NONE, problem));
        return plugins.catalog();
      } catch (IOException e) {
        problems.error(Place.NONE, "plugins directory: " + e.getMessage());
      }
    }
    return PluginCatalog.load(loader());
  }

  private static ClassLoader loader() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return context != null ? context : PickerRuntime.class.getClassLoader();
  }

  private static String source(PickerRuntime.Builder settings) {
    Path file = settings.configFile;
    if (file != null) {
      return file.toString();
    }
    return settings.text == null ? "built-in default" : settings.sourceName;
  }

  private static PickerConfig config(PickerRuntime.Builder settings, Problems problems) {
    Path file = settings.configFile;
    String text = settings.text;
    if (file != null && text != null) {
      throw new IllegalArgumentException("configFile and yaml: both (expected: one of them)");
    }
    if (file != null) {
      text = content(file, problems);
    }
    PickerConfig config = null;
    if (text != null) {
      config = ConfigReader.read(text, problems);
    } else if (file == null) {
      config = ConfigReader.builtIn();
    }
    if (config == null) {
      problems.refuseIfFailed();
      throw new IllegalStateException("unreadable without a reason");
    }
    if (settings.discoveryFile != null) {
      config = config.withDiscoveryFile(settings.discoveryFile.toString(), problems);
    }
    PickerConfig.Ref discovery = config.dataLayer().discovery();
    if (discovery != null && settings.endpoints != null) {
      problems.error(
          discovery.place(),
          "'" + discovery.name() + "' (expected: absent, since endpoints are given)");
    }
    return config;
  }

  private static @Nullable String content(Path file, Problems problems) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(YamlReader.MAX_CHARS + 1);
      if (bytes.length > YamlReader.MAX_CHARS) {
        problems.error(Place.NONE, "larger than 1 MiB (expected: at most 1 MiB)");
        return null;
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      problems.error(Place.NONE, "no such file (expected: a file that can be read)");
    } catch (IOException e) {
      problems.error(Place.NONE, Objects.toString(e.getMessage(), e.toString()));
    }
    return null;
  }

  private static RuntimeParts wire(
      PickerRuntime.Builder settings,
      BackgroundWork background,
      Problems problems,
      PluginGraph graph,
      Assembled assembled,
      LiveResources resources,
      Duration refresh) {
    EndpointPool pool =
        EndpointPool.builder()
            .schema(graph.schema())
            .timer(background)
            .publicationInterval(settings.publicationInterval)
            .nanoClock(settings.clock)
            .build();
    Scheduler scheduler = scheduler(settings, graph, assembled, pool);
    ExchangeWiring wiring =
        new ExchangeWiring(
            scheduler,
            new ParserTable(
                assembled.parsers().stream().map(Named::plugin).toList(), mediaTokens(assembled)),
            HeaderProcessors.of(assembled.plugins(), settings.metrics),
            AsyncProducers.of(assembled.plugins(), background, settings.metrics),
            Observers.of(assembled.plugins(), settings.metrics),
            settings.metrics,
            settings.decisions,
            new Rewriting(
                resources, settings.resources.stickyHeader, settings.resources.restoreModel),
            graph.schema().requestKeyCount(),
            settings.maxBodyBytes,
            settings.maxBodyDepth,
            settings.maxLineBytes,
            settings.ignoreSubset,
            settings.clock);
    List<String> warnings = new ArrayList<>();
    for (Assembled.Profile profile : assembled.profiles()) {
      Named<Picker> picker = profile.picker();
      if (picker != null && picker.plugin().most() > settings.mostDestinations) {
        warnings.add(
            "picker '"
                + picker.name()
                + "' names up to "
                + picker.plugin().most()
                + " endpoints and the gateway is told "
                + settings.mostDestinations
                + " (expected: a gateway that can walk a longer list)");
      }
    }
    problems.warnings().forEach(warning -> warnings.add(warning.toString()));
    return new RuntimeParts(
        assembled,
        graph,
        pool,
        scheduler,
        wiring,
        background,
        resources,
        settings.endpoints,
        refresh,
        settings.staleness,
        List.copyOf(warnings));
  }

  private static Scheduler scheduler(
      PickerRuntime.Builder settings, PluginGraph graph, Assembled assembled, EndpointPool pool) {
    SchedulerBuilder builder =
        Scheduler.builder(pool)
            .schema(graph.schema())
            .nanoClock(settings.clock)
            .leaseIdle(settings.leaseIdle)
            .slowStart(settings.slowStart)
            .leastPicks(settings.leastDestinations)
            .keepScores(settings.keepScores)
            .pluginDurations(graph.meters(), assembled.types())
            .metrics(settings.metrics);
    if (settings.seed != null) {
      builder.seed(settings.seed);
    }
    for (Assembled.Profile profile : assembled.profiles()) {
      builder.profile(profile.name(), target -> fill(target, profile));
    }
    if (assembled.handler() != null) {
      builder.profileHandler(assembled.handler().name(), assembled.handler().plugin());
    }
    if (assembled.detector() != null) {
      builder.saturationDetector(assembled.detector().plugin());
    }
    for (String name : graph.producerOrder()) {
      builder.producer(name, (DataProducer) Objects.requireNonNull(assembled.plugins().get(name)));
    }
    assembled
        .plugins()
        .forEach((name, plugin) -> {
          if (plugin instanceof PickListener listener) {
            builder.listener(name, listener);
          }
          if (plugin instanceof Screener screener) {
            builder.screener(name, screener);
          }
          if (plugin instanceof Admitter admitter) {
            builder.admitter(name, admitter);
          }
        });
    reserve(builder, graph, assembled);
    PerEndpoint held = graph.produced(PrefixMatch.MATCHED_BLOCKS);
    if (held != null) {
      builder.cacheHits(held);
    }
    return builder.build();
  }

  /** The estimate of the producer whose tokens others read, else of the first one. */
  private static MediaTokens mediaTokens(Assembled assembled) {
    if (assembled.plugins().get(TokenProducer.TYPE) instanceof TokenProducer named) {
      return named.mediaTokens();
    }
    for (Plugin plugin : assembled.plugins().values()) {
      if (plugin instanceof TokenProducer producer) {
        return producer.mediaTokens();
      }
    }
    return MediaTokens.DEFAULT;
  }

  private static void fill(Profile.Builder target, Assembled.Profile profile) {
    profile.filters().forEach(f -> target.filter(f.name(), f.plugin()));
    profile.scorers().forEach(s -> target.scorer(s.name(), s.scorer(), s.weight()));
    if (profile.picker() != null) {
      target.picker(profile.picker().name(), profile.picker().plugin());
    }
  }

  /** Tokens that a pick reserves are those of the in-flight producer, where there is one. */
  private static void reserve(SchedulerBuilder builder, PluginGraph graph, Assembled assembled) {
    PerEndpoint uncached = graph.produced(InFlightLoadProducer.UNCACHED_TOKENS);
    if (uncached == null) {
      return;
    }
    builder.reservedTokens(uncached);
    Plugin producer = assembled.plugins().get(uncached.producer());
    if (producer instanceof InFlightLoadProducer load) {
      builder.releaseTokensOnFirstByte(!load.addsEstimatedOutputTokens());
      builder.estimatedOutput(load::estimatedOutput);
    }
  }
}
