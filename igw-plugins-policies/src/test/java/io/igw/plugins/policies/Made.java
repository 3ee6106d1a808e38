package io.igw.plugins.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Schema;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.PerEndpoint;
import io.igw.spi.Plugin;
import io.igw.testkit.TestCycle;
import java.util.List;
import java.util.Map;

/** Policies made as the runtime makes them, and what they read. */
final class Made {
  private static final PluginCatalog CATALOG = PluginCatalog.load(Made.class.getClassLoader());

  private final Schema schema = new Schema();

  /** The types of this jar. */
  static List<String> types() {
    return CATALOG.providers().entrySet().stream()
        .filter(entry -> entry.getValue().getClass().getPackage() == Made.class.getPackage())
        .map(Map.Entry::getKey)
        .toList();
  }

  <P> P make(Class<P> role, String type, Map<String, ?> values) {
    MapParameters parameters = new MapParameters(values);
    Plugin plugin = create(type, parameters);
    assertThat(parameters.problems()).isEmpty();
    return role.cast(plugin);
  }

  List<MapParameters.Problem> problems(String type, Map<String, ?> values) {
    MapParameters parameters = new MapParameters(values);
    create(type, parameters);
    return parameters.problems();
  }

  private Plugin create(String type, MapParameters parameters) {
    PluginGraph graph = new PluginGraph(schema, (nanos, task) -> () -> {}, () -> 0, Runnable::run);
    return CATALOG.provider(type).create(parameters, graph.context(type));
  }

  void uncached(TestCycle cycle, double... tokens) {
    put(cycle, schema.perEndpoint("UncachedRequestTokens", "inflight-load-producer"), tokens);
  }

  void matched(TestCycle cycle, double... blocks) {
    String producer = "approx-prefix-cache-producer";
    put(cycle, schema.perEndpoint("PrefixCacheMatchInfo.matchedBlocks", producer), blocks);
    cycle.putAll(schema.perEndpoint("PrefixCacheMatchInfo.blockSizeTokens", producer), 64);
  }

  private static void put(TestCycle cycle, PerEndpoint key, double[] byOrdinal) {
    for (int i = 0; i < byOrdinal.length; i++) {
      cycle.put(key, i, byOrdinal[i]);
    }
  }
}
