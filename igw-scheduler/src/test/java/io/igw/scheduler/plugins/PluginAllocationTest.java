package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.spi.DataProducer;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Scorer;
import io.igw.testkit.RandomCycles;
import io.igw.testkit.RandomCycles.Numbers;
import io.igw.testkit.TestCycle;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A built-in plugin allocates nothing per call, whatever the number of endpoints. */
class PluginAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ENDPOINTS = 300;
  private static final int CALLS = 20_000;

  private final TestCycle cycle = RandomCycles.of(1, ENDPOINTS, Numbers.SOME);
  private final double[] scores = new double[ENDPOINTS];
  private final double[] totals = new SplittableRandom(2).doubles(ENDPOINTS).toArray();
  private final int[] picked = new int[ENDPOINTS];

  private static void allocatesNothing(Runnable call) {
    bytes(call);
    assertThat(bytes(call) / CALLS).isZero();
  }

  private static long bytes(Runnable call) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "queue-scorer",
        "running-requests-size-scorer",
        "kv-cache-utilization-scorer",
        "active-request-scorer",
        "token-load-scorer"
      })
  void scoring(String type) {
    Scorer scorer = BuiltIns.of(Scorer.class, type, null);
    allocatesNothing(() -> scorer.score(cycle, cycle.candidates(), scores));
    cycle.only(1, 5, 9, 200);
    allocatesNothing(() -> scorer.score(cycle, cycle.candidates(), scores));
  }

  @ParameterizedTest
  @ValueSource(strings = {"max-score-picker", "random-picker", "weighted-random-picker"})
  void picking(String type) {
    for (int count : new int[] {1, 4}) {
      Picker picker = BuiltIns.of(Picker.class, type, Map.of("maxNumOfEndpoints", count));
      allocatesNothing(() -> picker.pick(cycle, cycle.candidates(), totals, picked));
    }
  }

  @Test
  void producing() {
    DataProducer producer =
        BuiltIns.of(
            DataProducer.class, "inflight-load-producer", Map.of("addEstimatedOutputTokens", true));
    allocatesNothing(() -> producer.produce(cycle, cycle.candidates()));
  }

  @Test
  void detecting() {
    SaturationDetector detector =
        BuiltIns.of(SaturationDetector.class, "utilization-detector", null);
    allocatesNothing(() -> detector.saturation(cycle, cycle.candidates()));
  }

  /** The test that the filter hands over holds the columns: one small object, if any. */
  @Test
  void filteringAllocatesNoMoreThanItsTest() {
    Filter filter =
        BuiltIns.of(
            Filter.class,
            "utilization-detector",
            Map.of("metricsStalenessThreshold", "10s", "queueDepthThreshold", 4));
    int[] everyone = java.util.stream.IntStream.range(0, ENDPOINTS).toArray();
    assertThat(cycle.only(everyone).filter(filter)).hasSizeLessThan(ENDPOINTS);
    Runnable narrowed = () -> filter.filter(cycle, cycle.candidates());
    bytes(narrowed);
    assertThat(bytes(narrowed) / CALLS).isLessThanOrEqualTo(64);
  }
}
