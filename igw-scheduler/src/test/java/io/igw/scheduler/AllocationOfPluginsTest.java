package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Signal;
import io.igw.spi.Filter;
import io.igw.spi.Scorer;
import io.igw.testkit.RandomCycles;
import io.igw.testkit.RandomCycles.Numbers;
import io.igw.testkit.TestCycle;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scorers allocate nothing; filters at most the test that they hand over, whatever the size. */
class AllocationOfPluginsTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ENDPOINTS = 300;
  private static final int CALLS = 20_000;
  private static final int ONE_SMALL_OBJECT = 64;

  private final Made made = new Made();
  private final TestCycle cycle = RandomCycles.of(1, ENDPOINTS, Numbers.KNOWN);
  private final double[] scores = new double[ENDPOINTS];

  private static long bytes(Runnable call) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static Map<String, ?> parameters(String type) {
    return switch (type) {
      case "endpoint-attribute-scorer" ->
          Map.of(
              "attributeKey",
              Signal.WAITING_REQUESTS.name(),
              "algorithm",
              Map.of("type", "linear_lower_is_better"));
      case "header-label-affinity-scorer" -> Map.of("headerName", "x", "labelKey", "y");
      case "endpoint-attribute-filter" ->
          Map.of(
              "attribute",
              Signal.WAITING_REQUESTS.name(),
              "algorithm",
              Map.of("type", "threshold", "threshold", Map.of("operator", "LessThan", "value", 4)));
      case "utilization-filter" ->
          Map.of("conditions", List.of(Map.of("metric", "waiting-queue", "maxValue", 4)));
      case "concurrency-detector" -> Map.of("maxConcurrency", 2);
      default -> Map.of();
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "load-aware-scorer",
        "endpoint-attribute-scorer",
        "header-label-affinity-scorer",
        "topology-affinity-scorer",
        "mm-embeddings-cache-scorer",
        "no-hit-lru-scorer",
        "latency-scorer",
        "context-length-aware",
        "session-affinity-scorer"
      })
  void scoring(String type) {
    Scorer scorer = made.make(Scorer.class, type, parameters(type));
    Runnable score = () -> scorer.score(cycle, cycle.candidates(), scores);
    bytes(score);
    assertThat(bytes(score) / CALLS).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "endpoint-attribute-filter",
        "utilization-filter",
        "prefix-cache-affinity-filter",
        "slo-headroom-tier-filter",
        "topology-affinity-filter",
        "context-length-aware",
        "concurrency-detector",
        "session-affinity-filter"
      })
  void filtering(String type) {
    Filter filter = made.make(Filter.class, type, parameters(type));
    int[] everyone = java.util.stream.IntStream.range(0, ENDPOINTS).toArray();
    cycle.only(everyone);
    Runnable narrow = () -> filter.filter(cycle, cycle.candidates());
    bytes(narrow);
    assertThat(bytes(narrow) / CALLS).isLessThanOrEqualTo(ONE_SMALL_OBJECT);
  }
}
