package io.igw.scheduler.plugins;

import static io.igw.scheduler.plugins.BuiltIns.numbers;
import static io.igw.scheduler.plugins.BuiltIns.pool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formulas of plugins-scheduling.md 3.1 to 3.3. */
class LoadScorersTest {
  private static final Offset<Double> ROUNDING = within(1e-12);

  @ParameterizedTest
  @CsvSource({
    "0 5 10,            1 0.5 0",
    "3 4,               1 0",
    "7 7 7,             1 1 1",
    "0 0,               1 1",
    "42,                1",
    "1 2 5 9,           1 0.875 0.5 0",
    // Never seen: the mean of the others, and it counts for neither bound.
    "0 - 10,            1 0.5 0",
    "2 2 -,             1 1 1",
    "- - -,             0.5 0.5 0.5",
    "0 4 10 -,          1 0.6 0 0.533333333333333333",
  })
  void queueAndRunningSpreadBetweenLeastAndGreatest(String values, String scores) {
    assertThat(score("queue-scorer", Signal.WAITING_REQUESTS, values))
        .containsExactly(numbers(scores), ROUNDING);
    assertThat(score("running-requests-size-scorer", Signal.RUNNING_REQUESTS, values))
        .containsExactly(numbers(scores), ROUNDING);
  }

  @ParameterizedTest
  @CsvSource({
    "0 0.25 1,          1 0.75 0",
    "0.8,               0.2",
    "0.2 - 0.6,         0.8 0.6 0.4",
    "- -,               0.5 0.5",
    // An engine that reports a little more than everything.
    "1.02 -0.01,        0 1",
  })
  void kvCacheScoresTheFreeShare(String usage, String scores) {
    assertThat(score("kv-cache-utilization-scorer", Signal.KV_CACHE_USAGE, usage))
        .containsExactly(numbers(scores), ROUNDING);
  }

  /** A policy beside the mean: neutral, or the worst there is. */
  @ParameterizedTest
  @CsvSource({
    "queue-scorer,                 WAITING,  0 5 10 -, 0.5, 1 0.5 0 0.5",
    "queue-scorer,                 WAITING,  0 5 10 -, 0,   1 0.5 0 0",
    "running-requests-size-scorer, RUNNING,  0 -,      0,   1 0",
    "kv-cache-utilization-scorer,  KV,       0.2 -,    0,   0.8 0",
    "kv-cache-utilization-scorer,  KV,       - -,      0.1, 0.1 0.1",
  })
  void theScoreOfAbsentNumbersMayBeGiven(
      String type, String column, String values, double absent, String scores) {
    Signal signal =
        switch (column) {
          case "WAITING" -> Signal.WAITING_REQUESTS;
          case "RUNNING" -> Signal.RUNNING_REQUESTS;
          default -> Signal.KV_CACHE_USAGE;
        };
    Scorer scorer = BuiltIns.of(Scorer.class, type, Map.of("absentScore", absent));
    assertThat(TestCycle.on(pool(signal, numbers(values))).score(scorer))
        .containsExactly(numbers(scores), ROUNDING);
  }

  private static double[] score(String type, Signal signal, String values) {
    Scorer scorer = BuiltIns.of(Scorer.class, type, null);
    assertThat(scorer.inputs()).isEqualTo(Scorer.Inputs.SNAPSHOT);
    return TestCycle.on(pool(signal, numbers(values))).score(scorer);
  }

  @Test
  void bothCountsAreReadFromTheirOwnColumn() {
    EndpointSnapshot pool =
        EndpointSnapshot.builder()
            .endpoints(2)
            .value(Signal.WAITING_REQUESTS, 0, 0)
            .value(Signal.WAITING_REQUESTS, 1, 9)
            .value(Signal.RUNNING_REQUESTS, 0, 9)
            .value(Signal.RUNNING_REQUESTS, 1, 0)
            .build();
    assertThat(TestCycle.on(pool).score(BuiltInPlugins.queueScorer())).containsExactly(1, 0);
    assertThat(TestCycle.on(pool).score(BuiltInPlugins.runningRequestsScorer()))
        .containsExactly(0, 1);
  }

  @Test
  void onlyCandidatesCount() {
    EndpointSnapshot pool = pool(Signal.WAITING_REQUESTS, 0, 5, 6, 7, 100);
    assertThat(TestCycle.on(pool).only(1, 2, 3).score(BuiltInPlugins.queueScorer()))
        .containsExactly(1, 0.5, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "0,  1,   0 0 0,      1 1 1",
    "0,  1,   0 5 10,     1 0.5 0",
    "0,  1,   10 10,      0 0",
    "0,  0.5, 0 5 10,     1 0.25 0",
    "2,  0.8, 0 2 3 4,    1 1 0.2 0",
    "4,  1,   0 2 4,      1 1 1",
    "-3, 1,   0 1,        1 0",
    "0,  0,   0 1 2,      1 0 0",
  })
  void activeRequestsScoreAgainstTheBusiest(
      int idleThreshold, double maxBusyScore, String inFlight, String scores) {
    Scorer scorer =
        BuiltIns.of(
            Scorer.class,
            "active-request-scorer",
            Map.of("idleThreshold", idleThreshold, "maxBusyScore", maxBusyScore));
    double[] requests = numbers(inFlight);
    TestCycle cycle = TestCycle.on(EndpointSnapshot.builder().endpoints(requests.length).build());
    for (int i = 0; i < requests.length; i++) {
      cycle.inFlight(i, requests[i], 0);
    }
    assertThat(cycle.score(scorer)).containsExactly(numbers(scores), ROUNDING);
  }

  @ParameterizedTest
  @CsvSource({
    "1000,    0,       0,       1",
    "1000,    250,     0,       0.75",
    "1000,    0,       250,     0.75",
    "1000,    250,     250,     0.5",
    "1000,    1000,    0,       0",
    "1000,    900,     900,     0",
    "0,       2097152, 0,       0.5",
    "-5,      1048576, 1048576, 0.5",
    "8589934592, 4294967296, 0, 0.5",
  })
  void tokensScoreAgainstAThreshold(long threshold, double inFlight, double added, double score) {
    BuiltIns builtIns = new BuiltIns();
    Scorer scorer =
        builtIns.make(Scorer.class, "token-load-scorer", Map.of("queueThresholdTokens", threshold));
    TestCycle cycle =
        TestCycle.on(EndpointSnapshot.builder().endpoints(2).build()).inFlight(1, 0, inFlight);
    cycle.put(builtIns.key("UncachedRequestTokens", "inflight-load-producer"), 1, added);
    assertThat(cycle.score(scorer)).containsExactly(new double[] {1, score}, ROUNDING);
  }

  @Test
  void tokensAreScoredByDefaultAgainstFourMebitokens() {
    BuiltIns builtIns = new BuiltIns();
    TestCycle cycle =
        TestCycle.on(EndpointSnapshot.builder().endpoints(1).build()).inFlight(0, 0, 1_048_576);
    assertThat(cycle.score(builtIns.make(Scorer.class, "token-load-scorer", null)))
        .containsExactly(0.75);
    Scorer built = BuiltInPlugins.tokenLoadScorer(new BuiltIns().graph.context("t"));
    assertThat(cycle.score(built)).containsExactly(0.75);
  }

  @Test
  void aNamedLoadProducerIsTheOneThatIsRead() {
    BuiltIns builtIns = new BuiltIns();
    Map<String, String> parameters = Map.of("inFlightLoadProducerName", "mine");
    Scorer scorer = builtIns.make(Scorer.class, "token-load-scorer", parameters);
    TestCycle cycle = TestCycle.on(EndpointSnapshot.builder().endpoints(1).build());
    cycle.put(builtIns.key("UncachedRequestTokens", "inflight-load-producer"), 0, 1e9);
    assertThat(cycle.score(scorer)).containsExactly(1);
    builtIns.make(Scorer.class, "active-request-scorer", parameters);
    assertThat(builtIns.graph.missing())
        .extracting(missing -> missing.dataType() + "/" + missing.producer())
        .containsExactly("UncachedRequestTokens/mine", "InFlightLoad/mine");
    assertThat(builtIns.graph.missing()).allMatch(missing -> missing.required());
  }
}
