package io.igw.runtime.config;

import io.igw.runtime.config.PickerConfig.DataLayer;
import io.igw.runtime.config.PickerConfig.PluginEntry;
import io.igw.runtime.config.PickerConfig.ProfileEntry;
import io.igw.runtime.config.PickerConfig.ProfilePlugin;
import io.igw.runtime.config.PickerConfig.Ref;
import io.igw.runtime.config.PickerConfig.Source;
import io.igw.runtime.yaml.ObjectReader;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import io.igw.runtime.yaml.YamlReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the document: strict fields, both API versions, old forms replaced by current ones with a
 * warning (config.md 1 and 2, steps 1 to 3).
 */
public final class ConfigReader {
  static final String KIND = "EndpointPickerConfig";
  static final String API_VERSION = "llm-d.ai/v1alpha1";
  static final String OLD_API_VERSION = "inference.networking.x-k8s.io/v1alpha1";
  private static final String OLDEST_API_GROUP = "config.apix.";

  private final Problems problems;

  private ConfigReader(Problems problems) {
    this.problems = problems;
  }

  /** What the document says; null if it cannot be read at all. See the problems in any case. */
  public static @Nullable PickerConfig read(String text, Problems problems) {
    YamlNode.Mapping root = YamlReader.read(text, problems);
    return root == null ? null : new ConfigReader(problems).document(root);
  }

  private PickerConfig document(YamlNode.Mapping root) {
    ObjectReader reader = new ObjectReader(root, problems);
    header(reader);
    new FeatureGates(problems).read(reader.items("featureGates"));
    List<PluginEntry> plugins = plugins(reader.objects("plugins"));
    List<ProfileEntry> profiles = profiles(reader.objects("schedulingProfiles"));
    DataLayer dataLayer = dataLayer(reader.object("dataLayer"));
    FlowControlReader load = new FlowControlReader(problems);
    load.read(reader);
    List<Ref> parsers = parsers(reader);
    reader.end();
    return new PickerConfig(
        plugins, profiles, dataLayer, load.detector(), load.detectorParameters(), parsers);
  }

  private void header(ObjectReader reader) {
    String version = reader.text("apiVersion");
    if (version == null) {
      problems.error(reader.place("apiVersion"), "missing (expected: " + API_VERSION + ")");
    } else if (version.equals(OLD_API_VERSION) || version.startsWith(OLDEST_API_GROUP)) {
      problems.warning(
          reader.place("apiVersion"), version + " is deprecated: write " + API_VERSION);
    } else if (!version.equals(API_VERSION)) {
      problems.error(
          reader.place("apiVersion"),
          "'" + version + "' (expected: " + API_VERSION + ", or " + OLD_API_VERSION + ")");
    }
    String kind = reader.text("kind");
    if (kind == null || !kind.equals(KIND)) {
      problems.error(
          reader.place("kind"),
          (kind == null ? "missing" : "'" + kind + "'") + " (expected: " + KIND + ")");
    }
  }

  private List<PluginEntry> plugins(List<ObjectReader> items) {
    List<PluginEntry> plugins = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ObjectReader item : items) {
      String given = item.text("name");
      String type = item.text("type");
      YamlNode value = item.value("parameters");
      ObjectReader parameters = item.object("parameters");
      item.end();
      String name = given == null || given.isEmpty() ? type : given;
      if (type == null || type.isEmpty()) {
        if (type != null || !item.has("type")) {
          problems.error(
              item.place(), "plugin '" + (name == null ? "" : name) + "' is missing a type");
        }
      } else if (!names.add(String.valueOf(name))) {
        problems.error(item.place(), "duplicate plugin name '" + name + "'");
      } else {
        plugins.add(
            new PluginEntry(
                String.valueOf(name),
                type,
                parameters == null ? null : (YamlNode.Mapping) value,
                item.place(),
                item.place("type")));
      }
    }
    return plugins;
  }

  private List<ProfileEntry> profiles(List<ObjectReader> items) {
    List<ProfileEntry> profiles = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ObjectReader item : items) {
      String name = item.text("name");
      String label = item.place().path();
      if (name == null || name.isEmpty()) {
        problems.error(item.place(), label + " is missing a name");
        name = label;
      } else if (!names.add(name)) {
        problems.error(item.place("name"), label + " has duplicate name '" + name + "'");
      }
      List<ProfilePlugin> plugins = new ArrayList<>();
      for (ObjectReader plugin : item.objects("plugins")) {
        Double weight = plugin.number("weight");
        Ref ref = ref(plugin, plugin.place().path() + " is missing a 'pluginRef'");
        if (ref != null) {
          plugins.add(new ProfilePlugin(ref, weight));
        }
      }
      item.end();
      profiles.add(new ProfileEntry(name, plugins, item.place()));
    }
    return profiles;
  }

  /** The object's {@code pluginRef} and nothing else but what was asked for before. */
  private @Nullable Ref ref(ObjectReader object, String missing) {
    String name = object.text("pluginRef");
    object.end();
    if (name == null || name.isEmpty()) {
      problems.error(object.place(), missing);
      return null;
    }
    return new Ref(name, object.place("pluginRef"));
  }

  private @Nullable Ref ref(@Nullable ObjectReader object) {
    return object == null ? null : ref(object, object.place().path() + " is missing a 'pluginRef'");
  }

  private DataLayer dataLayer(@Nullable ObjectReader section) {
    if (section == null) {
      return new DataLayer(true, List.of(), null);
    }
    boolean inject = section.flag("injectDefaults", true);
    List<Source> sources = new ArrayList<>();
    for (ObjectReader item : section.objects("sources")) {
      List<Ref> extractors = new ArrayList<>();
      for (ObjectReader extractor : item.objects("extractors")) {
        Ref ref = ref(extractor);
        if (ref != null) {
          extractors.add(ref);
        }
      }
      Ref source = ref(item);
      if (source != null) {
        sources.add(new Source(source, extractors));
      }
    }
    Ref discovery = ref(section.object("discovery"));
    if (ref(section.object("peerDiscovery")) != null) {
      problems.warning(section.place("peerDiscovery"), "has no effect in this build");
    }
    if (section.text("crossReplicaSyncerPluginRef") != null) {
      problems.error(
          section.place("crossReplicaSyncerPluginRef"),
          "replicas do not share state in this build (expected: absent)");
    }
    section.duration("crossReplicaSyncInterval");
    section.end();
    return new DataLayer(inject, sources, discovery);
  }

  private List<Ref> parsers(ObjectReader root) {
    List<Ref> parsers = new ArrayList<>();
    ObjectReader section = root.object("requestHandler");
    if (section != null) {
      for (ObjectReader item : section.objects("parsers")) {
        Ref ref = ref(item);
        if (ref != null) {
          parsers.add(ref);
        }
      }
      section.end();
    }
    ObjectReader old = root.object("parser");
    Ref ref = ref(old);
    if (old != null && ref != null) {
      boolean ignored = !parsers.isEmpty();
      problems.warning(
          old.place(),
          ignored
              ? "deprecated and ignored: requestHandler.parsers is set"
              : "deprecated: write it as requestHandler.parsers");
      if (!ignored) {
        parsers.add(ref);
      }
    }
    return parsers;
  }

  /** The configuration of a picker that is given none (config.md 6). */
  public static PickerConfig builtIn() {
    Problems problems = new Problems("built-in default");
    PickerConfig config = read(BUILT_IN, problems);
    problems.refuseIfFailed();
    if (config == null) {
      throw new IllegalStateException("the built-in default cannot be read");
    }
    return config;
  }

  private static final String BUILT_IN =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      plugins:
      - type: queue-scorer
      - type: kv-cache-utilization-scorer
      - type: prefix-cache-scorer
      - type: metrics-data-source
      - type: core-metrics-extractor
      schedulingProfiles:
      - name: default
        plugins:
        - {pluginRef: queue-scorer, weight: 2}
        - {pluginRef: kv-cache-utilization-scorer, weight: 2}
        - {pluginRef: prefix-cache-scorer, weight: 3}
      dataLayer:
        sources:
        - pluginRef: metrics-data-source
          extractors:
          - pluginRef: core-metrics-extractor
      """;
}
