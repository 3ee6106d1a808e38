package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.benchmarks.PluginBench;
import io.igw.benchmarks.PoolBench;
import io.igw.spi.Filter;
import io.igw.spi.PerEndpoint;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.Scorer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One call of one plugin over all endpoints of a pool, in a cycle of the scheduler. Every endpoint
 * has metrics, adapters, prefix matches and latency predictions.
 *
 * <p>Command: {@code benchmarks/jmh PluginCostBenchmark -p type=queue-scorer,decode-filter -prof
 * gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 2, time = 1)
@Fork(1)
@NullUnmarked
public class PluginCostBenchmark {
  private static final String LESS = "linear_lower_is_better";

  /** Filters, scorers and pickers with a cost for each endpoint, and what they are given. */
  public static final Map<String, Map<String, ?>> TYPES =
      Map.ofEntries(
          Map.entry("queue-scorer", Map.of()),
          Map.entry("running-requests-size-scorer", Map.of()),
          Map.entry("kv-cache-utilization-scorer", Map.of()),
          Map.entry("active-request-scorer", Map.of()),
          Map.entry("token-load-scorer", Map.of()),
          Map.entry("load-aware-scorer", Map.of()),
          Map.entry("lora-affinity-scorer", Map.of()),
          Map.entry("prefix-cache-scorer", Map.of()),
          Map.entry("no-hit-lru-scorer", Map.of()),
          Map.entry("latency-scorer", Map.of()),
          Map.entry("context-length-aware", Map.of()),
          Map.entry("topology-affinity-scorer", Map.of()),
          Map.entry("header-label-affinity-scorer", Map.of("headerName", "x", "labelKey", "y")),
          Map.entry("mm-embeddings-cache-scorer", Map.of()),
          Map.entry("session-affinity-scorer", Map.of()),
          Map.entry(
              "endpoint-attribute-scorer",
              Map.of(
                  "attributeKey",
                  Signal.WAITING_REQUESTS.name(),
                  "algorithm",
                  Map.of("type", LESS))),
          Map.entry("decode-filter", Map.of()),
          Map.entry(
              "label-selector-filter", Map.of("matchLabels", Map.of("llm-d.ai/role", "decode"))),
          Map.entry(
              "endpoint-attribute-filter",
              Map.of(
                  "attribute",
                  Signal.WAITING_REQUESTS.name(),
                  "algorithm",
                  Map.of(
                      "type",
                      "threshold",
                      "threshold",
                      Map.of("operator", "LessThan", "value", 10)))),
          Map.entry(
              "utilization-filter",
              Map.of("conditions", List.of(Map.of("metric", "waiting-queue", "maxValue", 10)))),
          Map.entry("prefix-cache-affinity-filter", Map.of()),
          Map.entry("slo-headroom-tier-filter", Map.of()),
          Map.entry("topology-affinity-filter", Map.of()),
          Map.entry("session-affinity-filter", Map.of()),
          Map.entry("concurrency-detector", Map.of("maxConcurrency", 2)),
          Map.entry("utilization-detector", Map.of()),
          Map.entry("max-score-picker", Map.of()),
          Map.entry("random-picker", Map.of()),
          Map.entry("weighted-random-picker", Map.of()));

  /** Endpoints of the pool. */
  @Param({"100", "1000"})
  public int endpoints;

  /** The plugin. */
  @Param("queue-scorer")
  public String type;

  private EndpointPool pool;
  private SchedulingCycle cycle;
  private CandidateSet candidates;
  private double[] totals;
  private int[] picked;
  private Call call;

  /** A call of the plugin; its result keeps it alive. */
  private interface Call {
    double run();
  }

  /** Builds pool, cycle and plugin. */
  @Setup(Level.Trial)
  public void setUp() {
    PluginBench plugins = new PluginBench();
    Plugin plugin = plugins.create(type, TYPES.get(type), Plugin.class);
    pool = PoolBench.pool(endpoints, plugins.schema());
    EndpointSnapshot snapshot = pool.snapshot();
    candidates = new CandidateSet(new CandidateSet.Contents());
    candidates.reset(endpoints);
    cycle = new SchedulingCycle(candidates, plugins.schema().perEndpointCount());
    InferenceRequest request =
        InferenceRequest.builder().model("adapter-3").prompt("hello ".repeat(100)).build();
    SnapshotPlan plan = new SnapshotPlan(snapshot, 1);
    cycle.begin(request, null, snapshot, plan, System.nanoTime(), 1);
    cycle.enter("default", candidates);
    store(plugins.schema());
    totals = new double[endpoints];
    for (int i = 0; i < endpoints; i++) {
      totals[i] = (i * 7919 & 1023) / 1024.0;
    }
    picked = new int[endpoints];
    call = call(plugin);
  }

  private Call call(Plugin plugin) {
    if (plugin instanceof Scorer scorer) {
      double[] scores = new double[endpoints];
      return () -> {
        scorer.score(cycle, candidates, scores);
        return scores[0];
      };
    }
    if (plugin instanceof Filter filter) {
      return () -> {
        candidates.reset(endpoints);
        candidates.open();
        filter.filter(cycle, candidates);
        candidates.close();
        return candidates.size();
      };
    }
    Picker picker = (Picker) plugin;
    return () -> picker.pick(cycle, candidates, totals, picked);
  }

  private void store(Schema schema) {
    SplittableRandom random = new SplittableRandom(3);
    String prefix = "approx-prefix-cache-producer";
    String latency = "predicted-latency-producer";
    put(
        schema,
        "PrefixCacheMatchInfo.matchedBlocks",
        prefix,
        random.doubles(endpoints, 0, 8).map(Math::floor).toArray());
    put(schema, "PrefixCacheMatchInfo.totalBlocks", prefix, all(8));
    put(schema, "PrefixCacheMatchInfo.blockSizeTokens", prefix, all(64));
    put(schema, "LatencyPredictionInfo.present", latency, all(1));
    for (String field : List.of("ttftHeadroom", "tpotHeadroom", "ttft", "tpot")) {
      double[] values = random.doubles(endpoints, -5, 20).toArray();
      put(schema, "LatencyPredictionInfo." + field, latency, values);
    }
  }

  private void put(Schema schema, String dataType, String producer, double[] byOrdinal) {
    PerEndpoint key = schema.perEndpoint(dataType, producer);
    for (int i = 0; i < byOrdinal.length; i++) {
      cycle.put(key, i, byOrdinal[i]);
    }
  }

  private double[] all(double value) {
    return java.util.stream.DoubleStream.generate(() -> value).limit(endpoints).toArray();
  }

  /** Ends what the trial began. */
  @TearDown(Level.Trial)
  public void tearDown() {
    pool.close();
  }

  /** One call. */
  @Benchmark
  public double call() {
    return call.run();
  }
}
