package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Prompt;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointReport;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Evaluation;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.scheduler.PluginMeters;
import io.igw.scheduler.Scheduler;
import io.igw.scheduler.SchedulerBuilder;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.PluginProvider;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;
import java.util.List;
import java.util.Map;

/** A pool and a scheduler with the plugins of this module. */
final class Gateway implements AutoCloseable {
  static final String PRODUCER = "approx-prefix-cache-producer";

  /** The best total; ties at random. */
  private static final Picker BEST =
      (cycle, candidates, totals, picked) -> {
        picked[0] = cycle.random().nextInt(candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
          if (totals[i] > totals[picked[0]]) {
            picked[0] = i;
          }
        }
        return 1;
      };

  /** The only profile. */
  private static final ProfileHandler SINGLE =
      new ProfileHandler() {
        @Override
        public String next(Cycle cycle, ProfileResults results) {
          return results.ran("default") ? null : "default";
        }

        @Override
        public String merge(Cycle cycle, ProfileResults results) {
          return results.failed("default") ? null : "default";
        }
      };

  final EndpointPool pool = EndpointPool.builder().nanoClock(() -> 0).build();
  private final PluginGraph graph =
      new PluginGraph(
          new Schema(),
          (nanos, task) -> {
            throw new AssertionError("no timer expected");
          },
          () -> 0,
          Runnable::run);
  private final PluginCatalog catalog = PluginCatalog.load(Gateway.class.getClassLoader());
  final SchedulerBuilder builder =
      Scheduler.builder(pool).schema(graph.schema()).nanoClock(() -> 0).seed(1);
  private Scheduler scheduler;

  Gateway(int endpoints) {
    for (int i = 0; i < endpoints; i++) {
      pool.upsert(new EndpointSpec(id(i), "10.0.0." + (i + 1), 8000, 0, Map.of()));
    }
  }

  static EndpointId id(int endpoint) {
    return new EndpointId("default", String.format("e-%04d", endpoint));
  }

  <T extends Plugin> T create(String name, String type, Map<String, ?> values, Class<T> role) {
    PluginProvider provider = catalog.provider(type);
    assertThat(provider).as(type).isNotNull();
    MapParameters parameters = new MapParameters(values);
    Plugin plugin = provider.create(parameters, graph.context(name));
    assertThat(parameters.problems()).isEmpty();
    graph.add(name, plugin);
    return role.cast(plugin);
  }

  ApproxPrefixCacheProducer producer(Map<String, ?> parameters) {
    ApproxPrefixCacheProducer producer =
        create(PRODUCER, PRODUCER, parameters, ApproxPrefixCacheProducer.class);
    builder.producer(PRODUCER, producer).listener(PRODUCER, producer);
    return producer;
  }

  /** A producer under a name of its own that writes given numbers. */
  void producer(String name, double[] matched, double[] total, double[] blockTokens) {
    var context = graph.context(name);
    var matchedKey = context.produces(ApproxPrefixCacheProducer.MATCHED_BLOCKS);
    var totalKey = context.produces(ApproxPrefixCacheProducer.TOTAL_BLOCKS);
    var tokensKey = context.produces(ApproxPrefixCacheProducer.BLOCK_SIZE_TOKENS);
    DataProducer given =
        (cycle, candidates) -> {
          for (int i = 0; i < candidates.size(); i++) {
            int ordinal = candidates.ordinal(i);
            cycle.put(matchedKey, ordinal, matched[ordinal]);
            cycle.put(totalKey, ordinal, total[ordinal]);
            cycle.put(tokensKey, ordinal, blockTokens[ordinal]);
          }
        };
    graph.add(name, given);
    builder.producer(name, given);
  }

  Gateway profile(String name, Map<String, ?> scorerParameters) {
    Scorer scorer = create("scorer-" + name, "prefix-cache-scorer", scorerParameters, Scorer.class);
    builder.profile(name, p -> p.scorer("prefix-cache-scorer", scorer, 1).picker("best", BEST));
    return this;
  }

  Gateway handler() {
    return handler(SINGLE);
  }

  Gateway handler(ProfileHandler handler) {
    builder.profileHandler(handler);
    return this;
  }

  Gateway start() {
    scheduler = builder.build();
    return this;
  }

  PluginMeters.Series meter(String family) {
    return series(family).get(0);
  }

  List<PluginMeters.Series> series(String family) {
    return graph.meters().families().stream()
        .filter(f -> f.name().equals(family))
        .findFirst()
        .orElseThrow()
        .series();
  }

  Scheduler scheduler() {
    return scheduler;
  }

  void report(int endpoint, Signal signal, double value) {
    pool.report(new EndpointReport(id(endpoint), 0).set(signal, value));
  }

  /** Picks, ends the lease, and tells where the request went. */
  String schedule(Prompt prompt) {
    Decision decision = (Decision) scheduler.schedule(request(prompt), null);
    decision.abandon();
    return decision.endpoint().id().name();
  }

  /** Prefix scores by endpoint name, of the profile that ran n-th. */
  Map<String, Double> scores(Prompt prompt, int profile) {
    Evaluation evaluation = scheduler.evaluate(request(prompt));
    Map<String, Double> scores = new java.util.TreeMap<>();
    for (Evaluation.Candidate candidate : evaluation.profiles().get(profile).candidates()) {
      scores.put(candidate.endpoint().id().name(), candidate.scores().get(0));
    }
    return scores;
  }

  static InferenceRequest request(Prompt prompt) {
    return InferenceRequest.builder().model("m").prompt(prompt).build();
  }

  @Override
  public void close() {
    scheduler.close();
    pool.close();
  }
}
