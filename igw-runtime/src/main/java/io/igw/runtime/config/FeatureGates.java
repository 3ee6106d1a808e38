package io.igw.runtime.config;

import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import io.igw.scheduler.NearestName;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads {@code featureGates} (config.md 1.2). */
final class FeatureGates {
  private static final String FLOW_CONTROL = "flowControl";
  private static final Set<String> KNOWN = Set.of(FLOW_CONTROL, "haPopulateNonLeaderDatastore");

  /** Gates of old releases, and why they are not needed. */
  private static final Map<String, String> OLD =
      Map.of(
          "dataLayer", "the data layer is always on",
          "prepareDataPlugins", "data producers are always on",
          "enableLegacyMetrics", "configure core-metrics-extractor");

  private final Problems problems;

  FeatureGates(Problems problems) {
    this.problems = problems;
  }

  void read(List<YamlNode> items) {
    for (YamlNode item : items) {
      if (item instanceof YamlNode.Scalar scalar && scalar.value() instanceof String text) {
        gate(scalar, text);
      } else {
        problems.error(item.place(), item.shown() + " (expected: a text)");
      }
    }
  }

  private void gate(YamlNode.Scalar item, String text) {
    int equals = text.indexOf('=');
    String name = (equals < 0 ? text : text.substring(0, equals)).trim();
    String given = equals < 0 ? "true" : text.substring(equals + 1).trim();
    String why = OLD.get(name);
    if (why != null) {
      problems.warning(item.place(), "feature gate '" + name + "' is gone: " + why);
      return;
    }
    if (!KNOWN.contains(name)) {
      problems.error(
          item.place(),
          "feature gate '" + name + "' is unknown or unregistered" + NearestName.hint(name, KNOWN));
      return;
    }
    switch (given.toLowerCase(Locale.ROOT)) {
      case "1", "t", "true" -> {
        if (name.equals(FLOW_CONTROL)) {
          problems.error(
              item.place(),
              "feature gate 'flowControl': true (expected: false; flow control is not in this"
                  + " build)");
        }
      }
      case "0", "f", "false" -> {}
      default ->
          problems.error(
              item.place(),
              given
                  + " is not a valid value for the feature gate "
                  + name
                  + " (expected: true or false)");
    }
  }
}
