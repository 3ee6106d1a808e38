package io.igw.scheduler;

import static io.igw.scheduler.Fixture.REQUEST;
import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.number;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Usage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A newcomer gets its share by degrees, whatever the scorers think of it. */
class SlowStartTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1000 * MS;
  private static final int OLD = 9;
  private static final long[] STEPS = {MS / 2, MS, 10 * MS, 50 * MS};

  private long now;
  private final EndpointPool pool = EndpointPool.builder().nanoClock(() -> now).build();

  /** A scorer that sends all that it can to the last endpoint, as an empty queue would. */
  private Scheduler scheduler(Duration ramp) {
    return Fixture.scheduler(pool)
        .nanoClock(() -> now)
        .slowStart(ramp)
        .profile(
            "default",
            p ->
                p.scorer("newest", Fixture.fixed(0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 1)
                    .scorer("load", Fixture.activeRequests(), 0.5))
        .build();
  }

  private void join() {
    pool.replaceAll(Fixture.specs(OLD));
    now += 60 * SECOND;
    pool.upsert(Fixture.spec(OLD));
  }

  /** Picks at a fixed rate, each served for so long; times at which the newcomer was picked. */
  private List<Long> serve(Scheduler scheduler, long seconds, int perSecond, long servedNanos) {
    record Open(Decision decision, long end) {}
    ArrayDeque<Open> open = new ArrayDeque<>();
    List<Long> picks = new ArrayList<>();
    long end = now + seconds * SECOND;
    long step = SECOND / perSecond;
    for (; now < end; now += step) {
      while (!open.isEmpty() && open.peek().end() <= now) {
        open.poll().decision().complete(Usage.UNKNOWN);
      }
      Decision decision = decide(scheduler);
      open.add(new Open(decision, now + servedNanos));
      if (number(decision.endpoint()) == OLD) {
        picks.add(now);
      }
    }
    open.forEach(o -> o.decision().complete(Usage.UNKNOWN));
    return picks;
  }

  @ParameterizedTest
  @CsvSource({"1000, 1", "1000, 50", "200, 500", "2000, 20"})
  void neverTwiceItsShareInAnyTenthOfASecond(int perSecond, long servedMillis) {
    join();
    List<Long> picks = serve(scheduler(Duration.ofSeconds(10)), 10, perSecond, servedMillis * MS);
    double fair = perSecond / 10.0 / (OLD + 1);
    for (int first = 0, last = 0; last < picks.size(); last++) {
      while (picks.get(last) - picks.get(first) >= 100 * MS) {
        first++;
      }
      assertThat(last - first + 1).isLessThanOrEqualTo((int) Math.max(1, Math.ceil(2 * fair)));
    }
  }

  /** Bursts, pauses and falls of the rate by a hundred: counted in every tenth of a second. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void neverTwiceItsShareHoweverRequestsCome(int seed) {
    join();
    Scheduler scheduler = scheduler(Duration.ofSeconds(10));
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> times = new ArrayList<>();
    List<Boolean> newcomer = new ArrayList<>();
    long end = now + 10 * SECOND;
    while (now < end) {
      long step = STEPS[random.nextInt(STEPS.length)];
      long until = Math.min(end, now + random.nextLong(50 * MS, 300 * MS));
      for (; now < until; now += step) {
        Decision decision = decide(scheduler);
        times.add(now);
        newcomer.add(number(decision.endpoint()) == OLD);
        decision.complete(Usage.UNKNOWN);
      }
    }
    int own = 0;
    for (int first = 0, last = 0; last < times.size(); last++) {
      own += newcomer.get(last) ? 1 : 0;
      while (times.get(last) - times.get(first) >= 100 * MS) {
        own -= newcomer.get(first++) ? 1 : 0;
      }
      double fair = (last - first + 1.0) / (OLD + 1);
      assertThat((double) own)
          .as("of %d at %d ms", last - first + 1, times.get(last) / MS)
          .isLessThanOrEqualTo(Math.max(1, 2 * fair));
    }
    assertThat(newcomer).contains(true);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 200})
  void theShareGrowsLinearlyWithFewRequestsToo(int perSecond) {
    join();
    List<Long> picks = serve(scheduler(Duration.ofSeconds(10)), 10, perSecond, MS);
    assertThat(picks.size())
        .as("half of the fair part over the ramp")
        .isBetween((int) (perSecond * 0.45), (int) (perSecond * 0.55) + 1);
  }

  @Test
  void theShareGrowsLinearly() {
    join();
    long start = now;
    List<Long> picks = serve(scheduler(Duration.ofSeconds(10)), 10, 1000, MS);
    double fair = 1000.0 / (OLD + 1);
    for (int second = 0; second < 10; second++) {
      long from = start + second * SECOND;
      long count = picks.stream().filter(t -> t >= from && t < from + SECOND).count();
      double expected = fair * (second + 0.5) / 10;
      assertThat((double) count).as("second %d", second).isBetween(expected * 0.6, expected * 1.4);
    }
  }

  @Test
  void itBeginsWithOneRequestInFlight() {
    join();
    Scheduler scheduler = scheduler(Duration.ofSeconds(10));
    int picks = 0;
    for (int i = 0; i < 100; i++) {
      picks += number(decide(scheduler).endpoint()) == OLD ? 1 : 0;
    }
    assertThat(picks).isEqualTo(1);
  }

  @Test
  void afterTheRampItIsLikeAllOthers() {
    join();
    now += 10 * SECOND;
    assertThat(serve(scheduler(Duration.ofSeconds(10)), 1, 100, MS)).hasSize(100);
  }

  @Test
  void withoutARampNothingIsHeldBack() {
    join();
    assertThat(serve(scheduler(Duration.ZERO), 1, 100, MS)).hasSize(100);
  }

  @Test
  void aPoolOfNewcomersIsServed() {
    pool.replaceAll(Fixture.specs(OLD + 1));
    assertThat(serve(scheduler(Duration.ofSeconds(10)), 1, 100, MS)).hasSize(100);
  }

  @Test
  void oneOldEndpointIsNotLeftAloneWithTheLoad() {
    pool.replaceAll(Fixture.specs(1));
    now += 60 * SECOND;
    pool.replaceAll(Fixture.specs(OLD + 1));
    assertThat(serve(scheduler(Duration.ofSeconds(10)), 1, 100, MS)).hasSize(100);
  }

  @Test
  void theRequestIsServedWhereOnlyANewcomerIsAllowed() {
    join();
    Scheduler scheduler = scheduler(Duration.ofSeconds(10));
    io.igw.api.EndpointSubset subset = (host, port) -> host.equals(Fixture.spec(OLD).host());
    for (int i = 0; i < 10; i++) {
      Decision decision =
          decide(scheduler, io.igw.api.InferenceRequest.builder().subset(subset).build());
      assertThat(number(decision.endpoint())).isEqualTo(OLD);
    }
    assertThat(scheduler.schedule(REQUEST, null)).isInstanceOf(Decision.class);
  }
}
