package io.igw.runtime;

import io.igw.api.EndpointSnapshot;
import io.igw.spi.Plugin;
import io.igw.spi.ReadinessCheck;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks the plugins that have to see something before requests can be served. */
final class ReadinessChecks {
  private ReadinessChecks() {}

  /**
   * Null when all are ready, else the first that is not, and why; a throwing one counts as a fault.
   */
  static @Nullable String notReady(
      Map<String, Plugin> plugins, EndpointSnapshot snapshot, PickerMetrics metrics) {
    for (Map.Entry<String, Plugin> plugin : plugins.entrySet()) {
      if (plugin.getValue() instanceof ReadinessCheck check) {
        String why = ask(plugin.getKey(), check, snapshot, metrics);
        if (why != null) {
          return "plugin '" + plugin.getKey() + "': " + why;
        }
      }
    }
    return null;
  }

  private static @Nullable String ask(
      String name, ReadinessCheck check, EndpointSnapshot snapshot, PickerMetrics metrics) {
    try {
      return check.notReady(snapshot);
    } catch (RuntimeException e) {
      metrics.pluginFault(name, ErrorCodes.THREW);
      return "its readiness check threw " + e.getClass().getName();
    }
  }
}
