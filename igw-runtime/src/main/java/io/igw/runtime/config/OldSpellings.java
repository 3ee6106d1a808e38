package io.igw.runtime.config;

import io.igw.runtime.config.PickerConfig.PluginEntry;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads parameters that moved to another plugin since GIE v1.x, with one warning that names the
 * place where they belong now (config.md 7).
 */
final class OldSpellings {
  private static final String SCORER = "prefix-cache-scorer";
  private static final String PRODUCER = "approx-prefix-cache-producer";
  private static final Set<String> PRODUCER_PARAMETERS =
      Set.of("blockSize", "blockSizeTokens", "maxPrefixBlocksToMatch", "lruCapacityPerServer");

  private final PluginSet plugins;
  private final Problems problems;
  private final boolean producerConfigured;

  OldSpellings(List<PluginEntry> entries, PluginSet plugins, Problems problems) {
    this.plugins = plugins;
    this.problems = problems;
    this.producerConfigured = entries.stream().anyMatch(e -> e.name().equals(PRODUCER));
  }

  void create(PluginEntry entry) {
    plugins.create(entry.type().equals(SCORER) ? moved(entry) : entry);
  }

  /** The scorer without the producer's parameters, and the producer with them. */
  private PluginEntry moved(PluginEntry entry) {
    YamlNode.Mapping parameters = entry.parameters();
    if (parameters == null) {
      return entry;
    }
    Map<String, YamlNode> kept = new LinkedHashMap<>(parameters.entries());
    Map<String, YamlNode> taken = new LinkedHashMap<>();
    for (String key : new TreeSet<>(PRODUCER_PARAMETERS)) {
      YamlNode value = kept.remove(key);
      if (value != null) {
        taken.put(key, value);
      }
    }
    if (taken.isEmpty()) {
      return entry;
    }
    if (producerConfigured || plugins.find(PRODUCER) != null) {
      problems.error(
          parameters.place(),
          taken.keySet() + " (expected: as parameters of plugin '" + PRODUCER + "')");
    } else if (plugins.provides(PRODUCER)) {
      problems.warning(
          parameters.place(),
          taken.keySet() + " are parameters of " + PRODUCER + " now, which takes them from here");
      plugins.createDefault(PRODUCER, new YamlNode.Mapping(parameters.place(), taken));
    }
    return new PluginEntry(
        entry.name(),
        entry.type(),
        new YamlNode.Mapping(parameters.place(), kept),
        entry.place(),
        entry.typePlace());
  }
}
