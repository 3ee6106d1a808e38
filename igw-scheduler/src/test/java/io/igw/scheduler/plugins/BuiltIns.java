package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.PerEndpoint;
import io.igw.spi.Plugin;
import io.igw.spi.PluginProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes built-in plugins the way a configuration does. */
final class BuiltIns {
  private static final PluginCatalog CATALOG = PluginCatalog.load(BuiltIns.class.getClassLoader());

  final Schema schema = new Schema();
  final PluginGraph graph =
      new PluginGraph(schema, (nanos, task) -> () -> {}, () -> 0, Runnable::run);

  /** A plugin of that type, named as its type; parameters must be right. */
  <T extends Plugin> T make(Class<T> role, String type, Map<String, ?> parameters) {
    MapParameters values = new MapParameters(parameters);
    Plugin plugin = provider(type).create(values, graph.context(type));
    assertThat(values.problems()).isEmpty();
    graph.add(type, plugin);
    return role.cast(plugin);
  }

  static <T extends Plugin> T of(Class<T> role, String type, Map<String, ?> parameters) {
    return new BuiltIns().make(role, type, parameters);
  }

  /** What is wrong with the parameters, as text. */
  static List<String> problems(String type, Map<String, ?> parameters) {
    MapParameters values = new MapParameters(parameters);
    provider(type).create(values, new BuiltIns().graph.context(type));
    return values.problems().stream().map(MapParameters.Problem::toString).toList();
  }

  PerEndpoint key(String dataType, String producer) {
    return schema.perEndpoint(dataType, producer);
  }

  private static PluginProvider provider(String type) {
    PluginProvider provider = CATALOG.provider(type);
    assertThat(provider).as(type).isNotNull();
    return provider;
  }

  /** A pool with one number per endpoint; NaN is left out. */
  static EndpointSnapshot pool(Signal signal, double... values) {
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder().endpoints(values.length);
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        pool.value(signal, i, values[i]);
      }
    }
    return pool.build();
  }

  /** Numbers divided by blanks; {@code -} is NaN. */
  static double[] numbers(String text) {
    return text.isBlank()
        ? new double[0]
        : Arrays.stream(text.trim().split(" +"))
            .mapToDouble(word -> word.equals("-") ? Double.NaN : Double.parseDouble(word))
            .toArray();
  }
}
