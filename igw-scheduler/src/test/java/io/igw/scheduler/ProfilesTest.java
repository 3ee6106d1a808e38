package io.igw.scheduler;

import static io.igw.scheduler.Fixture.REQUEST;
import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.fixed;
import static io.igw.scheduler.Fixture.number;
import static io.igw.scheduler.Fixture.only;
import static io.igw.scheduler.Fixture.reject;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Rejection;
import io.igw.spi.Cycle;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several profiles: a small prefill and decode pair. */
class ProfilesTest {
  private final EndpointPool pool = Fixture.pool(6);

  /** Runs decode, then prefill; the decode endpoint serves, the prefill endpoint is a header. */
  private static class Pair implements ProfileHandler {
    @Override
    public @Nullable String next(Cycle cycle, ProfileResults results) {
      assertThat(cycle.profile()).isEmpty();
      return !results.ran("decode") ? "decode" : !results.ran("prefill") ? "prefill" : null;
    }

    @Override
    public @Nullable String merge(Cycle cycle, ProfileResults results) {
      if (results.failed("decode")) {
        return null;
      }
      if (!results.failed("prefill")) {
        results.header("x-prefiller-host-port", results.picked("prefill", 0).hostPort());
      }
      return "decode";
    }
  }

  private SchedulerBuilder pair(ProfileHandler handler) {
    return Fixture.scheduler(pool)
        .profile(
            "prefill",
            p -> p.filter("first", only(0, 1, 2)).scorer("s", fixed(0, 1, 0, 0, 0, 0), 1))
        .profile(
            "decode", p -> p.filter("last", only(3, 4, 5)).scorer("s", fixed(0, 0, 0, 0, 0, 1), 1))
        .profileHandler(handler);
  }

  private double requests(int n) {
    return pool.inFlightRequests(pool.snapshot().endpoint(n));
  }

  private double tokens(int n) {
    return pool.inFlightTokens(pool.snapshot().endpoint(n));
  }

  private static io.igw.api.InferenceRequest prompt(int tokens) {
    return io.igw.api.InferenceRequest.builder().prompt("abcd".repeat(tokens)).build();
  }

  @Test
  void eachProfileHoldsAShare() {
    Decision decision = decide(pair(new Pair()).build(), prompt(10));
    assertThat(number(decision.endpoint())).isEqualTo(5);
    assertThat(decision.headers()).containsEntry("x-prefiller-host-port", "10.0.0.1:8000");
    assertThat(requests(1)).isEqualTo(1);
    assertThat(requests(5)).isEqualTo(1);
    assertThat(tokens(1)).isEqualTo(10);
    decision.complete(io.igw.api.Usage.UNKNOWN);
    assertThat(Fixture.totalRequests(pool, Fixture.endpoints(pool))).isZero();
    assertThat(tokens(1) + tokens(5)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"true,0", "false,10"})
  void theFirstByteEndsThePrefillShare(boolean releaseTokens, double decodeTokens) {
    Scheduler scheduler = pair(new Pair()).releaseTokensOnFirstByte(releaseTokens).build();
    Decision decision = decide(scheduler, prompt(10));
    decision.progress(1);
    decision.progress(2);
    assertThat(requests(1)).isZero();
    assertThat(tokens(1)).isZero();
    assertThat(requests(5)).isEqualTo(1);
    assertThat(tokens(5)).isEqualTo(decodeTokens);
    assertThat(decision.abandon()).isTrue();
    assertThat(requests(5) + tokens(5)).isZero();
  }

  @Test
  void profilesSeeTheirOwnCandidatesAndKeepThemUntilMerge() {
    List<String> seen = new ArrayList<>();
    ProfileHandler joint =
        new Pair() {
          @Override
          public @Nullable String merge(Cycle cycle, ProfileResults results) {
            seen.addAll(results.profiles());
            assertThat(results.candidates("prefill").size()).isEqualTo(3);
            assertThat(results.candidates("decode").ordinal(0)).isEqualTo(3);
            assertThat(results.total("prefill", 1)).isEqualTo(1);
            assertThat(results.total("decode", 2)).isEqualTo(1);
            assertThat(results.pickedCount("decode")).isEqualTo(1);
            results.repick("decode", 0);
            return super.merge(cycle, results);
          }
        };
    Decision decision = decide(pair(joint).build());
    assertThat(seen).containsExactly("prefill", "decode");
    assertThat(number(decision.endpoint())).isEqualTo(3);
    assertThat(requests(3)).isEqualTo(1);
    assertThat(requests(5)).isZero();
  }

  @Test
  void aRepickedFallbackIsNoFallbackAnyMore() {
    ProfileHandler second =
        new ProfileHandler() {
          @Override
          public @Nullable String next(Cycle cycle, ProfileResults results) {
            return results.ran("p") ? null : "p";
          }

          @Override
          public String merge(Cycle cycle, ProfileResults results) {
            results.repick("p", 1);
            return "p";
          }
        };
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile(
                "p",
                p ->
                    p.picker(
                        "three",
                        (cycle, candidates, totals, picked) -> {
                          picked[0] = 0;
                          picked[1] = 1;
                          picked[2] = 2;
                          return 3;
                        }))
            .profileHandler(second)
            .build();
    Decision decision = decide(scheduler);
    assertThat(number(decision.endpoint())).isEqualTo(1);
    assertThat(decision.fallbacks()).extracting(Fixture::number).containsExactly(2);
  }

  @Test
  void listenersSeeTheReservationAndMaySetHeaders() {
    List<String> heard = new ArrayList<>();
    Scheduler scheduler =
        pair(new Pair())
            .listener(
                "first",
                (cycle, results, primary) -> {
                  heard.add(primary + " " + PickListener.prefillProfile(results));
                  assertThat(requests(5)).isEqualTo(1);
                  results.header("x-order", "first");
                })
            .listener("second", (cycle, results, primary) -> results.header("x-order", "second"))
            .build();
    Decision decision = decide(scheduler);
    assertThat(heard).containsExactly("decode prefill");
    assertThat(decision.headers()).containsEntry("x-order", "second").hasSize(2);
  }

  @Test
  void aFailedSecondaryProfileHoldsNoShare() {
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile("prefill", p -> p.filter("none", Fixture.nothing(true)))
            .profile("decode", p -> p.filter("last", only(5)))
            .profileHandler(new Pair())
            .build();
    Decision decision = decide(scheduler);
    assertThat(decision.headers()).isEmpty();
    assertThat(Fixture.totalRequests(pool, Fixture.endpoints(pool))).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "true,false,SATURATED",
    "false,true,NO_ENDPOINTS",
    "true,true,SATURATED",
    "false,false,NO_ENDPOINTS"
  })
  void theFirstFailedProfileInNameOrderGivesTheReason(
      boolean decodeByLoad, boolean prefillByLoad, Rejection.Reason reason) {
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile("prefill", p -> p.filter("none", Fixture.nothing(prefillByLoad)))
            .profile("decode", p -> p.filter("none", Fixture.nothing(decodeByLoad)))
            .profileHandler(new Pair())
            .build();
    assertThat(reject(scheduler, REQUEST).reason()).isEqualTo(reason);
  }

  @Test
  void evaluateShowsEveryProfileThatRan() {
    Evaluation evaluation = pair(new Pair()).build().evaluate(REQUEST);
    assertThat(evaluation.profiles())
        .extracting(Evaluation.ProfileRun::profile)
        .containsExactly("decode", "prefill");
    assertThat(evaluation.primary()).isEqualTo("decode");
    assertThat(evaluation.profiles().get(1).candidates()).hasSize(3);
  }

  @Test
  void severalProfilesNeedAHandler() {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> Fixture.scheduler(pool).profile("a", p -> {}).profile("b", p -> {}).build())
        .hasMessage("profileHandler: none (expected with several profiles)");
  }
}
