package io.igw.scheduler.scorers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.scheduler.Made;
import io.igw.scheduler.filters.Topology;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scorers against plugins-scheduling.md 3. */
class ScorersTest {
  private static final double NONE = Double.NaN;

  private final Made made = new Made();

  @ParameterizedTest
  @CsvSource({
    "128, 0, 0.5",
    "128, 64, 0.25",
    "128, 128, 0",
    "128, 1000, 0",
    "0, 64, 0.25",
    "-5, 64, 0.25",
    "10, 5, 0.25",
  })
  void loadAware(int threshold, double waiting, double score) {
    Scorer scorer = made.make(Scorer.class, "load-aware-scorer", Map.of("threshold", threshold));
    TestCycle cycle = TestCycle.on(Made.numbers(Signal.WAITING_REQUESTS, waiting));
    assertThat(cycle.score(scorer)).containsExactly(score);
  }

  @Test
  void loadAwareGivesTheUnknownTheMean() {
    Scorer scorer = made.make(Scorer.class, "load-aware-scorer", Map.of("threshold", 10));
    assertThat(TestCycle.on(Made.numbers(Signal.WAITING_REQUESTS, 0, 10, NONE)).score(scorer))
        .containsExactly(0.5, 0, 0.25);
    assertThat(TestCycle.on(Made.endpoints(2)).score(scorer)).containsExactly(0.5, 0.5);
  }

  @Test
  void theScoreOfTheUnknownMayBeGiven() {
    EndpointSnapshot pool = Made.numbers(Signal.WAITING_REQUESTS, 0, 10, NONE);
    Scorer load =
        made.make(Scorer.class, "load-aware-scorer", Map.of("threshold", 10, "absentScore", 0));
    assertThat(TestCycle.on(pool).score(load)).containsExactly(0.5, 0, 0);
    Scorer attribute =
        made.make(
            Scorer.class,
            "endpoint-attribute-scorer",
            Map.of(
                "attributeKey",
                Signal.WAITING_REQUESTS.name(),
                "algorithm",
                Map.of("type", "linear_lower_is_better"),
                "absentScore",
                0.5));
    assertThat(TestCycle.on(pool).score(attribute)).containsExactly(1, 0, 0.5);
    assertThat(Made.problems("load-aware-scorer", Map.of("absentScore", 1.5))).hasSize(1);
  }

  private Scorer attribute(String type, Map<String, ?> normalization) {
    return made.make(
        Scorer.class,
        "endpoint-attribute-scorer",
        Map.of(
            "attributeKey",
            "Heat",
            "algorithm",
            Map.of("type", type, "normalization", normalization)));
  }

  @ParameterizedTest
  @CsvSource({
    "linear_lower_is_better, 1, 0.5, 0",
    "linear_higher_is_better, 0, 0.5, 1",
  })
  void attributeBetweenTheBoundsOfTheCandidates(String type, double a, double b, double c) {
    Scorer scorer = attribute(type, Map.of());
    Signal heat = made.schema.signal("Heat");
    assertThat(TestCycle.on(Made.numbers(heat, 10, 20, 30, NONE)).score(scorer))
        .containsExactly(a, b, c, 0);
    assertThat(TestCycle.on(Made.numbers(heat, 10, 10)).score(scorer)).containsExactly(1, 1);
    assertThat(TestCycle.on(Made.numbers(heat, NONE, NONE)).score(scorer)).containsExactly(0, 0);
  }

  @Test
  void attributeBetweenGivenBounds() {
    Scorer scorer =
        attribute("linear_lower_is_better", Map.of("fixedRange", Map.of("min", 10, "max", 20)));
    Signal heat = made.schema.signal("Heat");
    assertThat(TestCycle.on(Made.numbers(heat, 5, 10, 15, 20, 25)).score(scorer))
        .containsExactly(1, 1, 0.5, 0, 0);
  }

  @Test
  void badAttributeParametersAreNamed() {
    assertThat(Made.problems("endpoint-attribute-scorer", Map.of()))
        .anyMatch(p -> p.contains("attributeKey"))
        .anyMatch(p -> p.contains("algorithm.type") && p.contains("linear_lower_is_better"));
    assertThat(
            Made.problems(
                "endpoint-attribute-scorer",
                Map.of(
                    "attributeKey",
                    "Heat",
                    "algorithm",
                    Map.of(
                        "type",
                        "linear_lower_is_better",
                        "normalization",
                        Map.of(
                            "fixedRange", Map.of("min", 2, "max", 1),
                            "adaptiveRange", Map.of())))))
        .anyMatch(p -> p.contains("only one of"))
        .anyMatch(p -> p.contains("above min"));
  }

  @ParameterizedTest
  @CsvSource({"blue, 1, 0, 0", "red, 0, 1, 0", "'', 0, 0, 0", "Blue, 0, 0, 0"})
  void headerEqualToALabel(String value, double a, double b, double c) {
    Scorer scorer =
        made.make(
            Scorer.class,
            "header-label-affinity-scorer",
            Map.of("headerName", "X-Colour", "labelKey", "colour"));
    EndpointSnapshot pool =
        Made.labelled(List.of(Map.of("colour", "blue"), Map.of("colour", "red"), Map.of()));
    InferenceRequest request = InferenceRequest.builder().header("x-colour", value).build();
    assertThat(TestCycle.on(pool).request(request).score(scorer)).containsExactly(a, b, c);
    assertThat(TestCycle.on(pool).score(scorer)).containsExactly(0, 0, 0);
  }

  @Test
  void topologyLevels() {
    Scorer scorer = made.make(Scorer.class, "topology-affinity-scorer", Map.of());
    TestCycle cycle =
        TestCycle.on(
            Made.labelled(
                List.of(
                    Map.of("kubernetes.io/hostname", "h", "topology.kubernetes.io/zone", "z"),
                    Map.of("topology.kubernetes.io/rack", "r"),
                    Map.of("topology.kubernetes.io/zone", "z"),
                    Map.of("topology.kubernetes.io/region", "g"),
                    Map.of())));
    assertThat(cycle.score(scorer)).as("no peer").containsOnly(0);
    Map<String, String> peer =
        Map.of(
            "kubernetes.io/hostname", "h",
            "topology.kubernetes.io/rack", "r",
            "topology.kubernetes.io/zone", "z",
            "topology.kubernetes.io/region", "g");
    cycle.set(made.schema.requestKey(Topology.PEER, Endpoint.class), Made.endpoint(9, peer));
    assertThat(cycle.score(scorer)).containsExactly(1, 0.2, 0.05, 0.02, 0);
  }

  @Test
  void mediaHeldBySize() {
    Scorer scorer = made.make(Scorer.class, "mm-embeddings-cache-scorer", Map.of());
    TestCycle cycle = TestCycle.on(Made.endpoints(3));
    assertThat(cycle.score(scorer)).containsOnly(0);
    String producer = "mm-embeddings-cache-producer";
    made.put(cycle, "MultiModalEncoderCacheMatchInfo.matchedSize", producer, 30, 0, 40);
    made.put(cycle, "MultiModalEncoderCacheMatchInfo.totalSize", producer, 40, 40, 40);
    assertThat(cycle.score(scorer)).containsExactly(0.75, 0, 1);
  }

  @Test
  void clusterNumbers() {
    Scorer queue = made.make(Scorer.class, "multicluster-queue-scorer", Map.of());
    Scorer kv = made.make(Scorer.class, "multicluster-kv-cache-utilization-scorer", Map.of());
    Signal queues = made.schema.signal("llm-d.ai/multicluster-queue-size");
    Signal caches = made.schema.signal("llm-d.ai/multicluster-kv-cache-utilization");
    assertThat(TestCycle.on(Made.numbers(queues, 1, 2, 3, NONE)).score(queue))
        .containsExactly(1, 0.5, 0, 0);
    assertThat(TestCycle.on(Made.numbers(queues, 2, 2)).score(queue)).containsExactly(1, 1);
    assertThat(TestCycle.on(Made.numbers(caches, 0.25, 1, NONE)).score(kv))
        .containsExactly(0.75, 0, 0);
  }

  /** Composite: (1 − kv + relative queue + held share) / 3, rounded to hundredths. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 0.72, 0.3",
    "1, 0, 0, 0.75, 0.4",
    "0, 1, 0, 0.5, 0.0",
    "0, 0, 1, 0.9, 0.5",
    "0, 0, 0, 0.75, 0.4",
    "2, 1, 1, 0.73, 0.33",
    // Weights that sum up to nothing leave the KV cache; others may be negative.
    "-1, 0, 0, 0.75, 0.4",
    "-1, 2, 0, 0.25, 0",
  })
  void latencyWithoutPredictions(double kv, double queue, double prefix, double a, double b) {
    Scorer scorer =
        made.make(
            Scorer.class,
            "latency-scorer",
            Map.of(
                "compositeKVWeight", kv,
                "compositeQueueWeight", queue,
                "compositePrefixWeight", prefix));
    EndpointSnapshot pool =
        EndpointSnapshot.builder()
            .endpoint(Made.endpoint(0, Map.of()))
            .endpoint(Made.endpoint(1, Map.of()))
            .value(Signal.KV_CACHE_USAGE, 0, 0.25, 0)
            .value(Signal.KV_CACHE_USAGE, 1, 0.6, 0)
            .value(Signal.WAITING_REQUESTS, 0, 4, 0)
            .value(Signal.WAITING_REQUESTS, 1, 8, 0)
            .build();
    TestCycle cycle = TestCycle.on(pool);
    made.prefix(cycle, 10, 9, 5);
    assertThat(cycle.score(scorer)).containsExactly(new double[] {a, b}, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    // KV use and queue of three endpoints, NaN: absent; weights of both; scores
    "0.2, 0, 0.6, 0, NaN, 0, 1, 0, 0.8, 0.4, 0.6",
    "0, 0, 0, 8, 0, NaN, 0, 1, 1, 0, 0.5",
    "0, 0, 0, 0, 0, NaN, 0, 1, 1, 1, 1",
    "0.2, 4, 0.6, 8, NaN, NaN, 1, 1, 0.65, 0.2, 0.43",
    "NaN, NaN, NaN, NaN, NaN, NaN, 1, 1, 0.5, 0.5, 0.5",
    "0.2, 0, 0.6, 0, NaN, 0, 0, 0, 0.8, 0.4, 0.6",
  })
  void absentNumbersCountAsTheMean(
      double kv0,
      double queue0,
      double kv1,
      double queue1,
      double kv2,
      double queue2,
      int kv,
      int queue,
      double a,
      double b,
      double c) {
    Map<String, Object> weights =
        Map.of("compositeKVWeight", kv, "compositeQueueWeight", queue, "compositePrefixWeight", 0);
    Scorer scorer = made.make(Scorer.class, "latency-scorer", weights);
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder();
    double[] usages = {kv0, kv1, kv2};
    double[] queues = {queue0, queue1, queue2};
    for (int i = 0; i < usages.length; i++) {
      pool.endpoint(Made.endpoint(i, Map.of()));
    }
    for (int i = 0; i < usages.length; i++) {
      if (!Double.isNaN(usages[i])) {
        pool.value(Signal.KV_CACHE_USAGE, i, usages[i], 0);
      }
      if (!Double.isNaN(queues[i])) {
        pool.value(Signal.WAITING_REQUESTS, i, queues[i], 0);
      }
    }
    TestCycle cycle = TestCycle.on(pool.build());
    assertThat(cycle.score(scorer)).containsExactly(new double[] {a, b, c}, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    // strategy; scores of endpoints with headroom (10,5) (20,5) (-1,5) and none predicted
    "least, 0.51, 0.01, 0, 1",
    "most, 0.51, 1, 0, 0.01",
  })
  void latencyWithinTheObjectives(String strategy, double a, double b, double c, double d) {
    Scorer scorer =
        made.make(Scorer.class, "latency-scorer", Map.of("headroomSelectionStrategy", strategy));
    TestCycle cycle = TestCycle.on(Made.endpoints(4));
    made.latency(cycle, "present", 1, 1, 1, 0);
    made.latency(cycle, "ttftHeadroom", 10, 20, -1, 0);
    made.latency(cycle, "tpotHeadroom", 5, 5, 5, 5);
    assertThat(cycle.score(scorer)).containsExactly(new double[] {a, b, c, d}, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    // headrooms of three endpoints, dispatched of the first, scores
    "-1, -1, -1, 5, 5, -1, 0, 0.51, 0, 0",
    "-1, -1, -1, 5, 5, -1, 1, 0, 0, 0.51",
    "-1, -1, -1, 5, -2, 5, 1, 0, 1, 0.01",
    "-1, -1, -3, -1, -2, -1, 1, 1, 0.01, 0.51",
  })
  void latencyBeyondTheObjectives(
      double t0,
      double p0,
      double t1,
      double p1,
      double t2,
      double p2,
      double sent,
      double a,
      double b,
      double c) {
    Scorer scorer = made.make(Scorer.class, "latency-scorer", Map.of());
    TestCycle cycle = TestCycle.on(Made.endpoints(3));
    made.latency(cycle, "present", 1, 1, 1);
    made.latency(cycle, "ttftHeadroom", t0, t1, t2);
    made.latency(cycle, "tpotHeadroom", p0, p1, p2);
    made.latency(cycle, "dispatchedRequestCount", sent, 1, 1);
    assertThat(cycle.score(scorer)).containsExactly(new double[] {a, b, c}, within(1e-9));
  }
}
