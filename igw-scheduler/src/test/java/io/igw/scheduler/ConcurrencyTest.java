package io.igw.scheduler;

import static io.igw.scheduler.Fixture.REQUEST;
import static io.igw.scheduler.Fixture.id;
import static io.igw.scheduler.Fixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.api.Usage;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {
  private static final int THREADS = 4;

  private static void onThreads(int threads, Callable<?> work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        futures.add(
            executor.submit(() -> {
              start.await();
              return work.call();
            }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  /**
   * plugins-scheduling.md 8: each of ten equal endpoints gets 100 of 1,000 picks, give or take 4.
   */
  @RepeatedTest(20)
  void equalEndpointsShareEqually() throws Exception {
    EndpointPool pool = Fixture.pool(10);
    for (int n = 0; n < 10; n++) {
      pool.report(
          new EndpointReport(id(n), 1)
              .set(Signal.WAITING_REQUESTS, 2)
              .set(Signal.KV_CACHE_USAGE, 0.4));
    }
    Scorer nothingCached = (cycle, candidates, scores) -> scores[0] = 0;
    Scheduler scheduler =
        Scheduler.builder(pool)
            .profile(
                "default",
                p ->
                    p.scorer("queue-scorer", Fixture.queue(), 2)
                        .scorer("kv-cache-utilization-scorer", Fixture.kvCache(), 2)
                        .scorer("prefix-cache-scorer", nothingCached, 3))
            .build();
    onThreads(
        THREADS,
        () -> {
          for (int i = 0; i < 250; i++) {
            scheduler.schedule(REQUEST, null);
          }
          return null;
        });
    assertThat(scheduler.openLeases()).isEqualTo(1000);
    assertThat(Fixture.endpoints(pool))
        .allSatisfy(e -> assertThat(pool.inFlightRequests(e)).isBetween(96.0, 104.0));
  }

  @RepeatedTest(3)
  void nothingIsInFlightAfterChurn() throws Exception {
    EndpointPool pool = Fixture.pool(8);
    Scheduler scheduler =
        Scheduler.builder(pool)
            .profile("p", p -> p.scorer("active", Fixture.activeRequests(), 1))
            .build();
    ConcurrentHashMap<String, Endpoint> seen = new ConcurrentHashMap<>();
    AtomicInteger number = new AtomicInteger();
    AtomicBoolean negative = new AtomicBoolean();
    InferenceRequest request = InferenceRequest.builder().prompt("abcd".repeat(20)).build();
    onThreads(
        THREADS,
        () -> {
          SplittableRandom random = new SplittableRandom(number.incrementAndGet());
          List<Decision> open = new ArrayList<>();
          for (int i = 0; i < 5_000; i++) {
            int n = random.nextInt(8);
            switch (random.nextInt(40)) {
              case 0 -> pool.remove(id(n));
              case 1 -> pool.upsert(spec(n, Map.of("turn", String.valueOf(i))));
              case 2 -> pool.replaceAll(Fixture.specs(4 + random.nextInt(6)));
              case 3 ->
                  pool.report(
                      new EndpointReport(id(n), i).set(Signal.WAITING_REQUESTS, random.nextInt(9)));
              case 4 -> scheduler.sweepLeases();
              default -> {
                if (scheduler.schedule(request, null) instanceof Decision decision) {
                  Endpoint e = decision.endpoint();
                  seen.put(e.slot() + ":" + e.generation(), e);
                  open.add(decision);
                  if (random.nextInt(4) == 0) {
                    decision.served("10.0.0." + n + ":8000");
                  }
                }
              }
            }
            if (open.size() > 20) {
              Decision decision = open.remove(random.nextInt(open.size()));
              decision.progress(i);
              decision.complete(Usage.UNKNOWN);
              negative.compareAndSet(false, pool.inFlightRequests(decision.endpoint()) < 0);
            }
          }
          open.forEach(Decision::abandon);
          return null;
        });
    for (Endpoint endpoint : Fixture.endpoints(pool)) {
      seen.put(endpoint.slot() + ":" + endpoint.generation(), endpoint);
    }
    assertThat(negative).isFalse();
    assertThat(scheduler.openLeases()).isZero();
    assertThat(seen.values())
        .allSatisfy(e -> {
          assertThat(pool.inFlightRequests(e)).isZero();
          assertThat(pool.inFlightTokens(e)).isZero();
        });
  }

  @Test
  void noCommandIsLostAndOnlyOneThreadWrites() throws Exception {
    EndpointPool pool = EndpointPool.builder().build();
    AtomicInteger next = new AtomicInteger();
    AtomicInteger writers = new AtomicInteger();
    AtomicBoolean overlap = new AtomicBoolean();
    ConcurrentLinkedQueue<EndpointId> removed = new ConcurrentLinkedQueue<>();
    pool.onRemoved((slot, generation) -> {
      overlap.compareAndSet(false, writers.incrementAndGet() != 1);
      removed.add(id(slot));
      writers.decrementAndGet();
    });
    onThreads(
        THREADS,
        () -> {
          for (int i = 0; i < 300; i++) {
            int n = next.getAndIncrement();
            pool.upsert(spec(n));
            if (n % 3 == 0) {
              pool.remove(id(n));
            }
          }
          return null;
        });
    assertThat(pool.snapshot().size()).isEqualTo(800);
    assertThat(removed).hasSize(400);
    assertThat(overlap).isFalse();
  }
}
