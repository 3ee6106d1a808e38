package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.Signal;
import io.igw.scheduler.filters.Topology;
import io.igw.spi.PickListener;
import io.igw.spi.Plugin;
import io.igw.spi.Scorer;
import io.igw.testkit.RandomCycles;
import io.igw.testkit.RandomCycles.Numbers;
import io.igw.testkit.Subject;
import io.igw.testkit.TestCycle;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A plugin of this jar with parameters and data that let it act. Every type of the catalogue has
 * one, a new type too: if it then does nothing, its contract says so.
 */
record Case(String type, Map<String, ?> parameters) {
  private static final String ROLE = "llm-d.ai/role";
  private static final String MEDIA = "MultiModalEncoderCacheMatchInfo.";
  private static final int TEACHING_PICKS = 60;
  private static final int TEACHING_ENDPOINTS = 70;
  private static final int TAUGHT = 3;

  /** Every type, and further parameters of some. */
  static Stream<Case> all() {
    Stream<Case> types =
        PluginCatalog.load(Case.class.getClassLoader()).providers().keySet().stream()
            .map(type -> new Case(type, parameters(type)));
    Map<String, ?> session = Map.of("strategy", "session_id");
    Stream<Case> more =
        Stream.of(
            new Case("max-score-picker", Map.of("maxNumOfEndpoints", 7)),
            new Case("random-picker", Map.of("maxNumOfEndpoints", 7)),
            new Case("weighted-random-picker", Map.of("maxNumOfEndpoints", 7)),
            new Case("session-affinity-filter", session),
            new Case("session-affinity-scorer", session),
            new Case("latency-scorer", Map.of("headroomSelectionStrategy", "most")),
            new Case("inflight-load-producer", Map.of("addEstimatedOutputTokens", true)),
            new Case(
                "prefix-cache-affinity-filter",
                Map.of("affinityThreshold", 0.5, "ttftSource", "latencyPredictor")));
    return Stream.concat(types, more);
  }

  private static Map<String, ?> parameters(String type) {
    Map<String, ?> decode = Map.of("matchLabels", Map.of(ROLE, "decode"));
    return switch (type) {
      case "by-label" -> Map.of("label", ROLE, "validValues", List.of("decode", "prefill"));
      case "by-label-selector", "label-selector-filter" -> decode;
      case "endpoint-attribute-filter" ->
          Map.of(
              "attribute",
              Signal.WAITING_REQUESTS.name(),
              "algorithm",
              Map.of("type", "threshold", "threshold", Map.of("operator", "LessThan", "value", 4)));
      case "endpoint-attribute-scorer" ->
          Map.of(
              "attributeKey",
              Signal.KV_CACHE_USAGE.name(),
              "algorithm",
              Map.of("type", "linear_lower_is_better"));
      case "utilization-filter" ->
          Map.of("conditions", List.of(Map.of("metric", "active-requests", "maxValue", 1)));
      case "utilization-detector" ->
          Map.of("metricsStalenessThreshold", "600ms", "queueDepthThreshold", 5, "headroom", 0.1);
      case "slo-headroom-tier-filter" -> Map.of("epsilonExploreNeg", 0.3);
      case "prefix-cache-affinity-filter" -> Map.of("explorationProbability", 0.2);
      case "context-length-aware" -> Map.of("enableFiltering", true);
      case "concurrency-detector" -> Map.of("maxConcurrency", 2);
      case "load-aware-scorer" -> Map.of("threshold", 4);
      case "token-load-scorer" -> Map.of("queueThresholdTokens", 1000);
      case "header-label-affinity-scorer" -> Map.of("headerName", "x-role", "labelKey", ROLE);
      case "tenant-quota-admitter" -> Map.of("requestsPerSecond", 10);
      case "disaggregatedset-rollout-screener" ->
          Map.of(
              "scope",
              Map.of("labelSelector", "app=llm"),
              "revisionGating",
              Map.of("mode", "sum", "requireRoles", Map.of("values", List.of("decode"))));
      default -> Map.of();
    };
  }

  /** Signals beside the standard ones that some types read. */
  static Signal[] signals(Made made) {
    return new Signal[] {
      made.schema.signal("llm-d.ai/multicluster-queue-size"),
      made.schema.signal("llm-d.ai/multicluster-kv-cache-utilization")
    };
  }

  /** What producers and handlers would say: matches, predictions, media, and a peer. */
  static void prepare(Made made, TestCycle cycle, RandomGenerator random) {
    int size = cycle.snapshot().size();
    if (random.nextBoolean()) {
      made.prefix(cycle, 4, random.doubles(size, 0, 5).map(Math::floor).toArray());
    }
    if (random.nextBoolean()) {
      made.latency(cycle, "present", random.doubles(size, 0, 2).map(Math::floor).toArray());
      made.latency(cycle, "ttft", random.doubles(size, 0, 900).toArray());
      made.latency(cycle, "ttftHeadroom", random.doubles(size, -5, 5).toArray());
      made.latency(cycle, "tpotHeadroom", random.doubles(size, -5, 5).toArray());
    }
    double[] tokens = random.doubles(size, -100, 1900).map(Math::floor).toArray();
    made.put(cycle, "UncachedRequestTokens", "inflight-load-producer", tokens);
    String media = "mm-embeddings-cache-producer";
    made.put(cycle, MEDIA + "matchedSize", media, random.doubles(size, 0, 9).toArray());
    made.put(cycle, MEDIA + "totalSize", media, random.doubles(size, 0, 9).toArray());
    if (random.nextBoolean()) {
      cycle.set(
          made.schema.requestKey(Topology.PEER, Endpoint.class),
          cycle.snapshot().endpoint(random.nextInt(size)));
    }
  }

  /** The plugin, which has heard of picks if it listens to them. */
  <P extends Plugin> P make(Made made, Class<P> role) {
    P plugin = made.make(role, type, parameters);
    if (plugin instanceof PickListener listener) {
      for (int seed = 0; seed < TEACHING_PICKS; seed++) {
        TestCycle cycle = cycle(made, seed, TEACHING_ENDPOINTS);
        if (plugin instanceof Scorer scorer) {
          cycle.score(scorer);
        }
        cycle.picked(listener, seed % TAUGHT);
      }
    }
    return plugin;
  }

  static TestCycle cycle(Made made, long seed, int endpoints) {
    TestCycle cycle = RandomCycles.of(seed, endpoints, Numbers.KNOWN, signals(made));
    prepare(made, cycle, new SplittableRandom(seed));
    return cycle;
  }

  /** Whether it is made for tests, not for traffic. */
  boolean forTests() {
    return type.equals("header-based-testing-filter");
  }

  /** For its contracts. */
  Subject subject() {
    Made made = new Made();
    return new Subject() {
      @Override
      public Plugin plugin() {
        return make(made, Plugin.class);
      }

      @Override
      public void prepare(TestCycle cycle, RandomGenerator random) {
        Case.prepare(made, cycle, random);
      }

      @Override
      public Signal[] signals() {
        return Case.signals(made);
      }

      @Override
      public boolean reliesOnEndpointOrder() {
        return type.contains("session-affinity");
      }

      @Override
      public boolean ranksTiesByPlace() {
        return type.equals("no-hit-lru-scorer");
      }

      @Override
      public boolean allocatesPerEndpoint() {
        return forTests();
      }

      @Override
      public boolean onlyDeclares() {
        return type.equals("token-producer") || type.equals("tokenizer");
      }
    };
  }

  @Override
  public String toString() {
    return type + " " + parameters;
  }
}
