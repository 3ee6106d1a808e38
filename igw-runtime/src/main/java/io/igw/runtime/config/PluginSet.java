package io.igw.runtime.config;

import io.igw.runtime.config.PickerConfig.PluginEntry;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.Plugin;
import io.igw.spi.PluginProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes plugin instances and holds them by name, in the order they were made. */
final class PluginSet {
  /**
   * A plugin that was made, or should have been.
   *
   * @param name of the instance
   * @param type as a provider names it
   * @param plugin null: it could not be made, which is among the problems
   * @param configured whether the document has it; false: defaulting made it
   * @param place in the document
   */
  record Instance(
      String name, String type, @Nullable Plugin plugin, boolean configured, Place place) {
    /** The plugin in a role, null if it has not that role. */
    <T> @Nullable T as(Class<T> role) {
      return role.isInstance(plugin) ? role.cast(plugin) : null;
    }
  }

  private final PluginCatalog catalog;
  private final PluginGraph graph;
  private final Problems problems;
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final Map<String, YamlNode.Mapping> parameters = new HashMap<>();
  private final TreeMap<String, PluginEntry> alpha = new TreeMap<>();

  PluginSet(PluginCatalog catalog, PluginGraph graph, Problems problems) {
    this.catalog = catalog;
    this.graph = graph;
    this.problems = problems;
  }

  PluginGraph graph() {
    return graph;
  }

  Collection<Instance> all() {
    return instances.values();
  }

  /** The instance of that name, null if there is none. */
  @Nullable Instance find(String name) {
    return instances.get(name);
  }

  /** Whether a provider of that type exists. */
  boolean provides(String type) {
    return catalog.provider(type) != null;
  }

  /** Instances that have a role, in order. */
  <T> List<Instance> having(Class<T> role) {
    return instances.values().stream().filter(i -> i.as(role) != null).toList();
  }

  /** Makes what the document names. */
  void create(PluginEntry entry) {
    PluginProvider provider = catalog.provider(entry.type());
    if (provider == null) {
      problems.error(entry.typePlace(), KnownTypes.missing(entry.type(), catalog));
      put(entry, null);
      return;
    }
    KnownTypes.KnownType known = KnownTypes.find(entry.type());
    if (known != null && known.stability().equals("deprecated")) {
      problems.warning(
          entry.typePlace(),
          "plugin type '" + entry.type() + "' is deprecated (expected: " + known.hint() + ")");
    }
    put(entry, make(provider, entry, "failed to create plugin"));
  }

  /** A parameter as the document has it, {@code otherwise} where that is no text. */
  String parameter(String name, String key, String otherwise) {
    YamlNode.Mapping node = parameters.get(name);
    Object value = node == null ? null : node.plain().get(key);
    return value instanceof String text ? text : otherwise;
  }

  private void put(PluginEntry entry, @Nullable Plugin plugin) {
    if (entry.parameters() != null) {
      parameters.put(entry.name(), entry.parameters());
    }
    instances.put(
        entry.name(), new Instance(entry.name(), entry.type(), plugin, true, entry.place()));
    if (plugin != null) {
      graph.add(entry.name(), plugin);
    }
  }

  /**
   * Makes a plugin that the document lacks; its name is its type. Null if there is no such type.
   */
  @Nullable Instance createDefault(String type, YamlNode.@Nullable Mapping parameters) {
    PluginProvider provider = catalog.provider(type);
    if (provider == null) {
      return null;
    }
    Place place = parameters == null ? Place.NONE : parameters.place();
    PluginEntry entry = new PluginEntry(type, type, parameters, place, place);
    Plugin plugin = make(provider, entry, "failed to instantiate default plugin");
    Instance made = new Instance(type, type, plugin, false, Place.NONE);
    instances.put(type, made);
    if (plugin != null) {
      graph.add(type, plugin);
    }
    return made;
  }

  /** As {@link #createDefault}, and an error if there is no such type. */
  @Nullable Instance requireDefault(String type) {
    Instance made = createDefault(type, null);
    if (made == null) {
      problems.error(
          Place.NONE,
          "failed to instantiate default plugin '"
              + type
              + "': "
              + KnownTypes.missing(type, catalog));
    }
    return made;
  }

  private @Nullable Plugin make(PluginProvider provider, PluginEntry entry, String failure) {
    String label = "plugin '" + entry.name() + "' (type: " + entry.type() + "): ";
    YamlNode.Mapping node = entry.parameters();
    MapParameters parameters = new MapParameters(node == null ? null : node.plain());
    if (provider.stability() == PluginProvider.Stability.ALPHA) {
      alpha.put(entry.name(), entry);
    }
    Plugin plugin;
    try {
      plugin = provider.create(parameters, graph.context(entry.name(), entry.type()));
    } catch (RuntimeException | LinkageError e) {
      problems.error(entry.place(), failure + label.substring("plugin".length()) + e);
      return null;
    }
    tell(parameters.problems(), entry, label);
    return plugin;
  }

  private void tell(List<MapParameters.Problem> wrong, PluginEntry entry, String label) {
    YamlNode.Mapping node = entry.parameters();
    String root = node == null ? entry.place().path() + ".parameters" : node.place().path();
    for (MapParameters.Problem problem : wrong) {
      // What is inside an object that may not be there at all is not told as well.
      boolean inside =
          wrong.stream().anyMatch(outer -> problem.path().startsWith(outer.path() + "."));
      if (!inside) {
        Place at = node == null ? entry.place() : node.find(problem.path());
        problems.error(
            at.at((root.isEmpty() ? "" : root + ".") + problem.path()),
            label + shown(problem.value()) + " (expected: " + problem.expected() + ")");
      }
    }
  }

  private static String shown(@Nullable Object value) {
    if (value == null) {
      return "missing";
    }
    return value instanceof Map
        ? "an object"
        : value instanceof List
            ? "a list"
            : value instanceof String ? "'" + value + "'" : "" + value;
  }

  /** Refuses alpha plugins (plugins-scheduling.md 1.1). */
  void refuseAlpha() {
    for (PluginEntry entry : alpha.values()) {
      problems.error(
          entry.place(),
          "plugin '"
              + entry.name()
              + "' (type: '"
              + entry.type()
              + "') has Alpha stability level, but command line flag"
              + " --allow-experimental-plugins is not set");
    }
  }

  /** Closes every plugin. */
  void close() {
    List<Instance> reversed = new ArrayList<>(instances.values());
    java.util.Collections.reverse(reversed);
    for (Instance instance : reversed) {
      Plugin plugin = instance.plugin();
      if (plugin != null) {
        plugin.close();
      }
    }
  }
}
