package io.igw.benchmarks;

import io.igw.api.Schema;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.Plugin;
import io.igw.spi.PluginProvider;
import java.util.Map;

/** Makes plugins for benchmarks the way the runtime does: by type, through the catalogue. */
public final class PluginBench {
  private final PluginCatalog catalog = PluginCatalog.load(PluginBench.class.getClassLoader());
  private final Schema schema = new Schema();
  private final PluginGraph graph =
      new PluginGraph(schema, (nanos, task) -> () -> {}, System::nanoTime, Runnable::run);

  /** The schema that the plugins' keys come from. */
  public Schema schema() {
    return schema;
  }

  /** A plugin with its defaults. */
  public <T extends Plugin> T create(String type, Class<T> role) {
    return create(type, Map.of(), role);
  }

  /** A plugin with parameters. */
  public <T extends Plugin> T create(String type, Map<String, ?> values, Class<T> role) {
    PluginProvider provider = catalog.provider(type);
    if (provider == null) {
      throw new IllegalStateException("no provider for " + type + ": " + catalog.problems());
    }
    MapParameters parameters = new MapParameters(values);
    Plugin plugin = provider.create(parameters, graph.context(type));
    if (!parameters.problems().isEmpty()) {
      throw new IllegalStateException(type + ": " + parameters.problems());
    }
    graph.add(type, plugin);
    return role.cast(plugin);
  }
}
