package io.igw.runtime.config;

import io.igw.runtime.config.Assembled.BoundSource;
import io.igw.runtime.config.Assembled.Named;
import io.igw.runtime.config.Assembled.Profile;
import io.igw.runtime.config.PickerConfig.DataLayer;
import io.igw.runtime.config.PickerConfig.Ref;
import io.igw.runtime.config.PickerConfig.Source;
import io.igw.runtime.config.PluginSet.Instance;
import io.igw.runtime.discovery.Discovery;
import io.igw.runtime.metrics.CoreMetricsExtractor;
import io.igw.runtime.metrics.MetricsSource;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.Admitter;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.DataProducer;
import io.igw.spi.PickListener;
import io.igw.spi.Plugin;
import io.igw.spi.ReadinessCheck;
import io.igw.spi.RequestHeaderProcessor;
import io.igw.spi.RequestParser;
import io.igw.spi.ResponseObserver;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Screener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a configuration whole: plugins in document order, then what defaulting adds, in the order
 * of config.md 3. Everything that is wrong goes to the problems; the result is of use only if there
 * are none.
 */
public final class Assembly {
  private static final String METRICS_SOURCE = MetricsSource.TYPE;
  private static final String CORE_EXTRACTOR = CoreMetricsExtractor.TYPE;
  private static final String DEFAULT_DETECTOR = "utilization-detector";
  private static final List<String> DEFAULT_PARSERS =
      List.of("openai-parser", "anthropic-parser", "vllmhttp-parser", "passthrough-parser");
  private static final Set<String> METRIC_SCORERS =
      Set.of(
          "queue-scorer",
          "running-requests-size-scorer",
          "kv-cache-utilization-scorer",
          "load-aware-scorer",
          "lora-affinity-scorer");
  private static final Duration LEAST_STALENESS = Duration.ofMillis(200);

  private final PickerConfig config;
  private final PluginSet plugins;
  private final Problems problems;
  private final boolean allowExperimental;
  private final Duration refreshInterval;
  private final Set<String> used = new HashSet<>();

  /**
   * Of a document.
   *
   * @param allowExperimental whether alpha plugins may run
   * @param refreshInterval how often metrics are scraped: the default detector must not take a
   *     number for stale before the next one can be there
   */
  public Assembly(
      PickerConfig config,
      PluginCatalog catalog,
      PluginGraph graph,
      Problems problems,
      boolean allowExperimental,
      Duration refreshInterval) {
    this.config = config;
    this.plugins = new PluginSet(catalog, graph, problems);
    this.problems = problems;
    this.allowExperimental = allowExperimental;
    this.refreshInterval = refreshInterval;
  }

  /** Makes everything. */
  public Assembled assemble() {
    OldSpellings spellings = new OldSpellings(config.plugins(), plugins, problems);
    config.plugins().forEach(spellings::create);
    Named<Plugin> discovery = discovery();
    ProfileAssembly profileAssembly = new ProfileAssembly(plugins, problems, used);
    List<Profile> profiles = profileAssembly.build(config.profiles());
    List<Named<RequestParser>> parsers = parsers();
    Named<SaturationDetector> detector = detector();
    List<BoundSource> sources = sources();
    new MissingProducers(plugins, problems).create();
    if (!allowExperimental) {
      plugins.refuseAlpha();
    }
    warnOfUnused();
    Map<String, Plugin> made = new LinkedHashMap<>();
    Map<String, String> types = new LinkedHashMap<>();
    for (Instance instance : plugins.all()) {
      if (instance.plugin() != null) {
        made.put(instance.name(), instance.plugin());
        types.put(instance.name(), instance.type());
      }
    }
    return new Assembled(
        made, types, profiles, profileAssembly.handler(), detector, parsers, sources, discovery);
  }

  /** Closes the plugins that were made, for a configuration that is not used after all. */
  public void abandon() {
    plugins.close();
  }

  private @Nullable Named<Plugin> discovery() {
    Ref ref = config.dataLayer().discovery();
    if (ref == null) {
      return null;
    }
    Instance instance = plugins.find(ref.name());
    if (instance == null) {
      problems.error(ref.place(), "discovery: no plugin found with name \"" + ref.name() + "\"");
      return null;
    }
    used.add(ref.name());
    Discovery plugin = instance.as(Discovery.class);
    if (plugin == null && instance.plugin() != null) {
      problems.error(
          ref.place(),
          "discovery: plugin \"" + ref.name() + "\" does not implement EndpointDiscovery");
    }
    return plugin == null ? null : new Named<>(ref.name(), plugin);
  }

  private List<Named<RequestParser>> parsers() {
    List<Named<RequestParser>> parsers = new ArrayList<>();
    Set<String> types = new HashSet<>();
    for (Ref ref : parserRefs()) {
      Instance instance = plugins.find(ref.name());
      if (instance == null
          && KnownTypes.find(ref.name()) == null
          && !plugins.provides(ref.name())) {
        problems.error(ref.place(), "parser references undefined plugin '" + ref.name() + "'");
        continue;
      }
      if (instance == null) {
        instance = plugins.requireDefault(ref.name());
      }
      if (instance == null) {
        continue;
      }
      used.add(ref.name());
      RequestParser parser = instance.as(RequestParser.class);
      if (parser == null && instance.plugin() != null) {
        problems.error(ref.place(), "the plugin \"" + ref.name() + "\" is not a parser plugin");
      } else if (!types.add(instance.type())) {
        problems.warning(ref.place(), "a second parser of type " + instance.type() + " is ignored");
      } else if (parser != null) {
        if (parsers.stream().anyMatch(before -> before.plugin().pathSuffixes().isEmpty())) {
          problems.warning(ref.place(), "a parser behind one that takes every path is ignored");
        }
        parsers.add(new Named<>(ref.name(), parser));
      }
    }
    return parsers;
  }

  private List<Ref> parserRefs() {
    if (!config.parsers().isEmpty()) {
      return config.parsers();
    }
    return DEFAULT_PARSERS.stream()
        .filter(type -> plugins.find(type) != null || plugins.provides(type))
        .map(type -> new Ref(type, Place.NONE))
        .toList();
  }

  private @Nullable Named<SaturationDetector> detector() {
    Ref ref = config.saturationDetector();
    String name = ref == null ? DEFAULT_DETECTOR : ref.name();
    Place place = ref == null ? Place.NONE : ref.place();
    Instance instance = plugins.find(name);
    if (instance != null && config.detectorParameters() != null) {
      problems.error(
          config.detectorParameters().place(),
          "thresholds beside plugin '" + name + "' (expected: as parameters of that plugin)");
    }
    if (instance == null && name.equals(DEFAULT_DETECTOR)) {
      instance = plugins.createDefault(DEFAULT_DETECTOR, detectorParameters());
    }
    if (instance == null) {
      if (ref != null) {
        problems.error(place, "saturation detector references undefined plugin '" + name + "'");
      }
      return null;
    }
    used.add(name);
    SaturationDetector detector = instance.as(SaturationDetector.class);
    if (detector == null && instance.plugin() != null) {
      problems.error(place, "plugin '" + name + "' is not a SaturationDetector");
    }
    return detector == null ? null : new Named<>(name, detector);
  }

  private YamlNode.@Nullable Mapping detectorParameters() {
    if (config.detectorParameters() != null) {
      return config.detectorParameters();
    }
    Duration slowest = refreshInterval;
    for (Instance instance : plugins.having(MetricsSource.class)) {
      MetricsSource source = instance.as(MetricsSource.class);
      if (source != null && source.interval().compareTo(slowest) > 0) {
        slowest = source.interval();
      }
    }
    Duration staleness = slowest.multipliedBy(4);
    if (staleness.compareTo(LEAST_STALENESS) <= 0) {
      return null;
    }
    YamlNode value =
        new YamlNode.Scalar(Place.NONE, staleness.toMillis() + "ms", staleness.toMillis() + "ms");
    return new YamlNode.Mapping(Place.NONE, Map.of("metricsStalenessThreshold", value));
  }

  private List<BoundSource> sources() {
    DataLayer dataLayer = config.dataLayer();
    List<BoundSource> sources = new ArrayList<>();
    boolean polled = false;
    for (Source source : dataLayer.sources()) {
      Named<Plugin> bound = role(source.source(), METRICS_SOURCE, "a DataSource");
      List<Named<Plugin>> extractors = new ArrayList<>();
      for (Ref extractor : source.extractors()) {
        Named<Plugin> reader = role(extractor, CORE_EXTRACTOR, "an EndpointExtractor");
        if (reader != null) {
          extractors.add(reader);
        }
      }
      Instance instance = plugins.find(source.source().name());
      polled |= instance != null && instance.type().equals(METRICS_SOURCE);
      if (extractors.size() > 1) {
        problems.error(
            source.source().place(),
            "two extractors of type " + CORE_EXTRACTOR + " (expected: one)");
      } else if (source.extractors().isEmpty()) {
        problems.warning(
            source.source().place(),
            "source '" + source.source().name() + "' has no extractors: nothing is read");
      }
      if (bound != null) {
        sources.add(new BoundSource(bound, List.copyOf(extractors)));
      }
    }
    if (dataLayer.injectDefaults() && !polled) {
      BoundSource injected = defaultSource();
      if (injected != null) {
        sources.add(injected);
      }
    } else if (sources.isEmpty()) {
      warnOfUnreported();
    }
    return sources;
  }

  private @Nullable Named<Plugin> role(Ref ref, String type, String role) {
    Instance instance = plugins.find(ref.name());
    if (instance == null) {
      problems.error(ref.place(), "the plugin " + ref.name() + " is not registered");
      return null;
    }
    used.add(ref.name());
    Plugin plugin = instance.plugin();
    if (plugin != null && !instance.type().equals(type)) {
      problems.error(
          ref.place(),
          "the plugin " + ref.name() + " is not " + role + " (expected: type " + type + ")");
      return null;
    }
    return plugin == null ? null : new Named<>(ref.name(), plugin);
  }

  /** The source that every picker has unless it says otherwise; nothing in a build without it. */
  private @Nullable BoundSource defaultSource() {
    Named<Plugin> source = ofType(METRICS_SOURCE);
    Named<Plugin> extractor = ofType(CORE_EXTRACTOR);
    return source == null || extractor == null ? null : new BoundSource(source, List.of(extractor));
  }

  private @Nullable Named<Plugin> ofType(String type) {
    Instance instance = null;
    for (Instance each : plugins.all()) {
      if (instance == null && each.type().equals(type)) {
        instance = each;
      }
    }
    if (instance == null) {
      instance = plugins.createDefault(type, null);
    }
    if (instance == null || instance.plugin() == null) {
      return null;
    }
    used.add(instance.name());
    return new Named<>(instance.name(), instance.plugin());
  }

  /** Scorers of numbers that nothing scrapes score every endpoint alike, which is seldom meant. */
  private void warnOfUnreported() {
    for (Instance instance : plugins.all()) {
      if (used.contains(instance.name()) && METRIC_SCORERS.contains(instance.type())) {
        problems.warning(
            instance.place(),
            "'"
                + instance.name()
                + "' reads numbers that no data source scrapes (dataLayer.injectDefaults is false):"
                + " unless the embedder reports them, all endpoints score alike");
      }
    }
  }

  private void warnOfUnused() {
    for (Instance instance : plugins.all()) {
      Plugin plugin = instance.plugin();
      boolean alwaysOn =
          plugin instanceof DataProducer
              || plugin instanceof AsyncDataProducer
              || plugin instanceof RequestHeaderProcessor
              || plugin instanceof Screener
              || plugin instanceof Admitter
              || plugin instanceof PickListener
              || plugin instanceof ResponseObserver
              || plugin instanceof ReadinessCheck;
      if (plugin != null && !alwaysOn && !used.contains(instance.name())) {
        problems.warning(instance.place(), "plugin '" + instance.name() + "' is used by nothing");
      }
    }
  }
}
