package io.igw.extproc.cli;

import io.igw.runtime.ConfigurationException;
import io.igw.runtime.DecisionListener;
import io.igw.runtime.PickerMetrics;
import io.igw.runtime.PickerRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the runtime that the flags describe. */
final class RuntimeSetup {
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
              .refreshMetricsInterval(settings.get(Flags.REFRESH_METRICS))
              .metricsStalenessThreshold(settings.get(Flags.STALENESS))
              .inFlightLease(settings.get(Flags.IN_FLIGHT_LEASE));
      String file = settings.get(Flags.CONFIG_FILE);
      String text = settings.get(Flags.CONFIG_TEXT);
      if (!file.isEmpty()) {
        builder.configFile(Path.of(file));
      } else if (!text.isEmpty()) {
        builder.yaml(text, "--config-text");
      }
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

  /** Builds and forgets; returns the warnings. */
  static List<String> validate(Settings settings) throws StartupException {
    try (PickerRuntime runtime = build(settings, PickerMetrics.NONE, null)) {
      List<String> warnings = new ArrayList<>(settings.idle());
      warnings.addAll(runtime.warnings());
      return warnings;
    }
  }

  static void start(PickerRuntime runtime) throws StartupException {
    try {
      runtime.start();
    } catch (ConfigurationException e) {
      throw new StartupException(e.problems().stream().map(Object::toString).toList());
    } catch (RuntimeException e) {
      throw new StartupException(Objects.toString(e.getMessage(), e.toString()));
    }
  }
}
