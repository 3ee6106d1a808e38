package io.igw.scheduler;

import static io.igw.scheduler.Fixture.REQUEST;
import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.fixed;
import static io.igw.scheduler.Fixture.id;
import static io.igw.scheduler.Fixture.number;
import static io.igw.scheduler.Fixture.only;
import static io.igw.scheduler.Fixture.reject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.spi.PerEndpoint;
import io.igw.spi.RequestKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerTest {
  @Test
  void picksTheBestWeightedSum() {
    EndpointPool pool = Fixture.pool(3);
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile("p", p -> p.scorer("a", fixed(1, 0, 0.5), 1).scorer("b", fixed(0, 1, 0.8), 2))
            .build();
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(2);
  }

  @Test
  void aNegativeWeightRepels() {
    Scheduler scheduler =
        Fixture.scheduler(Fixture.pool(2))
            .profile("p", p -> p.scorer("a", fixed(1, 0), -1))
            .build();
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(1);
  }

  @Test
  void tiesGoToTheFewestInFlight() {
    EndpointPool pool = Fixture.pool(4);
    Scheduler scheduler = Fixture.scheduler(pool).profile("p", p -> {}).build();
    for (int i = 0; i < 12; i++) {
      decide(scheduler);
    }
    assertThat(Fixture.endpoints(pool)).extracting(pool::inFlightRequests).containsOnly(3.0);
  }

  @Test
  void equalSeedsDecideEqually() {
    List<List<Integer>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      Scheduler scheduler = Fixture.scheduler(Fixture.pool(10)).profile("p", p -> {}).build();
      List<Integer> picks = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        scheduler.evaluate(REQUEST);
        Decision decision = decide(scheduler);
        picks.add(number(decision.endpoint()));
        decision.abandon();
      }
      runs.add(picks);
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
    assertThat(runs.get(0).stream().distinct().count()).isGreaterThan(5);
  }

  @Test
  void evaluatingUsesUpNoRandomness() {
    Scheduler asked = Fixture.scheduler(Fixture.pool(10)).profile("p", p -> {}).build();
    Scheduler silent = Fixture.scheduler(Fixture.pool(10)).profile("p", p -> {}).build();
    for (int i = 0; i < 20; i++) {
      asked.evaluate(REQUEST);
      assertThat(number(decide(asked).endpoint())).isEqualTo(number(decide(silent).endpoint()));
    }
  }

  @Test
  void anEmptyPoolHasNoCandidates() {
    Scheduler scheduler = Fixture.scheduler(Fixture.pool(0)).profile("p", p -> {}).build();
    Rejection rejection = reject(scheduler, REQUEST);
    assertThat(rejection.reason()).isEqualTo(Rejection.Reason.NO_ENDPOINTS);
    assertThat(rejection.message())
        .isEqualTo("failed to find endpoint candidates for serving the request");
    assertThat(scheduler.openLeases()).isZero();
  }

  @Test
  void whoSleepsIsNoCandidate() {
    EndpointPool pool = Fixture.pool(3);
    Scheduler scheduler =
        Fixture.scheduler(pool).profile("p", p -> p.scorer("a", fixed(0, 1, 0.5), 1)).build();
    awake(pool, 1, 0);
    awake(pool, 0, 1);
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(2);
    awake(pool, 2, 0);
    assertThat(number(decide(scheduler).endpoint())).isZero();
    awake(pool, 0, 0);
    assertThat(reject(scheduler, REQUEST)).isSameAs(Rejections.NO_CANDIDATES);
    awake(pool, 1, 1);
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(1);
  }

  private static void awake(EndpointPool pool, int n, double value) {
    long later = pool.snapshot().version();
    pool.report(new EndpointReport(id(n), later).set(Signal.ENGINE_AWAKE, value));
  }

  @Test
  void theSubsetComesFirst() {
    Scheduler scheduler =
        Fixture.scheduler(Fixture.pool(4))
            .profile("p", p -> p.scorer("a", fixed(1, 0, 0, 1), 1))
            .build();
    InferenceRequest some =
        InferenceRequest.builder().subset((host, port) -> host.endsWith(".2")).build();
    assertThat(number(decide(scheduler, some).endpoint())).isEqualTo(2);
    InferenceRequest none = InferenceRequest.builder().subset((host, port) -> false).build();
    assertThat(reject(scheduler, none)).isSameAs(Rejections.NO_CANDIDATES);
  }

  @ParameterizedTest
  @CsvSource({"true,SATURATED", "false,NO_ENDPOINTS"})
  void anEmptyFilterResultIsRefused(boolean byLoad, Rejection.Reason reason) {
    Scheduler scheduler =
        Fixture.scheduler(Fixture.pool(2))
            .profile("p", p -> p.filter("f", Fixture.nothing(byLoad)).filter("g", only(0)))
            .build();
    Rejection rejection = reject(scheduler, REQUEST);
    assertThat(rejection.reason()).isEqualTo(reason);
    assertThat(rejection.message()).isEqualTo("no endpoints available for the given request");
  }

  @ParameterizedTest
  @CsvSource({"-1,1.0,true", "-1,0.99,false", "-1,NaN,false", "0,2.0,false", "5,2.0,false"})
  void sheddableRequestsAreDroppedWhenSaturated(int priority, double saturation, boolean shed) {
    Scheduler scheduler =
        Fixture.scheduler(Fixture.pool(2))
            .profile("p", p -> {})
            .saturationDetector((cycle, candidates) -> saturation)
            .build();
    InferenceRequest request = InferenceRequest.builder().priority(priority).build();
    Outcome outcome = scheduler.schedule(request, null);
    if (shed) {
      assertThat(outcome)
          .isEqualTo(
              Rejection.of(
                  Rejection.Reason.SATURATED, "system saturated, sheddable request dropped"));
    } else {
      assertThat(outcome).isInstanceOf(Decision.class);
    }
  }

  @Test
  void filtersSeeWhatTheFilterBeforeLeft() {
    List<Integer> sizes = new ArrayList<>();
    Scheduler scheduler =
        Fixture.scheduler(Fixture.pool(4))
            .profile(
                "p",
                p ->
                    p.filter("a", only(1, 2, 3))
                        .filter("b", (cycle, c) -> sizes.add(c.size()))
                        .filter("c", (cycle, c) -> c.retain(new long[] {0b1101}))
                        .filter("d", (cycle, c) -> sizes.add(c.size()))
                        .scorer("s", fixed(0, 1, 0, 1), 1))
            .build();
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(3);
    assertThat(sizes).containsExactly(3, 2);
  }

  @Test
  void columnsFollowThePositions() {
    EndpointPool pool = Fixture.pool(5);
    for (int n = 0; n < 5; n++) {
      pool.report(new EndpointReport(id(n), 1).set(Signal.WAITING_REQUESTS, n));
    }
    List<double[]> seen = new ArrayList<>();
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile(
                "p",
                p ->
                    p.filter(
                            "a",
                            (cycle, c) -> {
                              double[] column = cycle.column(Signal.WAITING_REQUESTS);
                              assertThat(column)
                                  .isSameAs(cycle.snapshot().column(Signal.WAITING_REQUESTS));
                              c.retainIf(i -> column[i] % 2 == 1);
                            })
                        .scorer(
                            "s",
                            (cycle, c, scores) -> {
                              double[] column = cycle.column(Signal.WAITING_REQUESTS);
                              assertThat(column).isSameAs(cycle.column(Signal.WAITING_REQUESTS));
                              seen.add(Arrays.copyOf(column, c.size()));
                              seen.add(Arrays.copyOf(cycle.inFlightRequests(), c.size()));
                              scores[1] = cycle.view(1).get(Signal.WAITING_REQUESTS) / 3;
                            },
                            1))
            .build();
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(3);
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(3);
    assertThat(seen.get(2)).containsExactly(1, 3);
    assertThat(seen.get(3)).containsExactly(0, 1);
  }

  @Test
  void producersFeedScorersByPositionAndReserveTokens() {
    Schema schema = new Schema();
    PerEndpoint cost = schema.perEndpoint("Cost", "p");
    PerEndpoint absent = schema.perEndpoint("Absent", "p");
    EndpointPool pool = Fixture.pool(4);
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .schema(schema)
            .producer(
                "p",
                (cycle, c) -> {
                  cycle.put(cost, cycle.snapshot().endpoint(3), 7.4);
                  cycle.put(cost, 1, 5);
                })
            .reservedTokens(cost)
            .profile(
                "p",
                p ->
                    p.filter("f", only(1, 2, 3))
                        .scorer(
                            "s",
                            (cycle, c, scores) -> {
                              assertThat(Arrays.copyOf(cycle.values(cost), 3))
                                  .containsExactly(5, 0, 7.4);
                              assertThat(Arrays.copyOf(cycle.values(absent), 3))
                                  .containsExactly(0, 0, 0);
                              assertThat(cycle.view(2).get(cost)).isEqualTo(7.4);
                              scores[2] = 1;
                            },
                            1))
            .build();
    Decision decision = decide(scheduler);
    assertThat(number(decision.endpoint())).isEqualTo(3);
    assertThat(pool.inFlightTokens(decision.endpoint())).isEqualTo(7);
    decision.abandon();
    assertThat(pool.inFlightTokens(decision.endpoint())).isZero();
  }

  @Test
  void producedValuesDoNotOutliveTheirRequest() {
    Schema schema = new Schema();
    PerEndpoint key = schema.perEndpoint("Cost", "p");
    RequestKey<String> note = schema.requestKey("note", String.class);
    List<Double> values = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    Scheduler scheduler =
        Fixture.scheduler(Fixture.pool(2))
            .producer(
                "p",
                (cycle, c) -> {
                  if (cycle.request().stream()) {
                    cycle.put(key, 0, 3);
                    cycle.set(note, "seen");
                  }
                  values.add(cycle.values(key)[0]);
                  notes.add(String.valueOf(cycle.get(note)));
                })
            .profile("p", p -> {})
            .build();
    decide(scheduler, InferenceRequest.builder().stream(true).build());
    decide(scheduler);
    assertThat(values).containsExactly(3.0, 0.0);
    assertThat(notes).containsExactly("seen", "null");
  }

  @Test
  void fallbacksFollowThePick() {
    Scheduler scheduler =
        Fixture.scheduler(Fixture.pool(4))
            .profile(
                "p",
                p ->
                    p.picker(
                        "three",
                        (cycle, c, totals, picked) -> {
                          picked[0] = 2;
                          picked[1] = 0;
                          picked[2] = 3;
                          return 3;
                        }))
            .build();
    Decision decision = decide(scheduler);
    assertThat(number(decision.endpoint())).isEqualTo(2);
    assertThat(decision.fallbacks()).extracting(Fixture::number).containsExactly(0, 3);
    assertThat(decision.headers()).isEmpty();
  }

  @Test
  void evaluateExplainsAndReservesNothing() {
    EndpointPool pool = Fixture.pool(3);
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile(
                "p",
                p ->
                    p.filter("f", only(0, 2))
                        .scorer("a", fixed(0.5, 0, 2), 1)
                        .scorer("b", Fixture.bySnapshot(fixed(1, 0, 0.25)), 3))
            .build();
    Evaluation evaluation = scheduler.evaluate(REQUEST);
    assertThat(evaluation.primary()).isEqualTo("p");
    assertThat(evaluation.snapshotVersion()).isEqualTo(pool.snapshot().version());
    Evaluation.ProfileRun run = evaluation.profiles().get(0);
    assertThat(run.scorers()).containsExactly("a", "b");
    Endpoint first = pool.snapshot().endpoint(0);
    Endpoint last = pool.snapshot().endpoint(2);
    assertThat(run.candidates())
        .containsExactly(
            new Evaluation.Candidate(first, List.of(0.5, 1.0), 3.5),
            new Evaluation.Candidate(last, List.of(1.0, 0.25), 1.75));
    assertThat(scheduler.openLeases()).isZero();
    assertThat(pool.inFlightRequests(first)).isZero();
  }

  @Test
  void pickAnswersBeforeItReturns() {
    Scheduler scheduler = Fixture.scheduler(Fixture.pool(1)).profile("p", p -> {}).build();
    List<Outcome> outcomes = new ArrayList<>();
    scheduler.pick(REQUEST, Runnable::run, outcomes::add).cancel();
    assertThat(outcomes).hasSize(1).first().isInstanceOf(Decision.class);
  }

  @Test
  void aClosedSchedulerRefusesAndKeepsItsLeases() {
    Scheduler scheduler = Fixture.scheduler(Fixture.pool(1)).profile("p", p -> {}).build();
    Decision decision = decide(scheduler);
    scheduler.close();
    assertThat(reject(scheduler, REQUEST).reason()).isEqualTo(Rejection.Reason.SHUTTING_DOWN);
    assertThat(scheduler.openLeases()).isEqualTo(1);
    assertThat(decision.abandon()).isTrue();
    assertThat(scheduler.openLeases()).isZero();
  }

  @Test
  void metricsHearOfEveryCycle() {
    Fixture.Recorder recorder = new Fixture.Recorder();
    EndpointPool pool = Fixture.pool(0);
    Scheduler scheduler = Fixture.scheduler(pool).metrics(recorder).profile("p", p -> {}).build();
    scheduler.schedule(REQUEST, null);
    pool.upsert(Fixture.spec(0));
    scheduler.schedule(REQUEST, null);
    assertThat(recorder.reasons).containsExactly(Rejection.Reason.NO_ENDPOINTS, null);
  }

  @Test
  void misuseOfTheBuilderIsNamed() {
    EndpointPool pool = Fixture.pool(1);
    assertThatThrownBy(() -> Scheduler.builder(pool).build())
        .hasMessage("profiles: none (expected: at least one)");
    assertThatThrownBy(() -> Scheduler.builder(pool).profile("a", p -> {}).profile("a", p -> {}))
        .hasMessage("profile: a (expected: distinct names)");
    assertThatThrownBy(() ->
            Scheduler.builder(pool)
                .profile("p", p -> p.scorer("s", fixed(1), Double.POSITIVE_INFINITY)))
        .hasMessage("weight: Infinity (expected: a finite number)");
  }
}
