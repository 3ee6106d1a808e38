package io.igw.runtime.metrics;

import io.igw.api.Schema;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.Plugin;
import io.igw.spi.PluginProvider;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a provider made of some parameters, and what was wrong with them. */
record Created(Plugin plugin, Schema schema, List<String> problems) {
  static Created of(PluginProvider provider, @Nullable Map<String, ?> values) {
    Schema schema = new Schema();
    PluginGraph graph =
        new PluginGraph(schema, (nanos, task) -> () -> {}, System::nanoTime, Runnable::run);
    MapParameters parameters = new MapParameters(values);
    Plugin plugin = provider.create(parameters, graph.context(provider.type()));
    List<String> problems =
        parameters.problems().stream().map(MapParameters.Problem::toString).toList();
    return new Created(plugin, schema, problems);
  }
}
