package io.igw.scheduler;

import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.id;
import static io.igw.scheduler.Fixture.number;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the scheduler keeps of scorers that depend on the snapshot alone. */
class SnapshotScorerTest {
  @Test
  void aSnapshotScorerRunsOncePerSnapshotAndSetOfCandidates() {
    EndpointPool pool = Fixture.pool(3);
    int[] calls = {0};
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile(
                "p",
                p ->
                    p.scorer(
                        "s",
                        Fixture.bySnapshot((cycle, c, scores) -> {
                          calls[0]++;
                          Arrays.fill(scores, 0, c.size(), 0);
                          scores[c.size() - 1] = 1;
                        }),
                        1))
            .build();
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(2);
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(2);
    assertThat(calls[0]).isEqualTo(1);
    pool.report(new EndpointReport(id(0), 1).set(Signal.WAITING_REQUESTS, 1));
    decide(scheduler);
    assertThat(calls[0]).isEqualTo(2);
    InferenceRequest subset =
        InferenceRequest.builder().subset((host, port) -> !host.endsWith(".2")).build();
    for (int i = 0; i < 3; i++) {
      assertThat(number(decide(scheduler, subset).endpoint())).isEqualTo(1);
      assertThat(calls[0]).isEqualTo(3);
    }
  }

  @Test
  void setsOfCandidatesBeyondThoseThatAreKeptAreScoredAnew() {
    EndpointPool pool = Fixture.pool(6);
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile(
                "p",
                p ->
                    p.scorer(
                        "s",
                        Fixture.bySnapshot((cycle, c, scores) -> {
                          for (int i = 0; i < c.size(); i++) {
                            scores[i] = c.ordinal(i) / 10.0;
                          }
                        }),
                        1))
            .build();
    for (int round = 0; round < 3; round++) {
      for (int last = 1; last < 6; last++) {
        String beyond = "." + (last + 1);
        InferenceRequest subset =
            InferenceRequest.builder()
                .subset((host, port) -> host.substring(host.lastIndexOf('.')).compareTo(beyond) < 0)
                .build();
        assertThat(number(decide(scheduler, subset).endpoint())).isEqualTo(last);
      }
    }
  }
}
