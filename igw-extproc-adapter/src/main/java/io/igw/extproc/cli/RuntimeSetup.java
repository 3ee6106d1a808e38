package io.igw.extproc.cli;

import io.igw.extproc.picker.GatewayProfile;
import io.igw.runtime.ConfigurationException;
import io.igw.runtime.DecisionListener;
import io.igw.runtime.PickerMetrics;
import io.igw.runtime.PickerRuntime;
import io.igw.runtime.ResourceOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the runtime that the flags describe. */
final class RuntimeSetup {
  private static final String NO_DISCOVERY =
      """
      no discovery is configured, and Kubernetes discovery (--pool-name, --endpoint-selector) is \
      not part of this build
      expected in the configuration (--config-file):
        plugins:
        - {name: files, type: file-discovery, parameters: {path: endpoints.yaml, watchFile: true}}
        dataLayer:
          discovery: {pluginRef: files}
      and in endpoints.yaml:
        endpoints:
        - {name: vllm-0, address: "10.0.0.1", port: "8000"}
      """;

  private RuntimeSetup() {}

  static PickerRuntime build(
      Settings settings, PickerMetrics metrics, @Nullable DecisionListener decisions)
      throws StartupException {
    try {
      PickerRuntime.Builder builder =
          PickerRuntime.builder()
              .metrics(metrics)
              .allowExperimentalPlugins(settings.get(Flags.ALLOW_EXPERIMENTAL))
              .disableSubsetFilter(settings.get(Flags.DISABLE_SUBSET))
              .maxRequestBodyBytes(settings.get(Flags.MAX_BODY))
              .maxRequestBodyDepth(settings.get(Flags.MAX_DEPTH))
              .maxResponseLineBytes(Math.toIntExact(settings.get(Flags.MAX_LINE)))
              .refreshMetricsInterval(settings.refreshInterval())
              .metricsStalenessThreshold(settings.get(Flags.STALENESS))
              .inFlightLease(settings.get(Flags.IN_FLIGHT_LEASE));
      builder.slowStart(settings.get(Flags.SLOW_START));
      builder.keepScores(settings.get(Flags.EMIT_SCORES));
      GatewayProfile gateway = settings.gateway();
      builder.destinations(gateway.leastDestinations(), gateway.mostDestinations());
      if (!settings.get(Flags.PLUGINS_DIR).isEmpty()) {
        builder.pluginsDirectory(Path.of(settings.get(Flags.PLUGINS_DIR)));
      }
      String file = settings.get(Flags.CONFIG_FILE);
      String text = settings.get(Flags.CONFIG_TEXT);
      if (!file.isEmpty()) {
        builder.configFile(Path.of(file));
      } else if (!text.isEmpty()) {
        builder.yaml(text, "--config-text");
      }
      builder.resources(resources(settings));
      for (Map.Entry<String, Integer> objective : settings.get(Flags.OBJECTIVE)) {
        builder.objective(objective.getKey(), objective.getValue());
      }
      if (decisions != null) {
        builder.decisionListener(decisions);
      }
      return builder.build();
    } catch (ConfigurationException e) {
      throw new StartupException(e.problems().stream().map(Object::toString).toList());
    }
  }

  private static ResourceOptions resources(Settings settings) {
    Path[] paths = settings.get(Flags.RESOURCES).stream().map(Path::of).toArray(Path[]::new);
    String sticky = settings.get(Flags.STICKY_HEADER).toLowerCase(Locale.ROOT);
    ResourceOptions resources =
        ResourceOptions.of(paths)
            .pool(
                settings.poolNamespace(),
                settings.get(Flags.POOL_NAME),
                settings.get(Flags.POOL_GROUP))
            .restoreModel(settings.get(Flags.RESPONSE_MODEL).equals("client"));
    return sticky.isEmpty() ? resources : resources.stickyHeader(sticky);
  }

  /** Builds and forgets; returns warnings and the configuration in effect, as lines. */
  static List<String> validate(Settings settings) throws StartupException {
    try (PickerRuntime runtime = build(settings, PickerMetrics.NONE, null)) {
      List<String> lines = new ArrayList<>();
      settings.idle().forEach(line -> lines.add("warning: " + line));
      runtime.warnings().forEach(line -> lines.add("warning: " + line));
      lines.addAll(runtime.effectiveConfiguration());
      return lines;
    }
  }

  /** Starts discovery; an endpoint picker that would never know an endpoint does not start. */
  static void start(PickerRuntime runtime) throws StartupException {
    try {
      runtime.start();
    } catch (ConfigurationException e) {
      throw new StartupException(e.problems().stream().map(Object::toString).toList());
    } catch (RuntimeException e) {
      throw new StartupException(Objects.toString(e.getMessage(), e.toString()));
    }
    if (!runtime.findsEndpoints()) {
      throw new StartupException(NO_DISCOVERY.lines().toList());
    }
  }
}
