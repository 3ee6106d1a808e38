package io.igw.scheduler;

import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.number;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** T threads that decide at once give a newcomer at most T picks where one was due. */
@Timeout(60)
class SlowStartStressTest {
  private static final int THREADS = 4;
  private static final int OLD = 9;
  private static final int ROUNDS = 200;
  private static final int PICKS = 20;
  private static final long RAMP = TimeUnit.SECONDS.toNanos(100);

  @Test
  void aNewcomerGetsNoMoreThanOnePickOfEachThread() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        assertThat(round(threads)).as("picks of the newcomer").isBetween(1, THREADS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Time stands still from the moment it joins: after its first pick none is due. */
  private static int round(ExecutorService threads) throws Exception {
    long[] now = {0};
    EndpointPool pool = EndpointPool.builder().nanoClock(() -> now[0]).build();
    pool.replaceAll(Fixture.specs(OLD));
    now[0] = RAMP;
    pool.upsert(Fixture.spec(OLD));
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .nanoClock(() -> now[0])
            .slowStart(Duration.ofNanos(RAMP))
            .profile(
                "default", p -> p.scorer("newest", Fixture.fixed(0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 1))
            .build();
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<Integer>> counts = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      counts.add(
          threads.submit(() -> {
            start.await(30, TimeUnit.SECONDS);
            int newcomer = 0;
            for (int i = 0; i < PICKS; i++) {
              Decision decision = decide(scheduler);
              newcomer += number(decision.endpoint()) == OLD ? 1 : 0;
              decision.complete(Usage.UNKNOWN);
            }
            return newcomer;
          }));
    }
    int sum = 0;
    for (Future<Integer> count : counts) {
      sum += count.get(50, TimeUnit.SECONDS);
    }
    assertThat(Fixture.totalRequests(pool, Fixture.endpoints(pool))).isZero();
    return sum;
  }
}
