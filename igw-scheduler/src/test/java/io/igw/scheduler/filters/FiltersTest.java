package io.igw.scheduler.filters;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.scheduler.Made;
import io.igw.spi.Filter;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The filters against plugins-scheduling.md 2.4 to 2.11. */
class FiltersTest {
  private static final double NONE = Double.NaN;

  private final Made made = new Made();

  /** {@code "0 2"} as ordinals. */
  static int[] ordinals(String text) {
    return text.isBlank()
        ? new int[0]
        : Arrays.stream(text.trim().split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "LessThan, Pass, false, '0 3'",
    "LessThanOrEqual, Pass, false, '0 1 3'",
    "GreaterThan, Pass, false, '2 3'",
    "GreaterThanOrEqual, Fail, false, '1 2'",
    "Equal, Fail, false, '1'",
    "NotEqual, Fail, false, '0 2'",
  })
  void attributeComparedWithAThreshold(
      String operator, String onMissing, boolean fallback, String kept) {
    Filter filter = attribute(operator, 5, onMissing, fallback);
    TestCycle cycle = TestCycle.on(Made.numbers(made.schema.signal("Temperature"), 3, 5, 7, NONE));
    assertThat(cycle.filter(filter)).containsExactly(ordinals(kept));
  }

  @ParameterizedTest
  @CsvSource({"true, '0 1'", "false, ''"})
  void attributeThatNoneHas(boolean fallback, String kept) {
    Filter filter = attribute("LessThan", 1, "Fail", fallback);
    TestCycle cycle = TestCycle.on(Made.numbers(made.schema.signal("Temperature"), 3, 5));
    assertThat(cycle.filter(filter)).containsExactly(ordinals(kept));
  }

  private Filter attribute(String operator, double bound, String onMissing, boolean fallback) {
    return made.make(
        Filter.class,
        "endpoint-attribute-filter",
        Map.of(
            "attribute",
            "Temperature",
            "onMissing",
            onMissing,
            "fallbackOnEmpty",
            fallback,
            "algorithm",
            Map.of(
                "type", "threshold", "threshold", Map.of("operator", operator, "value", bound))));
  }

  @Test
  void badAttributeParametersAreNamed() {
    assertThat(Made.problems("endpoint-attribute-filter", Map.of()))
        .anyMatch(p -> p.contains("attribute") && p.contains("the name of an attribute"))
        .anyMatch(p -> p.contains("algorithm.type") && p.contains("'threshold'"))
        .anyMatch(p -> p.contains("algorithm.threshold.operator") && p.contains("LessThan"))
        .anyMatch(p -> p.contains("algorithm.threshold.value"));
    assertThat(Made.problems("endpoint-attribute-filter", Map.of("attribute", "a/b")))
        .anyMatch(p -> p.contains("without '/'"));
  }

  @ParameterizedTest
  @CsvSource({
    "active-requests, 2, '0 1'",
    "running-requests, 1, '0 3'",
    "waiting-queue, 4, '0 1 2 3'",
    "kv-cache-utilization, 0.5, '0 2 3'",
  })
  void utilizationUpToALimit(String metric, double most, String kept) {
    Filter filter = utilization(false, Map.of("metric", metric, "maxValue", most));
    assertThat(loaded().filter(filter)).containsExactly(ordinals(kept));
  }

  @Test
  void utilizationMustHoldForEveryCondition() {
    Map<String, ?> running = Map.of("metric", "running-requests", "maxValue", 2);
    Map<String, ?> cache = Map.of("metric", "kv-cache-utilization", "maxValue", 0.5);
    Map<String, ?> impossible = Map.of("metric", "active-requests", "maxValue", 0);
    assertThat(loaded().filter(utilization(false, running, cache))).containsExactly(0, 3);
    assertThat(loaded().filter(utilization(false, running, cache, impossible))).isEmpty();
    assertThat(loaded().filter(utilization(true, running, cache, impossible)))
        .containsExactly(0, 1, 2, 3);
    assertThat(utilization(false, running).removesByLoad()).isTrue();
  }

  private static Filter utilization(boolean fallback, Object... conditions) {
    return new Made()
        .make(
            Filter.class,
            "utilization-filter",
            Map.of("conditions", List.of(conditions), "fallbackOnEmpty", fallback));
  }

  /** Running 1, 2, 3 and unknown; KV 0.2, 0.6, 0.5, unknown; in flight 1, 2, 3, 4. */
  private static TestCycle loaded() {
    io.igw.api.EndpointSnapshot.Builder pool = io.igw.api.EndpointSnapshot.builder();
    for (int i = 0; i < 4; i++) {
      pool.endpoint(Made.endpoint(i, Map.of()));
    }
    double[] kv = {0.2, 0.6, 0.5};
    for (int i = 0; i < 3; i++) {
      pool.value(Signal.RUNNING_REQUESTS, i, i + 1, 0);
      pool.value(Signal.KV_CACHE_USAGE, i, kv[i], 0);
      pool.value(Signal.WAITING_REQUESTS, i, i, 0);
    }
    TestCycle cycle = TestCycle.on(pool.build());
    for (int i = 0; i < 4; i++) {
      cycle.inFlight(i, i + 1, 100 * i);
    }
    return cycle;
  }

  @Test
  void badConditionsAreNamed() {
    assertThat(Made.problems("utilization-filter", Map.of()))
        .anyMatch(p -> p.contains("one or more"));
    assertThat(
            Made.problems(
                "utilization-filter",
                Map.of(
                    "conditions",
                    List.of(
                        Map.of("metric", "kv-cache-utilization", "maxValue", 2),
                        Map.of("metric", "speed", "maxValue", 2),
                        Map.of("metric", "waiting-queue")))))
        .anyMatch(p -> p.contains("0..1"))
        .anyMatch(p -> p.contains("active-requests, running-requests"))
        .anyMatch(p -> p.contains("maxValue") && p.contains(">= 0"));
  }

  @ParameterizedTest
  @CsvSource({
    // threshold, penalty, tokens in flight at the sticky ones, kept
    "0.8, 18000, 0, '1 3'",
    "0.95, 18000, 0, '3'",
    "1.0, 18000, 0, '3'",
    "0.8, 18000, 286000, '1 3'",
    "0.8, 18000, 287000, '0 1 2 3'",
    "0.8, 0, 900000, '1 3'",
    "0, 18000, 0, '0 1 2 3'",
  })
  void prefixAffinity(double threshold, double penalty, double tokens, String kept) {
    Filter filter =
        made.make(
            Filter.class,
            "prefix-cache-affinity-filter",
            Map.of("affinityThreshold", threshold, "maxTTFTPenaltyMs", penalty));
    TestCycle cycle = TestCycle.on(Made.endpoints(4)).inFlight(1, 1, tokens).inFlight(3, 1, tokens);
    made.prefix(cycle, 10, 0, 9, 7, 10);
    assertThat(cycle.filter(filter)).containsExactly(ordinals(kept));
  }

  @Test
  void prefixAffinityWithoutAnyHolderKeepsAll() {
    Filter filter = made.make(Filter.class, "prefix-cache-affinity-filter", Map.of());
    TestCycle cycle = TestCycle.on(Made.endpoints(3));
    assertThat(cycle.filter(filter)).hasSize(3);
    made.prefix(cycle, 10, 1, 2, 3);
    assertThat(cycle.filter(filter)).hasSize(3);
  }

  @Test
  void prefixAffinityExplores() {
    Filter filter =
        made.make(
            Filter.class, "prefix-cache-affinity-filter", Map.of("explorationProbability", 0.25));
    int all = 0;
    for (int seed = 0; seed < 2000; seed++) {
      TestCycle cycle = TestCycle.on(Made.endpoints(3)).seed(seed);
      made.prefix(cycle, 10, 10, 0, 0);
      all += cycle.filter(filter).length == 3 ? 1 : 0;
    }
    assertThat(all).isBetween(430, 570);
  }

  @Test
  void prefixAffinityByPredictedTime() {
    Filter filter =
        made.make(
            Filter.class,
            "prefix-cache-affinity-filter",
            Map.of("ttftSource", "latencyPredictor", "maxTTFTPenaltyMs", 100));
    TestCycle fast = TestCycle.on(Made.endpoints(3));
    made.prefix(fast, 10, 10, 0, 0);
    made.latency(fast, "present", 1, 1, 0);
    made.latency(fast, "ttft", 190, 100, 0);
    assertThat(fast.filter(filter)).containsExactly(0);
    TestCycle slow = TestCycle.on(Made.endpoints(3));
    made.prefix(slow, 10, 10, 0, 0);
    made.latency(slow, "present", 1, 1, 0);
    made.latency(slow, "ttft", 201, 100, 0);
    assertThat(slow.filter(filter)).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @CsvSource({
    // predicted?, TTFT headroom, TPOT headroom of endpoint 0; endpoint 1 is positive
    "1, 5, 5, '0 1'",
    "1, 0, 0, '0 1'",
    "1, -1, 5, '1'",
    "1, 5, -1, '1'",
    "0, 5, 5, '1'",
  })
  void headroomTiers(double present, double ttft, double tpot, String kept) {
    Filter filter =
        made.make(Filter.class, "slo-headroom-tier-filter", Map.of("epsilonExploreNeg", 0));
    TestCycle cycle = TestCycle.on(Made.endpoints(2));
    made.latency(cycle, "present", present, 1);
    made.latency(cycle, "ttftHeadroom", ttft, 10);
    made.latency(cycle, "tpotHeadroom", tpot, 10);
    assertThat(cycle.filter(filter)).containsExactly(ordinals(kept));
  }

  @Test
  void headroomTiersExploreTheNegativeOnes() {
    Filter filter =
        made.make(Filter.class, "slo-headroom-tier-filter", Map.of("epsilonExploreNeg", 1));
    TestCycle cycle = TestCycle.on(Made.endpoints(3));
    made.latency(cycle, "present", 1, 1, 1);
    made.latency(cycle, "ttftHeadroom", -1, 10, -2);
    assertThat(cycle.filter(filter)).containsExactly(0, 2);
    assertThat(TestCycle.on(Made.endpoints(3)).filter(filter)).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({"host, '0'", "rack, '0 1'", "zone, '0 1 2'", "region, '0 1 2 3'"})
  void topologyUpToALevel(String level, String kept) {
    Filter filter =
        made.make(Filter.class, "topology-affinity-filter", Map.of("minAffinity", level));
    TestCycle cycle = TestCycle.on(Made.labelled(PLACES));
    assertThat(cycle.filter(filter)).as("no peer").hasSize(5);
    cycle.set(
        made.schema.requestKey(Topology.PEER, Endpoint.class), Made.endpoint(9, PLACES.get(0)));
    assertThat(cycle.filter(filter)).containsExactly(ordinals(kept));
  }

  @Test
  void topologyFailsOpen() {
    Filter filter = made.make(Filter.class, "topology-affinity-filter", Map.of());
    TestCycle cycle = TestCycle.on(Made.labelled(PLACES));
    cycle.set(made.schema.requestKey(Topology.PEER, Endpoint.class), Made.endpoint(9, Map.of()));
    assertThat(cycle.filter(filter)).hasSize(5);
  }

  private static final List<Map<String, String>> PLACES =
      List.of(
          place("h1", "r1", "z1", "g1"),
          place("h2", "r1", "z1", "g1"),
          place("h3", "r2", "z1", "g1"),
          place("h4", "r3", "z2", "g1"),
          place("h5", "r4", "z3", "g2"));

  private static Map<String, String> place(String host, String rack, String zone, String region) {
    return Map.of(
        "kubernetes.io/hostname", host,
        "topology.kubernetes.io/rack", rack,
        "topology.kubernetes.io/zone", zone,
        "topology.kubernetes.io/region", region);
  }

  @ParameterizedTest
  @CsvSource({
    // label, tokens, kept, score
    "'', 100, true, 0.5",
    "0-1000, 1000, true, 0.7454545454545455",
    "0-1000, 0, true, 0.9554545454545454",
    "100-100, 100, true, 1.0",
    "200-1000, 100, false, 0.2727272727272727",
    "0-100, 1100, false, 0.15",
    "many, 100, false, 0",
    "1-2-3, 100, false, 0",
    "200-100, 150, false, 0",
  })
  void contextLength(String label, int tokens, boolean kept, double score) {
    Map<String, String> labels =
        label.isEmpty() ? Map.of() : Map.of("llm-d.ai/context-length-range", label);
    TestCycle cycle =
        TestCycle.on(Made.labelled(List.of(labels)))
            .request(InferenceRequest.builder().prompt("abcd".repeat(tokens)).build());
    Scorer scorer =
        made.make(Scorer.class, "context-length-aware", Map.of("enableFiltering", true));
    assertThat(cycle.score(scorer)[0]).isCloseTo(score, org.assertj.core.data.Offset.offset(1e-12));
    assertThat(cycle.filter((Filter) scorer)).hasSize(kept ? 1 : 0);
    assertThat(
            cycle.only(0).filter(new Made().make(Filter.class, "context-length-aware", Map.of())))
        .as("not asked to filter")
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    // mode, saturation, kept by the filter
    "requests, 0.75, '0'",
    "tokens, 0.5, '0 1'",
    "hybrid, 0.9, '0'",
  })
  void concurrency(String mode, double saturation, String kept) {
    Filter filter =
        made.make(
            Filter.class,
            "concurrency-detector",
            Map.of("concurrencyMode", mode, "maxConcurrency", 10, "maxTokenConcurrency", 1000));
    TestCycle cycle = TestCycle.on(Made.endpoints(2)).inFlight(0, 5, 800).inFlight(1, 10, 200);
    assertThat(((SaturationDetector) filter).saturation(cycle, cycle.candidates()))
        .isEqualTo(saturation);
    assertThat(cycle.filter(filter)).containsExactly(ordinals(kept));
    assertThat(filter.removesByLoad()).isTrue();
  }

  @Test
  void concurrencyWithHeadroomAndWithoutEndpoints() {
    Filter filter =
        made.make(
            Filter.class, "concurrency-detector", Map.of("maxConcurrency", 10, "headroom", 0.25));
    TestCycle cycle = TestCycle.on(Made.endpoints(2)).inFlight(0, 11, 0).inFlight(1, 12, 0);
    assertThat(cycle.filter(filter)).containsExactly(0);
    TestCycle none = TestCycle.on(Made.endpoints(1)).only();
    assertThat(((SaturationDetector) filter).saturation(none, none.candidates())).isEqualTo(1);
  }
}
