package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.Usage;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final InferenceRequest REQUEST =
      InferenceRequest.builder().prompt("x".repeat(400)).build();

  private final AtomicLong now = new AtomicLong();
  private final Faults faults = new Faults();
  private final EndpointPool pool = Pools.of(2);

  private Scheduler scheduler(boolean releaseOnFirstByte) {
    return Scheduler.builder(pool)
        .nanoClock(now::get)
        .metrics(faults)
        .releaseTokensOnFirstByte(releaseOnFirstByte)
        .profile("default", p -> {})
        .build();
  }

  private static Decision pick(Scheduler scheduler) {
    return (Decision) scheduler.schedule(REQUEST, null);
  }

  @Test
  void aPickReservesARequestAndItsTokens() {
    Decision decision = pick(scheduler(true));
    assertThat(pool.inFlightRequests(decision.endpoint())).isEqualTo(1);
    assertThat(pool.inFlightTokens(decision.endpoint())).isEqualTo(100);
  }

  @Test
  void theFirstByteGivesTokensBackAndTheEndTheRequest() {
    Decision decision = pick(scheduler(true));
    decision.progress(1);
    assertThat(pool.inFlightTokens(decision.endpoint())).isZero();
    decision.progress(2);
    assertThat(pool.inFlightTokens(decision.endpoint())).isZero();
    assertThat(decision.complete(Usage.UNKNOWN)).isTrue();
    assertThat(Pools.inFlight(pool)).isZero();
  }

  @Test
  void withOutputEstimatesTokensStayToTheEnd() {
    Decision decision = pick(scheduler(false));
    decision.progress(1);
    assertThat(pool.inFlightTokens(decision.endpoint())).isEqualTo(100);
    decision.fail(503);
    assertThat(Pools.inFlight(pool)).isZero();
  }

  @Test
  void exactlyOneEndTakesEffect() {
    Scheduler scheduler = scheduler(true);
    Decision decision = pick(scheduler);
    assertThat(scheduler.openLeases()).isEqualTo(1);
    assertThat(decision.fail(500)).isTrue();
    assertThat(decision.complete(Usage.UNKNOWN)).isFalse();
    assertThat(decision.abandon()).isFalse();
    decision.progress(5);
    assertThat(Pools.inFlight(pool)).isZero();
    assertThat(scheduler.openLeases()).isZero();
  }

  @Test
  void theServedEndpointTakesTheShareOver() {
    Decision decision = pick(scheduler(true));
    String other = pool.snapshot().endpoint(decision.endpoint().slot() == 0 ? 1 : 0).hostPort();
    assertThat(decision.served("10.77.0.1:1")).isFalse();
    assertThat(decision.served(other)).isTrue();
    assertThat(pool.inFlightRequests(decision.endpoint())).isZero();
    assertThat(pool.inFlightTokens(decision.endpoint())).isZero();
    assertThat(Pools.inFlight(pool)).isEqualTo(101);
    assertThat(decision.served(decision.endpoint().hostPort())).as("and back").isTrue();
    assertThat(pool.inFlightRequests(decision.endpoint())).isEqualTo(1);
    decision.complete(Usage.UNKNOWN);
    assertThat(Pools.inFlight(pool)).isZero();
    assertThat(decision.served(other)).isFalse();
  }

  @Test
  void anIdleLeaseRunsOut() {
    Scheduler scheduler = scheduler(true);
    Decision idle = pick(scheduler);
    Decision busy = pick(scheduler);
    now.addAndGet(Duration.ofMinutes(4).toNanos());
    busy.progress(now.get());
    scheduler.sweepLeases();
    now.addAndGet(Duration.ofMinutes(2).toNanos());
    scheduler.sweepLeases();
    assertThat(faults.expired).containsExactly(idle.endpoint());
    assertThat(scheduler.openLeases()).isEqualTo(1);
    assertThat(idle.complete(Usage.UNKNOWN)).isFalse();
    assertThat(busy.complete(Usage.UNKNOWN)).isTrue();
    assertThat(Pools.inFlight(pool)).isZero();
  }

  @Test
  void trafficSweepsByTheWay() {
    Scheduler scheduler = scheduler(true);
    pick(scheduler);
    now.addAndGet(Duration.ofMinutes(6).toNanos());
    pick(scheduler);
    assertThat(faults.expired).hasSize(1);
  }

  @Test
  void aReleaseAfterTheEndpointLeftHurtsNobody() {
    Decision decision = pick(scheduler(true));
    pool.remove(decision.endpoint().id());
    pool.upsert(Pools.spec(decision.endpoint().slot()));
    decision.complete(Usage.UNKNOWN);
    assertThat(Pools.inFlight(pool)).isZero();
  }

  /**
   * Every share is given back exactly once, whoever ends, moves and reports progress at the same
   * time.
   */
  @Test
  void racesLeaveNothingBehind() throws InterruptedException {
    Scheduler scheduler = scheduler(true);
    String first = pool.snapshot().endpoint(0).hostPort();
    String second = pool.snapshot().endpoint(1).hostPort();
    for (int round = 0; round < 3000; round++) {
      Decision decision = pick(scheduler);
      Thread other =
          new Thread(() -> {
            if (ThreadLocalRandom.current().nextBoolean()) {
              decision.progress(1);
            }
            decision.abandon();
          });
      other.start();
      decision.served(first);
      decision.served(second);
      decision.progress(1);
      decision.complete(Usage.UNKNOWN);
      other.join();
    }
    assertThat(Pools.inFlight(pool)).isZero();
    assertThat(scheduler.openLeases()).isZero();
  }
}
