package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.PerEndpoint;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerTest {
  private static final InferenceRequest REQUEST =
      InferenceRequest.builder().model("m").prompt("hello world").build();

  private final Faults faults = new Faults();
  private final EndpointPool pool = Pools.of(4);

  private static Scorer prefers(int ordinal) {
    return (cycle, candidates, scores) -> {
      for (int i = 0; i < candidates.size(); i++) {
        scores[i] = candidates.ordinal(i) == ordinal ? 1 : 0;
      }
    };
  }

  private static Filter keeps(int... ordinals) {
    return (cycle, candidates) ->
        candidates.retainIf(
            i -> java.util.Arrays.stream(ordinals).anyMatch(o -> o == candidates.ordinal(i)));
  }

  private Scheduler.Builder builder() {
    return Scheduler.builder(pool).metrics(faults).seed(1);
  }

  private Scheduler one(java.util.function.Consumer<Profile.Builder> profile) {
    return builder().profile("default", profile).build();
  }

  private static int ordinal(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Decision.class);
    return Integer.parseInt(((Decision) outcome).endpoint().id().name().substring(4));
  }

  @Test
  void theWeightedSumDecides() {
    Scheduler scheduler =
        one(p ->
            p.scorer("a", prefers(1), 1).scorer("b", prefers(2), 1.5).scorer("c", prefers(1), 1));
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(1);
  }

  @Test
  void negativeWeightsRepel() {
    Scheduler scheduler =
        one(p ->
            p.scorer("a", prefers(1), 1).scorer("b", prefers(1), -2).scorer("c", prefers(3), 0.5));
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(3);
  }

  @Test
  void columnsFollowTheCandidates() {
    for (int i = 0; i < 4; i++) {
      Pools.metrics(pool, i, 10 + i, 0, 0);
    }
    double[][] seen = new double[2][];
    Scheduler scheduler =
        one(p ->
            p.filter("f", keeps(1, 3))
                .scorer(
                    "s",
                    (cycle, candidates, scores) -> {
                      double[] column = cycle.column(Signal.WAITING_REQUESTS);
                      seen[0] = new double[] {column[0], column[1]};
                      seen[1] =
                          new double[] {
                            candidates.size(), cycle.view(1).get(Signal.WAITING_REQUESTS)
                          };
                    },
                    1));
    scheduler.schedule(REQUEST, null);
    assertThat(seen[0]).containsExactly(11, 13);
    assertThat(seen[1]).containsExactly(2, 13);
  }

  @Test
  void aSecondFilterSeesWhatTheFirstLeft() {
    Scheduler scheduler =
        one(p ->
            p.filter("f", keeps(0, 1, 2))
                .filter(
                    "g",
                    (cycle, candidates) -> {
                      assertThat(candidates.size()).isEqualTo(3);
                      candidates.retain(new long[] {0b0100});
                    }));
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(2);
  }

  @Test
  void snapshotScorersCountTheSameFilteredOrNot() {
    Scorer snapshot =
        new Scorer() {
          @Override
          public void score(Cycle cycle, Candidates candidates, double[] scores) {
            double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
            for (int i = 0; i < candidates.size(); i++) {
              scores[i] = 1 - kv[i];
            }
          }

          @Override
          public Inputs inputs() {
            return Inputs.SNAPSHOT;
          }
        };
    for (int i = 0; i < 4; i++) {
      Pools.metrics(pool, i, 0, 0, i == 2 ? 0.1 : 0.9);
    }
    assertThat(ordinal(one(p -> p.scorer("kv", snapshot, 1)).schedule(REQUEST, null))).isEqualTo(2);
    Scheduler filtered = one(p -> p.filter("f", keeps(2, 3)).scorer("kv", snapshot, 1));
    assertThat(ordinal(filtered.schedule(REQUEST, null))).isEqualTo(2);
    Pools.metrics(pool, 3, 0, 0, 0.0);
    assertThat(ordinal(one(p -> p.scorer("kv", snapshot, 1)).schedule(REQUEST, null)))
        .as("follows the next snapshot")
        .isEqualTo(3);
  }

  @Test
  void theSubsetRestricts() {
    Scheduler scheduler = one(p -> p.scorer("s", prefers(0), 1));
    InferenceRequest restricted =
        InferenceRequest.builder()
            .subset((host, port) -> host.equals("10.0.0.4") && port == 8000)
            .build();
    assertThat(ordinal(scheduler.schedule(restricted, null))).isEqualTo(3);
    InferenceRequest nothing = InferenceRequest.builder().subset((host, port) -> false).build();
    assertThat(scheduler.schedule(nothing, null))
        .isEqualTo(
            Rejection.of(
                Reason.NO_ENDPOINTS, "failed to find endpoint candidates for serving the request"));
  }

  @Test
  void anEmptyPoolIsNoEndpoints() {
    Scheduler scheduler =
        Scheduler.builder(EndpointPool.builder().build()).profile("default", p -> {}).build();
    assertThat(((Rejection) scheduler.schedule(REQUEST, null)).reason())
        .isEqualTo(Reason.NO_ENDPOINTS);
  }

  @ParameterizedTest
  @CsvSource({"true,SATURATED", "false,NO_ENDPOINTS"})
  void nothingLeftAfterFilteringSaysWhy(boolean byLoad, Reason reason) {
    Filter none =
        new Filter() {
          @Override
          public void filter(Cycle cycle, Candidates candidates) {
            candidates.retain(new long[0]);
          }

          @Override
          public boolean removesByLoad() {
            return byLoad;
          }
        };
    assertThat(one(p -> p.filter("none", none)).schedule(REQUEST, null))
        .isEqualTo(Rejection.of(reason, "no endpoints available for the given request"));
  }

  @ParameterizedTest
  @CsvSource({"-1,1.0,true", "-1,0.99,false", "0,5.0,false", "-1,Infinity,true"})
  void shedsBelowPriorityZeroWhenSaturated(int priority, double saturation, boolean shed) {
    Scheduler scheduler =
        builder()
            .profile("default", p -> {})
            .saturationDetector((cycle, candidates) -> saturation)
            .build();
    Outcome outcome =
        scheduler.schedule(InferenceRequest.builder().priority(priority).build(), null);
    if (shed) {
      assertThat(outcome)
          .isEqualTo(Rejection.of(Reason.SATURATED, "system saturated, sheddable request dropped"));
    } else {
      assertThat(outcome).isInstanceOf(Decision.class);
    }
  }

  @Test
  void aFilterThatThrowsKeepsItsInput() {
    Filter halfway =
        (cycle, candidates) -> {
          candidates.retain(new long[] {1});
          throw new IllegalStateException("broken");
        };
    Scheduler scheduler =
        one(p -> p.filter("keep", keeps(1, 2)).filter("bad", halfway).scorer("s", prefers(2), 1));
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(2);
    assertThat(faults.faults).containsExactly("bad:threw");
  }

  @Test
  void scoresOutsideTheRangeAreClampedAndCounted() {
    Scorer wild =
        (cycle, candidates, scores) -> {
          scores[0] = Double.NaN;
          scores[1] = 1.5;
          scores[2] = Double.POSITIVE_INFINITY;
          scores[3] = -3;
        };
    Scheduler scheduler =
        one(p ->
            p.scorer("wild", wild, 1)
                .scorer("half", (c, k, s) -> java.util.Arrays.fill(s, 0, 4, 0.5), 1));
    Evaluation evaluation = scheduler.evaluate(REQUEST);
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(1);
    Evaluation.Candidate best = evaluation.profiles().get(0).candidates().get(0);
    assertThat(best.total()).isEqualTo(1.5);
    assertThat(faults.faults).contains("wild:nan", "wild:range");
  }

  @Test
  void aScorerThatThrowsAddsNothing() {
    Scorer bad =
        (cycle, candidates, scores) -> {
          scores[3] = 1;
          throw new IllegalStateException("broken");
        };
    assertThat(
            ordinal(
                one(p -> p.scorer("bad", bad, 9).scorer("s", prefers(2), 1))
                    .schedule(REQUEST, null)))
        .isEqualTo(2);
    assertThat(faults.faults).containsExactly("bad:threw");
  }

  @ParameterizedTest
  @CsvSource({"0,0", "9,0", "1,99", "1,-1", "2,1"})
  void aPickerThatReturnsNonsenseFallsBackToTheBestTotal(int count, int position) {
    Scheduler scheduler =
        one(p ->
            p.scorer("s", prefers(2), 1)
                .picker(
                    "bad",
                    (cycle, candidates, totals, picked) -> {
                      picked[0] = position;
                      picked[1] = position;
                      return count;
                    }));
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(2);
    assertThat(faults.faults).containsExactly("bad:range");
  }

  @Test
  void aPickerThatThrowsFallsBackToTheBestTotal() {
    Scheduler scheduler =
        one(p ->
            p.scorer("s", prefers(3), 1)
                .picker(
                    "bad",
                    (cycle, candidates, totals, picked) -> {
                      throw new IllegalStateException("broken");
                    }));
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(3);
    assertThat(faults.faults).containsExactly("bad:threw");
  }

  @Test
  void oneBrokenProducerDisablesNoOther() {
    io.igw.api.Schema schema = new io.igw.api.Schema();
    PerEndpoint key = schema.perEndpoint("x", "good");
    Scheduler scheduler =
        builder()
            .schema(schema)
            .producer(
                "bad",
                (cycle, candidates) -> {
                  throw new IllegalStateException("broken");
                })
            .producer("good", (cycle, candidates) -> cycle.put(key, 2, 0.75))
            .profile(
                "default",
                p ->
                    p.filter("f", keeps(1, 2))
                        .scorer(
                            "s",
                            (cycle, candidates, scores) ->
                                System.arraycopy(cycle.values(key), 0, scores, 0, 2),
                            1))
            .build();
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(2);
    assertThat(faults.faults).containsExactly("bad:threw");
  }

  @Test
  void producedValuesDoNotOutliveTheirCycle() {
    io.igw.api.Schema schema = new io.igw.api.Schema();
    PerEndpoint key = schema.perEndpoint("x", "p");
    AtomicInteger cycles = new AtomicInteger();
    Scheduler scheduler =
        builder()
            .schema(schema)
            .producer(
                "p",
                (cycle, candidates) -> {
                  if (cycles.getAndIncrement() == 0) {
                    cycle.put(key, 3, 1);
                  }
                })
            .profile(
                "default",
                p ->
                    p.scorer(
                        "s",
                        (cycle, candidates, scores) ->
                            System.arraycopy(cycle.values(key), 0, scores, 0, 4),
                        1))
            .build();
    assertThat(ordinal(scheduler.schedule(REQUEST, null))).isEqualTo(3);
    assertThat(scheduler.evaluate(REQUEST).profiles().get(0).candidates())
        .allMatch(c -> c.total() == 0);
  }

  @Test
  void severalProfilesEachHoldAShare() {
    ProfileHandler handler = new PrefillThenDecode();
    Scheduler scheduler =
        builder()
            .profile("decode", p -> p.scorer("s", prefers(1), 1))
            .profile("prefill", p -> p.scorer("s", prefers(3), 1))
            .profileHandler(handler)
            .build();
    Decision decision = (Decision) scheduler.schedule(REQUEST, null);
    assertThat(ordinal(decision)).isEqualTo(1);
    assertThat(decision.headers()).isEqualTo(Map.of("x-prefiller-host-port", "10.0.0.4:8000"));
    assertThat(inFlight(3)).isEqualTo(1);
    decision.progress(0);
    assertThat(inFlight(3)).as("prefill is over with the first byte").isZero();
    assertThat(inFlight(1)).isEqualTo(1);
    decision.abandon();
    assertThat(Pools.inFlight(pool)).isZero();
  }

  @Test
  void aHandlerThatThrowsIsAnInternalError() {
    ProfileHandler handler =
        new PrefillThenDecode() {
          @Override
          public @Nullable String next(Cycle cycle, ProfileResults results) {
            throw new IllegalStateException("broken");
          }
        };
    Scheduler scheduler = builder().profile("decode", p -> {}).profileHandler(handler).build();
    assertThat(((Rejection) scheduler.schedule(REQUEST, null)).reason()).isEqualTo(Reason.INTERNAL);
  }

  @Test
  void fallbacksFollowTheBest() {
    Scheduler scheduler =
        one(p ->
            p.picker(
                "three",
                (cycle, candidates, totals, picked) -> {
                  picked[0] = 2;
                  picked[1] = 0;
                  picked[2] = 3;
                  return 3;
                }));
    Decision decision = (Decision) scheduler.schedule(REQUEST, null);
    assertThat(ordinal(decision)).isEqualTo(2);
    assertThat(decision.fallbacks())
        .extracting(Endpoint::id)
        .containsExactly(Pools.id(0), Pools.id(3));
  }

  @Test
  void evaluateReservesNothing() {
    Scheduler scheduler = one(p -> p.scorer("s", prefers(1), 2));
    Evaluation evaluation = scheduler.evaluate(REQUEST);
    assertThat(evaluation.primary()).isEqualTo("default");
    Evaluation.ProfileRun run = evaluation.profiles().get(0);
    assertThat(run.scorers()).containsExactly("s");
    assertThat(run.candidates()).hasSize(4);
    assertThat(run.candidates().get(0).endpoint().id()).isEqualTo(Pools.id(1));
    assertThat(run.candidates().get(0).scores()).isEqualTo(List.of(1.0));
    assertThat(Pools.inFlight(pool)).isZero();
    assertThat(scheduler.openLeases()).isZero();
  }

  @Test
  void theSameSeedDecidesTheSame() {
    Scheduler.Builder random = builder();
    random.profile(
        "default",
        p ->
            p.picker(
                "random",
                (cycle, candidates, totals, picked) -> {
                  picked[0] = cycle.random().nextInt(candidates.size());
                  return 1;
                }));
    List<Integer> first = picks(random.seed(42).build());
    List<Integer> second = picks(random.seed(42).build());
    assertThat(first).isEqualTo(second).contains(0, 1, 2, 3);
    assertThat(picks(random.seed(43).build())).isNotEqualTo(first);
  }

  private List<Integer> picks(Scheduler scheduler) {
    return java.util.stream.IntStream.range(0, 50)
        .mapToObj(i -> ordinal(scheduler.schedule(REQUEST, null)))
        .toList();
  }

  @Test
  void aClosedSchedulerRefuses() {
    Scheduler scheduler = one(p -> {});
    scheduler.close();
    assertThat(((Rejection) scheduler.schedule(REQUEST, null)).reason())
        .isEqualTo(Reason.SHUTTING_DOWN);
  }

  @Test
  void buildSaysWhatIsMissing() {
    assertThatThrownBy(() -> builder().build())
        .hasMessage("profiles: none (expected: at least one)");
    assertThatThrownBy(() -> builder().profile("a", p -> {}).profile("b", p -> {}).build())
        .hasMessageContaining("profileHandler: none");
    assertThatThrownBy(
            () -> builder().profile("a", p -> p.scorer("s", prefers(0), Double.NaN)).build())
        .hasMessage("weight: NaN (expected: a finite number)");
  }

  private double inFlight(int ordinal) {
    return pool.inFlightRequests(pool.snapshot().endpoint(ordinal));
  }

  private static class PrefillThenDecode implements ProfileHandler {
    @Override
    public @Nullable String next(Cycle cycle, ProfileResults results) {
      return !results.ran("prefill") ? "prefill" : !results.ran("decode") ? "decode" : null;
    }

    @Override
    public @Nullable String merge(Cycle cycle, ProfileResults results) {
      results.header("x-prefiller-host-port", results.picked("prefill", 0).hostPort());
      return "decode";
    }
  }
}
