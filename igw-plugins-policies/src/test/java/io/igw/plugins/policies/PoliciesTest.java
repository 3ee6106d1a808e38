package io.igw.plugins.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formulas of plugins-scheduling.md 9. */
class PoliciesTest {
  private final Made made = new Made();

  private static double[] numbers(String text) {
    String[] parts = text.strip().split(" +");
    double[] numbers = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = Double.parseDouble(parts[i]);
    }
    return numbers;
  }

  @ParameterizedTest
  @CsvSource({
    // type, uncached, queued, batch, KV use, costs
    "least-request-scorer, 0 0, 0 0, 3 5, 0 0, 3 5",
    "lmetric-scorer, 100 40, 0 200, 0 1, 0 0, 100 480",
    "lmetric-scorer, 0 0, 0 10, 5 0, 0 0, 0 10",
    "dynamo-linear-scorer, 640 128, 64 0, 9 9, 0.5 0.25, 511 252",
    "dynamo-linear-scorer, 640 128, 64 0, 9 9, NaN 0.25, 11 252",
    "least-load-scorer, 10000 0, 10000 2000, 1 1, 0 0.5, 1 0.25",
    "least-load-scorer, 0 0, 0 0, 1 1, NaN 0.9, 0 1.35",
  })
  void costsBecomeScores(
      String type, String uncached, String queued, String batch, String kv, String costs) {
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder().endpoints(2);
    for (int i = 0; i < 2; i++) {
      double usage = numbers(kv)[i];
      if (!Double.isNaN(usage)) {
        pool.value(Signal.KV_CACHE_USAGE, i, usage, 0);
      }
      pool.value(Signal.CACHE_BLOCKS, i, 1000, 0).value(Signal.CACHE_BLOCK_SIZE, i, 64, 0);
    }
    TestCycle cycle = TestCycle.on(pool.build());
    Scorer scorer = made.make(Scorer.class, type, Map.of());
    made.uncached(cycle, numbers(uncached));
    for (int i = 0; i < 2; i++) {
      cycle.inFlight(i, numbers(batch)[i], numbers(queued)[i]);
    }
    double[] scores = cycle.score(scorer);
    double[] expected = numbers(costs);
    double least = Math.min(expected[0], expected[1]);
    for (int i = 0; i < 2; i++) {
      assertThat(scores[i]).isCloseTo((1 + least) / (1 + expected[i]), within(1e-12));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // batch, blocks of 64 held of a prompt of 640 tokens, the one that gets 1
    "100 20 30, 10 0 0, 1", // uneven: least requests, whatever is cached
    "84 20 30, 10 0 0, 0", // a difference of 64 is not more than 64
    "70 5 5, 0 9 10, 1", // uneven in both: ties by place are for the picker
    "20 20 20, 0 4 9, 2", // more than three tenths held
    "20 20 20, 0 3 0, 0", // three tenths are not more: least content, all none
  })
  void thresholdsSwitchBetweenLoadAndCache(String batch, String matched, int best) {
    Scorer scorer = made.make(Scorer.class, "sglang-thresholds-scorer", Map.of());
    TestCycle cycle =
        TestCycle.on(EndpointSnapshot.builder().endpoints(3).build())
            .request(InferenceRequest.builder().prompt("word".repeat(640)).build());
    assertThat(cycle.request().prompt().estimatedTokens()).isEqualTo(640);
    made.matched(cycle, numbers(matched));
    for (int i = 0; i < 3; i++) {
      cycle.inFlight(i, numbers(batch)[i], 0);
    }
    assertThat(cycle.score(scorer)[best]).isEqualTo(1);
  }

  @Test
  void roundRobinTakesTurns() {
    Picker picker = made.make(Picker.class, "round-robin-picker", Map.of());
    TestCycle cycle = TestCycle.on(EndpointSnapshot.builder().endpoints(3).build());
    int[] counts = new int[3];
    int last = -1;
    for (int i = 0; i < 9; i++) {
      int picked = cycle.pick(picker, 0, 0, 0)[0];
      assertThat(picked).isNotEqualTo(last);
      last = picked;
      counts[picked]++;
    }
    assertThat(counts).containsExactly(3, 3, 3);
    assertThat(cycle.only().pick(picker)).isEmpty();
  }

  @Test
  void ofTwoTheLesserIsTaken() {
    Picker picker = made.make(Picker.class, "power-of-two-picker", Map.of());
    TestCycle cycle =
        TestCycle.on(EndpointSnapshot.builder().endpoints(3).build())
            .inFlight(0, 5, 0)
            .inFlight(1, 3, 0)
            .inFlight(2, 9, 0);
    int[] counts = new int[3];
    for (int i = 0; i < 3000; i++) {
      counts[cycle.pick(picker, 0, 0, 0)[0]]++;
    }
    // The busiest is never the lesser of two; the idlest is in two of three pairs.
    assertThat(counts[2]).isZero();
    assertThat(counts[1]).isBetween(1900, 2100);
    assertThat(cycle.only(1).pick(picker, 0)).containsExactly(0);
  }

  @Test
  void routedTokensAreOfTheSlotsHolder() {
    RoutedTokens tokens = new RoutedTokens();
    tokens.add(3, 1, 100);
    tokens.add(3, 1, 50);
    tokens.add(500, 7, 9);
    assertThat(tokens.of(3, 1)).isEqualTo(150);
    assertThat(tokens.of(3, 2)).isZero();
    assertThat(tokens.of(500, 7)).isEqualTo(9);
    assertThat(tokens.of(9999, 1)).isZero();
    tokens.add(3, 2, 1);
    assertThat(tokens.of(3, 2)).isEqualTo(1);
    assertThat(tokens.of(3, 1)).isZero();
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThat(made.problems("least-load-scorer", Map.of("prefillTokensPerSecond", 0))).hasSize(1);
    assertThat(made.problems("sglang-thresholds-scorer", Map.of("cacheThreshold", 2))).hasSize(1);
  }
}
