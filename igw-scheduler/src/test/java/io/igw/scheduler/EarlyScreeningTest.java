package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.spi.CandidateHint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Screener;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests that wait are screened when they come, and scheduled among what was left. */
class EarlyScreeningTest {
  /** Keeps one of three groups, another one each time. */
  private static final class InTurns implements Screener {
    private int turn;

    @Override
    public void screen(Cycle cycle, Candidates candidates) {
      int group = turn++ % 3;
      candidates.retainIf(i -> Fixture.number(cycle.view(i).endpoint()) % 3 == group);
    }
  }

  private final EndpointPool pool = Fixture.pool(9);
  private final InTurns screener = new InTurns();
  private final Fixture.Recorder faults = new Fixture.Recorder();
  private final Scheduler scheduler =
      Fixture.scheduler(pool)
          .metrics(faults)
          .screener("turns", screener)
          .profile("default", profile -> {})
          .build();

  private static List<Integer> numbers(CandidateHint hint) {
    return IntStream.range(0, hint.size()).mapToObj(i -> Fixture.number(hint.endpoint(i))).toList();
  }

  @Test
  void theScreenersChoiceHoldsUntilThePick() {
    CandidateHint hint = scheduler.screen(Fixture.REQUEST, null);
    assertThat(numbers(hint)).containsExactly(0, 3, 6);
    for (int i = 0; i < 20; i++) {
      Decision decision = (Decision) scheduler.schedule(Fixture.REQUEST, null, hint);
      assertThat(Fixture.number(decision.endpoint())).isIn(0, 3, 6);
    }
    assertThat(screener.turn).isEqualTo(1);
  }

  @Test
  void theSubsetCountsToo() {
    InferenceRequest request =
        InferenceRequest.builder().subset((host, port) -> host.compareTo("10.0.0.4") < 0).build();
    assertThat(numbers(scheduler.screen(request, null))).containsExactly(0, 3);
    InferenceRequest nowhere = InferenceRequest.builder().subset((host, port) -> false).build();
    assertThat(scheduler.screen(nowhere, null).size()).isZero();
  }

  @Test
  void endpointsThatLeaveMeanwhileAreLeftOut() {
    CandidateHint hint = scheduler.screen(Fixture.REQUEST, null);
    pool.replaceAll(List.of(Fixture.spec(1), Fixture.spec(6)));
    Decision decision = (Decision) scheduler.schedule(Fixture.REQUEST, null, hint);
    assertThat(Fixture.number(decision.endpoint())).isEqualTo(6);
    assertThat(screener.turn).isEqualTo(1);
  }

  @Test
  void whereNoneIsLeftTheScreenersRunAgain() {
    CandidateHint hint = scheduler.screen(Fixture.REQUEST, null);
    pool.replaceAll(List.of(Fixture.spec(1), Fixture.spec(2)));
    Decision decision = (Decision) scheduler.schedule(Fixture.REQUEST, null, hint);
    assertThat(Fixture.number(decision.endpoint())).isEqualTo(1);
    assertThat(screener.turn).isEqualTo(2);
    CandidateHint gone = scheduler.screen(Fixture.REQUEST, null);
    assertThat(numbers(gone)).containsExactly(2);
    pool.replaceAll(List.of(Fixture.spec(8)));
    assertThat(scheduler.schedule(Fixture.REQUEST, null, gone)).isInstanceOf(Rejection.class);
  }

  @Test
  void aRequestThatBreaksIsToldAndHasNoCandidates() {
    InferenceRequest broken =
        InferenceRequest.builder()
            .subset((host, port) -> {
              throw new IllegalStateException("planted");
            })
            .build();
    assertThat(scheduler.screen(broken, null).size()).isZero();
    assertThat(faults.faults).containsOnlyKeys("request threw");
  }
}
