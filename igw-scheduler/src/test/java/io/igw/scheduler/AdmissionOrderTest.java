package io.igw.scheduler;

import static io.igw.scheduler.Fixture.REQUEST;
import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.number;
import static io.igw.scheduler.Fixture.reject;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Attribute;
import io.igw.api.LoraAdapters;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What happens to a request before its profiles run, and to numbers that grow old. */
class AdmissionOrderTest {
  private final EndpointPool pool = Fixture.pool(4);
  private final Fixture.Recorder recorder = new Fixture.Recorder();

  @Test
  void screenersNarrowForEverythingAfterThem() {
    List<Integer> seen = new ArrayList<>();
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .screener("two", (cycle, candidates) -> candidates.retain(new long[] {0b0110}))
            .screener("one", (cycle, candidates) -> candidates.retainIf(i -> i == 1))
            .producer("p", (cycle, candidates) -> seen.add(candidates.size()))
            .admitter(
                "a",
                (cycle, candidates) -> {
                  seen.add(candidates.ordinal(0));
                  return null;
                })
            .profile("default", p -> {})
            .build();
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(2);
    assertThat(seen).containsExactly(1, 2);
  }

  @Test
  void nothingLeftAfterScreeningIsNoEndpoint() {
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .screener("none", (cycle, candidates) -> candidates.retain(new long[0]))
            .profile("default", p -> {})
            .build();
    assertThat(reject(scheduler, REQUEST).reason()).isEqualTo(Reason.NO_ENDPOINTS);
    assertThat(reject(scheduler, REQUEST).message()).contains("screeners");
  }

  @Test
  void theFirstDenialCountsAndKeepsItsReason() {
    Rejection full = new Rejection(Reason.QUEUE_FULL, "first", Duration.ofSeconds(3));
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .admitter("yes", (cycle, candidates) -> null)
            .admitter("no", (cycle, candidates) -> full)
            .admitter("never", (cycle, candidates) -> Rejection.of(Reason.INTERNAL, "second"))
            .profile("default", p -> {})
            .build();
    assertThat(reject(scheduler, REQUEST)).isSameAs(full);
    assertThat(scheduler.openLeases()).isZero();
  }

  @Test
  void whoThrowsChangesNothing() {
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .metrics(recorder)
            .screener(
                "s",
                (cycle, candidates) -> {
                  candidates.retain(new long[0]);
                  throw new IllegalStateException("planted");
                })
            .admitter(
                "a",
                (cycle, candidates) -> {
                  throw new IllegalStateException("planted");
                })
            .profile("default", p -> {})
            .build();
    decide(scheduler);
    assertThat(recorder.faults).containsKeys("s threw", "a threw");
  }

  private void report(int n, double waiting, long seenNanos) {
    pool.report(
        new EndpointReport(Fixture.id(n), seenNanos)
            .set(Signal.WAITING_REQUESTS, waiting)
            .set(Attribute.LORA_ADAPTERS, new LoraAdapters(Set.of("a"), Set.of(), 1)));
  }

  @Test
  void oldNumbersBecomeAbsentAndComeBack() {
    long now = System.nanoTime();
    report(0, 1, now);
    report(1, 2, now - Duration.ofSeconds(5).toNanos());
    pool.expire(Duration.ofSeconds(2));
    assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, 0)).isEqualTo(1);
    assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, 1)).isNaN();
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 0)).isNotNull();
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 1)).isNull();
    long version = pool.snapshot().version();
    pool.expire(Duration.ofSeconds(2));
    assertThat(pool.snapshot().version()).as("nothing new").isEqualTo(version);
    report(1, 3, now);
    assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, 1)).isEqualTo(3);
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 1)).isNotNull();
  }

  @Test
  void anEndpointWhoseScrapeDiedStopsAttractingTraffic() {
    long now = System.nanoTime();
    report(0, 0, now - Duration.ofSeconds(5).toNanos());
    report(1, 1, now);
    report(2, 9, now);
    report(3, 9, now);
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile(
                "default",
                p -> p.scorer("q", io.igw.scheduler.plugins.BuiltInPlugins.queueScorer(), 1))
            .build();
    assertThat(number(decide(scheduler).endpoint())).as("its old number is the best").isZero();
    pool.expire(Duration.ofSeconds(2));
    for (int i = 0; i < 20; i++) {
      assertThat(number(decide(scheduler).endpoint())).isEqualTo(1);
    }
  }

  @Test
  void ifAllNumbersAreOldOwnLoadDecides() {
    for (int n = 0; n < 4; n++) {
      report(n, n, System.nanoTime() - Duration.ofSeconds(5).toNanos());
    }
    pool.expire(Duration.ofSeconds(2));
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile(
                "default",
                p -> p.scorer("q", io.igw.scheduler.plugins.BuiltInPlugins.queueScorer(), 1))
            .build();
    int[] picks = new int[4];
    for (int i = 0; i < 400; i++) {
      picks[number(decide(scheduler).endpoint())]++;
    }
    assertThat(picks).containsOnly(100);
  }
}
