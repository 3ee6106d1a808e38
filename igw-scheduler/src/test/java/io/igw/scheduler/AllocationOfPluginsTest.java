package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.DataProducer;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Scorer;
import io.igw.testkit.Allocation;
import io.igw.testkit.TestCycle;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A plugin that acts allocates nothing, whatever the number of endpoints; a filter at most the test
 * that it hands over.
 */
class AllocationOfPluginsTest {
  private static final int ENDPOINTS = 300;
  private static final int SEEDS = 100;
  private static final int ONE_SMALL_OBJECT = 64;

  /** A token is decoded into an endpoint's id. */
  private static final int DECODED_TOKEN = 512;

  private final Made made = new Made();
  private final double[] scores = new double[ENDPOINTS];

  static Stream<Case> cases() {
    return Case.all().filter(one -> !one.forTests());
  }

  private static void allocates(Case one, Runnable call, int most) {
    assertThat(Allocation.bytesPerCall(call, most))
        .as("bytes of each call of %s", one)
        .isLessThanOrEqualTo(most);
  }

  /** The first cycle on which the plugin does something. */
  private TestCycle cycle(Predicate<TestCycle> acts) {
    return IntStream.range(0, SEEDS)
        .mapToObj(seed -> Case.cycle(made, seed, ENDPOINTS))
        .filter(acts)
        .findFirst()
        .orElseThrow(() -> new AssertionError("the plugin does nothing on any cycle"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aCallAllocatesNothing(Case one) {
    Plugin plugin = one.make(made, Plugin.class);
    boolean encoded = one.type().contains("session-affinity") && one.parameters().isEmpty();
    int usual = encoded ? DECODED_TOKEN : 0;
    if (plugin instanceof Scorer scorer) {
      TestCycle cycle = cycle(c -> Arrays.stream(c.score(scorer)).distinct().count() > 1);
      allocates(one, () -> scorer.score(cycle, cycle.candidates(), scores), usual);
    }
    if (plugin instanceof Filter filter) {
      TestCycle cycle =
          cycle(c -> {
            int left = c.filter(filter).length;
            return left > 0 && left < ENDPOINTS;
          });
      allocates(
          one, () -> filter.filter(cycle.everyone(), cycle.candidates()), usual + ONE_SMALL_OBJECT);
    }
    if (plugin instanceof Picker picker) {
      TestCycle cycle = cycle(c -> true);
      double[] totals = new SplittableRandom(2).doubles(ENDPOINTS).toArray();
      int[] picked = new int[ENDPOINTS];
      allocates(one, () -> picker.pick(cycle, cycle.candidates(), totals, picked), 0);
    }
    if (plugin instanceof DataProducer producer) {
      TestCycle cycle = cycle(c -> c.request().header("x-session-id") != null);
      allocates(one, () -> producer.produce(cycle, cycle.candidates()), 0);
    }
    if (plugin instanceof SaturationDetector detector) {
      TestCycle cycle = cycle(c -> detector.saturation(c, c.candidates()) > 0);
      allocates(one, () -> detector.saturation(cycle, cycle.candidates()), 0);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void someCandidatesOnlyAllocateNothing(Case one) {
    if (one.make(made, Plugin.class) instanceof Scorer scorer && !one.type().contains("session")) {
      TestCycle cycle = Case.cycle(made, 1, ENDPOINTS).only(1, 5, 9, 200);
      allocates(one, () -> scorer.score(cycle, cycle.candidates(), scores), 0);
    }
  }
}
