package io.igw.scheduler;

import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.number;
import static io.igw.scheduler.Fixture.reject;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.spi.PerEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a gateway may ask beside the pick: runners-up, and a refusal where nothing is cached. */
class GatewayWishesTest {
  @ParameterizedTest
  @CsvSource({"1, 4, ''", "2, 4, '3'", "3, 4, '3,2'", "8, 4, '3,2,0'", "2, 1, ''"})
  void runnersUpFollowThePickByScore(int least, int endpoints, String fallbacks) {
    Scheduler scheduler =
        Fixture.scheduler(Fixture.pool(endpoints))
            .leastPicks(least)
            .profile(
                "p",
                p ->
                    p.scorer("rising", (cycle, c, scores) -> rising(scores, c.size()), 1)
                        .picker(
                            "second",
                            (cycle, c, totals, picked) -> {
                              picked[0] = Math.min(1, c.size() - 1);
                              return 1;
                            }))
            .build();
    Decision decision = decide(scheduler);
    assertThat(decision.fallbacks().stream().map(f -> "" + number(f)))
        .containsExactly(fallbacks.isEmpty() ? new String[0] : fallbacks.split(","));
    assertThat(decision.fallbacks()).doesNotContain(decision.endpoint());
  }

  @Test
  void scoresAreToldIfAskedFor() {
    SchedulerBuilder builder =
        Fixture.scheduler(Fixture.pool(4))
            .profile(
                "p",
                p ->
                    p.filter("some", Fixture.only(0, 2, 3))
                        .scorer("a", Fixture.fixed(0, 0, 0.5, 1), 2)
                        .scorer("b", Fixture.fixed(1, 1, 1, 0), 0.5));
    assertThat(decide(builder.build()).scores()).isEmpty();
    Decision decision = decide(builder.keepScores(true).build());
    assertThat(decision.scores()).extracting(s -> number(s.endpoint())).containsExactly(0, 2, 3);
    assertThat(decision.scores()).extracting(s -> s.score()).containsExactly(0.5, 1.5, 2.0);
    assertThat(number(decision.endpoint())).isEqualTo(3);
  }

  private static void rising(double[] scores, int size) {
    for (int i = 0; i < size; i++) {
      scores[i] = i / 10.0;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "if-available, true",
    "IF-Available, true",
    "'respond-async, if-available; wait=5', true",
    "'wait=100 ,\tif-available', true",
    "if-available=1, true",
    "if-availableness, false",
    "not-if-available, false",
    "'note=\"a,if-available\"', false",
    "'note=\"a\\\",if-available\", if-available', true",
    "respond-async, false",
    "'', false",
  })
  void requestsForCachedPromptsOnlyNeedAHit(String prefer, boolean conditional) {
    PerEndpoint held = new PerEndpoint("blocks", "p", 0);
    double[] blocks = {0};
    EndpointPool pool = Fixture.pool(1);
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .producer("p", (cycle, c) -> cycle.putAll(held, blocks[0]))
            .cacheHits(held)
            .profile("p", p -> {})
            .build();
    // Rule EPP-32: a list may go on in a further line.
    InferenceRequest request =
        InferenceRequest.builder()
            .header("prefer", "respond-async")
            .header("prefer", prefer)
            .build();
    if (conditional) {
      assertThat(reject(scheduler, request).reason()).isEqualTo(Rejection.Reason.NOT_CACHED);
      assertThat(pool.inFlightRequests(pool.snapshot().endpoint(0))).isZero();
    }
    blocks[0] = conditional ? 1 : 0;
    decide(scheduler, request).abandon();
    Scheduler blind = Fixture.scheduler(pool).profile("p", p -> {}).build();
    assertThat(blind.schedule(request, null) instanceof Rejection).isEqualTo(conditional);
  }
}
