package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FairnessTest {
  private static final InferenceRequest REQUEST = InferenceRequest.builder().build();

  /** 1,000 picks from 4 threads over 10 equal endpoints with frozen metrics: each gets 100 ± 4. */
  @RepeatedTest(10)
  void equalEndpointsShareEqually() throws InterruptedException {
    EndpointPool pool = Pools.of(10);
    for (int i = 0; i < 10; i++) {
      Pools.metrics(pool, i, 3, 3, 0.3);
    }
    Scheduler scheduler = Scheduler.builder(pool).profile("default", p -> {}).build();
    AtomicIntegerArray picks = new AtomicIntegerArray(10);
    Thread[] threads = new Thread[4];
    for (int t = 0; t < 4; t++) {
      threads[t] =
          new Thread(() -> {
            for (int i = 0; i < 250; i++) {
              picks.incrementAndGet(
                  ((Decision) scheduler.schedule(REQUEST, null)).endpoint().slot());
            }
          });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(picks.get(i)).isBetween(96, 104);
    }
  }

  @Test
  void endpointsThatComeAndGoLeaveNoLoadBehind() throws InterruptedException {
    EndpointPool pool = Pools.of(6);
    Scheduler scheduler = Scheduler.builder(pool).profile("default", p -> {}).build();
    AtomicBoolean stop = new AtomicBoolean();
    Thread churn =
        new Thread(() -> {
          for (int i = 0; !stop.get(); i++) {
            pool.remove(Pools.id(i % 6));
            pool.upsert(Pools.spec(i % 6));
          }
        });
    churn.start();
    Thread[] threads = new Thread[3];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          new Thread(() -> {
            Decision[] open = new Decision[16];
            for (int i = 0; i < 20_000; i++) {
              int k = ThreadLocalRandom.current().nextInt(open.length);
              if (open[k] != null) {
                open[k].abandon();
              }
              open[k] =
                  scheduler.schedule(REQUEST, null) instanceof Decision decision ? decision : null;
            }
            for (Decision decision : open) {
              if (decision != null) {
                decision.abandon();
              }
            }
          });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    stop.set(true);
    churn.join();
    assertThat(scheduler.openLeases()).isZero();
    for (int slot = 0; slot < pool.snapshot().slotLimit(); slot++) {
      assertThat(pool.load().idle(slot)).isTrue();
    }
  }
}
