package io.igw.plugins.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.api.Usage;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointReport;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Scheduler;
import io.igw.spi.PickListener;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.Arrays;
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
    "prefill-time-scorer, 10000 0, 10000 2000, 1 1, 0 0.5, 1 0.25",
    "prefill-time-scorer, 0 0, 0 0, 1 1, NaN 0.9, 0.15 1.35",
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
    assertCosts(cycle.score(scorer), numbers(costs));
  }

  private static void assertCosts(double[] scores, double[] costs) {
    double least = Arrays.stream(costs).min().orElseThrow();
    assertThat(scores).hasSameSizeAs(costs);
    for (int i = 0; i < costs.length; i++) {
      assertThat(scores[i]).isCloseTo((1 + least) / (1 + costs[i]), within(1e-12));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // waiting, KV use, tokens in flight, requests in flight, costs
    "0 0, 0 0, 7000 0, 9 0, 0 0", // what was in flight at the report is the engine's to tell
    "10 0, 0 0.5, 0 0, 0 0, 0.512 0.15",
    "5 5, 0.9 0, 0 0, 0 0, 1.606 0.256",
    "NaN 1, 0 0, 2000 0, 2 0, 0.1512 0.0512", // no queue: as if one waited, and all in flight
    "1 1, NaN 0.2, 0 0, 0 0, 0.2012 0.0887", // no cache: as if half full
    "NaN 0, NaN 0, 0 0, 3 0, 0.2012 0", // one endpoint tells nothing
    "NaN NaN, NaN NaN, 0 9000, 3 1, 3 1", // nobody does: least request
  })
  void leastLoadIsSecondsByTheLastReport(
      String waiting, String kv, String tokens, String batch, String costs) {
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder().endpoints(2);
    report(pool, Signal.WAITING_REQUESTS, numbers(waiting), 0);
    report(pool, Signal.KV_CACHE_USAGE, numbers(kv), 0);
    TestCycle cycle = TestCycle.on(pool.build());
    for (int i = 0; i < 2; i++) {
      cycle.inFlight(i, numbers(batch)[i], numbers(tokens)[i]);
    }
    double[] scores = cycle.score(made.make(Scorer.class, "least-load-scorer", Map.of()));
    assertCosts(scores, numbers(costs));
  }

  private static void report(
      EndpointSnapshot.Builder pool, Signal signal, double[] values, long seenNanos) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        pool.value(signal, i, values[i], seenNanos);
      }
    }
  }

  @Test
  void leastLoadIgnoresCaches() {
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder().endpoints(2);
    report(pool, Signal.WAITING_REQUESTS, new double[] {2, 2}, 0);
    report(pool, Signal.KV_CACHE_USAGE, new double[] {0, 0}, 0);
    TestCycle cycle = TestCycle.on(pool.build());
    made.uncached(cycle, 0, 5000);
    made.matched(cycle, 9, 0);
    assertThat(cycle.score(made.make(Scorer.class, "least-load-scorer", Map.of())))
        .containsExactly(1, 1);
  }

  @Test
  void leastLoadCountsWhatWasRoutedSinceTheReport() {
    LeastLoad scorer = made.make(LeastLoad.class, "least-load-scorer", Map.of());
    EndpointPool pool = EndpointPool.builder().build();
    for (int i = 0; i < 2; i++) {
      pool.upsert(new EndpointSpec(new EndpointId("default", "pod-" + i), "h", 1 + i, 0, Map.of()));
      idle(pool, i, 1_000);
    }
    try (pool;
        Scheduler scheduler =
            Scheduler.builder(pool)
                .profile("default", profile -> profile.scorer("least-load", scorer, 1))
                .listener("least-load", scorer)
                .build()) {
      int first = pick(scheduler);
      double[] routed = {0, 0};
      routed[first] = 0.05;
      assertCosts(TestCycle.on(pool.snapshot()).score(scorer), routed);
      // Nothing is in flight, so that only the count tells the two apart.
      assertThat(pick(scheduler)).isEqualTo(1 - first);
      assertCosts(TestCycle.on(pool.snapshot()).score(scorer), new double[] {0.05, 0.05});
      idle(pool, first, 2_000);
      routed[first] = 0;
      routed[1 - first] = 0.05;
      assertCosts(TestCycle.on(pool.snapshot()).score(scorer), routed);
      assertThat(pick(scheduler)).isEqualTo(first);
    }
  }

  private static void idle(EndpointPool pool, int endpoint, long seenNanos) {
    EndpointId id = new EndpointId("default", "pod-" + endpoint);
    pool.report(
        new EndpointReport(id, seenNanos)
            .set(Signal.WAITING_REQUESTS, 0)
            .set(Signal.KV_CACHE_USAGE, 0));
  }

  /** The endpoint that gets, and has answered, a request of a thousand tokens. */
  private static int pick(Scheduler scheduler) {
    InferenceRequest request = InferenceRequest.builder().prompt("word".repeat(1000)).build();
    Decision decision = (Decision) scheduler.schedule(request, null);
    decision.complete(new Usage(1000, 0, 1));
    return decision.endpoint().port() - 1;
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

  /** Among some of the endpoints too, it is the picked one's tokens that count. */
  @Test
  void routedTokensAreThoseOfThePickedEndpoint() {
    Scorer scorer = made.make(Scorer.class, "sglang-thresholds-scorer", Map.of());
    EndpointSnapshot pool = EndpointSnapshot.builder().endpoints(3).build();
    TestCycle some = TestCycle.on(pool).only(1, 2);
    made.uncached(some, 10, 20, 3000);
    some.picked((PickListener) scorer, 1);
    some.picked((PickListener) scorer, 2);
    assertThat(TestCycle.on(pool).only(1, 2).score(scorer)).containsExactly(1, 0);
    made.uncached(some, 10, 9000, 20);
    some.picked((PickListener) scorer, 1);
    assertThat(TestCycle.on(pool).only(1, 2).score(scorer)).containsExactly(0, 1);
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
