package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.spi.Cycle;
import io.igw.spi.PerEndpoint;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Plugins made as the runtime makes them, and what they read. */
public final class Made {
  private static final PluginCatalog CATALOG = PluginCatalog.load(Made.class.getClassLoader());

  public final Schema schema = new Schema();
  private final Fixture.VirtualTime time = new Fixture.VirtualTime();
  private final PluginGraph graph = new PluginGraph(schema, time, time.now::get, Runnable::run);

  /** Moves the clock that plugins are given. */
  public void advance(long nanos) {
    time.advance(nanos);
  }

  public long now() {
    return time.now.get();
  }

  /** An instance under its type as name; its parameters must be right. */
  public <P> P make(Class<P> role, String type, Map<String, ?> parameters) {
    MapParameters read = new MapParameters(parameters);
    Plugin plugin = create(type, read, graph.context(type));
    assertThat(read.problems()).isEmpty();
    return role.cast(plugin);
  }

  /** The one series of a family. */
  public double meter(String family) {
    return series(family).get(0).value();
  }

  /** What there is of a family now. */
  public List<PluginMeters.Series> series(String family) {
    return families().stream()
        .filter(f -> f.name().equals(family))
        .findFirst()
        .orElseThrow()
        .series();
  }

  /** What plugins have asked for. */
  public List<PluginMeters.Family> families() {
    return graph.meters().families();
  }

  /** What is wrong with parameters. */
  public static List<String> problems(String type, Map<String, ?> parameters) {
    MapParameters read = new MapParameters(parameters);
    create(type, read, new Made().graph.context(type));
    return read.problems().stream().map(MapParameters.Problem::toString).toList();
  }

  private static Plugin create(String type, MapParameters parameters, PluginContext context) {
    return Objects.requireNonNull(CATALOG.provider(type), type).create(parameters, context);
  }

  /** A key as its producer would have it. */
  public PerEndpoint key(String dataType, String producer) {
    return schema.perEndpoint(dataType, producer);
  }

  /** Stores values by ordinal. */
  public void put(Cycle cycle, String dataType, String producer, double... byOrdinal) {
    for (int i = 0; i < byOrdinal.length; i++) {
      cycle.put(key(dataType, producer), i, byOrdinal[i]);
    }
  }

  /** What the usual prefix producer says: blocks held, of so many. */
  public void prefix(Cycle cycle, double total, double... matched) {
    String producer = "approx-prefix-cache-producer";
    put(cycle, "PrefixCacheMatchInfo.matchedBlocks", producer, matched);
    cycle.putAll(key("PrefixCacheMatchInfo.totalBlocks", producer), total);
    cycle.putAll(key("PrefixCacheMatchInfo.blockSizeTokens", producer), 64);
  }

  /** One latency prediction by field name. */
  public void latency(Cycle cycle, String field, double... byOrdinal) {
    put(cycle, "LatencyPredictionInfo." + field, "predicted-latency-producer", byOrdinal);
  }

  /** So many endpoints without numbers. */
  public static EndpointSnapshot endpoints(int count) {
    return labelled(java.util.Collections.nCopies(count, Map.of()));
  }

  /** An endpoint for each map of labels. */
  public static EndpointSnapshot labelled(List<Map<String, String>> labels) {
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder();
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      endpoints.add(endpoint(i, labels.get(i)));
    }
    endpoints.forEach(builder::endpoint);
    return builder.build();
  }

  public static Endpoint endpoint(int n, Map<String, String> labels) {
    EndpointId id = new EndpointId("default", String.format("pod-%03d", n));
    return Endpoint.of(id, "10.0.0." + n, 8000, labels, n, 1);
  }

  /** Endpoints with a value of one signal each; NaN: never seen. */
  public static EndpointSnapshot numbers(Signal signal, double... values) {
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder();
    for (int i = 0; i < values.length; i++) {
      builder.endpoint(endpoint(i, Map.of()));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        builder.value(signal, i, values[i], 0);
      }
    }
    return builder.build();
  }
}
