package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.spi.PerEndpoint;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every load scorer whatever the loads. */
class LoadScorerPropertiesTest {
  private static final int ROUNDS = 300;
  private static final BuiltIns BUILT_INS = new BuiltIns();
  private static final PerEndpoint ADDED =
      BUILT_INS.key("UncachedRequestTokens", "inflight-load-producer");

  /** One number per endpoint for each thing that a load scorer reads, all the same. */
  private static TestCycle cycle(double[] loads) {
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder().endpoints(loads.length);
    for (int i = 0; i < loads.length; i++) {
      if (!Double.isNaN(loads[i])) {
        pool.value(Signal.WAITING_REQUESTS, i, loads[i]);
        pool.value(Signal.RUNNING_REQUESTS, i, loads[i]);
        pool.value(Signal.KV_CACHE_USAGE, i, loads[i] / 20);
      }
    }
    TestCycle cycle = TestCycle.on(pool.build());
    for (int i = 0; i < loads.length; i++) {
      double load = Double.isNaN(loads[i]) ? 0 : loads[i];
      cycle.inFlight(i, load, load * 100_000);
      cycle.put(ADDED, i, load * 50_000);
    }
    return cycle;
  }

  static Stream<Arguments> scorers() {
    return Stream.of(
        Arguments.of("queue-scorer", null),
        Arguments.of("running-requests-size-scorer", null),
        Arguments.of("kv-cache-utilization-scorer", null),
        Arguments.of("latency-scorer", null),
        Arguments.of("active-request-scorer", null),
        Arguments.of("active-request-scorer", Map.of("idleThreshold", 3, "maxBusyScore", 0.7)),
        Arguments.of("token-load-scorer", Map.of("queueThresholdTokens", 2_000_000)));
  }

  private static double[] loads(SplittableRandom random, int size) {
    return random.doubles(size).map(u -> u < 0.1 ? Double.NaN : Math.floor(u * 20)).toArray();
  }

  @ParameterizedTest
  @MethodSource("scorers")
  void moreLoadNeverRaisesAScore(String type, Map<String, ?> parameters) {
    Scorer scorer = BuiltIns.of(Scorer.class, type, parameters);
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < ROUNDS; round++) {
      double[] loads = loads(random, 1 + random.nextInt(12));
      int n = random.nextInt(loads.length);
      double before = cycle(loads).score(scorer)[n];
      if (Double.isNaN(loads[n])) {
        continue;
      }
      loads[n] += 1 + random.nextInt(10);
      assertThat(cycle(loads).score(scorer)[n])
          .as("endpoint %d of %s", n, loads)
          .isLessThanOrEqualTo(before + 1e-12);
    }
  }

  @ParameterizedTest
  @MethodSource("scorers")
  void theOrderOfCandidatesDoesNotMatter(String type, Map<String, ?> parameters) {
    Scorer scorer = BuiltIns.of(Scorer.class, type, parameters);
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < ROUNDS; round++) {
      double[] loads = loads(random, 1 + random.nextInt(12));
      double[] scores = cycle(loads).score(scorer);
      int by = random.nextInt(loads.length);
      double[] turned = cycle(turn(loads, by)).score(scorer);
      assertThat(turned)
          .containsExactly(turn(scores, by), org.assertj.core.api.Assertions.within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("scorers")
  void lessLoadNeverScoresLessThanMore(String type, Map<String, ?> parameters) {
    Scorer scorer = BuiltIns.of(Scorer.class, type, parameters);
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < ROUNDS; round++) {
      double[] loads = loads(random, 2 + random.nextInt(12));
      double[] scores = cycle(loads).score(scorer);
      for (int i = 1; i < loads.length; i++) {
        if (loads[i - 1] <= loads[i]) {
          assertThat(scores[i - 1]).isGreaterThanOrEqualTo(scores[i] - 1e-12);
        }
      }
    }
  }

  private static double[] turn(double[] values, int by) {
    double[] turned = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      turned[i] = values[(i + by) % values.length];
    }
    return turned;
  }
}
