package io.igw.runtime.config;

import io.igw.runtime.config.PickerConfig.Ref;
import io.igw.runtime.yaml.ObjectReader;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sections about load: {@code flowControl} and the saturation detector. Settings of flow
 * control are checked and, since the gate is off, have no effect.
 */
final class FlowControlReader {
  private static final Set<String> DETECTOR_PARAMETERS =
      Set.of("queueDepthThreshold", "kvCacheUtilThreshold", "metricsStalenessThreshold");

  private final Problems problems;
  private @Nullable Ref detector;
  private YamlNode.@Nullable Mapping detectorParameters;

  FlowControlReader(Problems problems) {
    this.problems = problems;
  }

  /** The detector that is named, null if none is. */
  @Nullable Ref detector() {
    return detector;
  }

  /** Parameters of the default detector in the form of old releases, null if there are none. */
  YamlNode.@Nullable Mapping detectorParameters() {
    return detectorParameters;
  }

  void read(ObjectReader root) {
    ObjectReader section = root.object("flowControl");
    boolean settings = false;
    if (section != null) {
      settings = section(section);
      ObjectReader current = section.object("saturationDetector");
      if (current != null) {
        detector(current);
      }
      section.end();
      if (settings) {
        problems.warning(
            section.place(),
            "flow control is off (featureGates: flowControl): only saturationDetector is used");
      }
    }
    ObjectReader old = root.object("saturationDetector");
    if (old == null) {
      return;
    }
    if (detector != null || detectorParameters != null) {
      problems.warning(
          old.place(), "deprecated and ignored: flowControl.saturationDetector is set");
      new FlowControlReader(problems).detector(old);
    } else {
      problems.warning(old.place(), "deprecated: write it as flowControl.saturationDetector");
      detector(old);
    }
  }

  private void detector(ObjectReader section) {
    String name = section.text("pluginRef");
    boolean oldForm = false;
    for (String key : DETECTOR_PARAMETERS) {
      oldForm |= section.has(key);
    }
    if (oldForm && name != null) {
      problems.error(
          section.place(),
          "both a pluginRef and thresholds (expected: thresholds as parameters of plugin '"
              + name
              + "')");
    } else if (oldForm) {
      problems.warning(
          section.place(),
          "thresholds stand in the parameters of a plugin of type utilization-detector now, and"
              + " pluginRef names it");
      detectorParameters = section.mapping();
    } else if (name == null || name.isEmpty()) {
      problems.error(section.place(), "saturation detector plugin reference is empty");
    } else {
      detector = new Ref(name, section.place("pluginRef"));
    }
    section.end();
  }

  /** Whether anything is set that flow control alone would use. */
  private boolean section(ObjectReader section) {
    quantity(section, "maxBytes", "global MaxBytes");
    quantity(section, "maxRequests", "global MaxRequests");
    section.duration("defaultRequestTTL");
    section.duration("noEndpointRequestTTL");
    band(section.object("defaultPriorityBand"), "default priority band");
    band(section.object("defaultNegativePriorityBand"), "default negative priority band");
    Set<Integer> priorities = new HashSet<>();
    for (ObjectReader band : section.objects("priorityBands")) {
      Integer priority = band.whole("priority", Integer.MIN_VALUE, Integer.MAX_VALUE);
      int level = priority == null ? 0 : priority;
      if (!priorities.add(level)) {
        problems.error(band.place("priority"), "duplicate priority level " + level);
      }
      band(band, "priority band " + level);
    }
    section.text("usageLimitPolicyPluginRef");
    boolean settings = false;
    for (String key :
        new String[] {
          "maxBytes",
          "maxRequests",
          "defaultRequestTTL",
          "noEndpointRequestTTL",
          "defaultPriorityBand",
          "defaultNegativePriorityBand",
          "priorityBands",
          "usageLimitPolicyPluginRef"
        }) {
      settings |= section.has(key);
    }
    section.flag("enableEviction", false);
    return settings;
  }

  private void band(@Nullable ObjectReader band, String label) {
    if (band == null) {
      return;
    }
    band.whole("priority", Integer.MIN_VALUE, Integer.MAX_VALUE);
    quantity(band, "maxBytes", label + " MaxBytes");
    quantity(band, "maxRequests", label + " MaxRequests");
    band.text("fairnessPolicyRef");
    band.text("orderingPolicyRef");
    band.end();
  }

  private void quantity(ObjectReader section, String key, String label) {
    YamlNode value = section.value(key);
    if (value == null) {
      return;
    }
    Long parsed = value instanceof YamlNode.Scalar scalar ? Quantity.parse(scalar.text()) : null;
    if (parsed == null) {
      problems.error(value.place(), value.shown() + " (expected: a quantity such as 5k or 1Gi)");
    } else if (parsed < 0) {
      problems.error(value.place(), label + " must be non-negative, got " + parsed);
    }
  }
}
