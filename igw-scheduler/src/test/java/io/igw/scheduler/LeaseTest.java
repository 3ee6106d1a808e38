package io.igw.scheduler;

import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.id;
import static io.igw.scheduler.Fixture.only;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Lease;
import io.igw.api.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LeaseTest {
  private static final long SECOND = 1_000_000_000L;
  private static final InferenceRequest TEN_TOKENS =
      InferenceRequest.builder().prompt("abcd".repeat(10)).build();

  private final Fixture.VirtualTime time = new Fixture.VirtualTime();
  private final Fixture.Recorder recorder = new Fixture.Recorder();
  private final EndpointPool pool = Fixture.pool(3);
  private final Scheduler scheduler = onFirst().build();

  private SchedulerBuilder onFirst() {
    return Fixture.scheduler(pool)
        .nanoClock(time.now::get)
        .metrics(recorder)
        .leaseIdle(Duration.ofSeconds(300))
        .profile("p", p -> p.filter("first", only(0)));
  }

  private Endpoint endpoint(int n) {
    return pool.snapshot().endpoint(n);
  }

  static Stream<Predicate<Lease>> endings() {
    return Stream.of(
        lease -> lease.complete(Usage.UNKNOWN), lease -> lease.fail(503), Lease::abandon);
  }

  @ParameterizedTest
  @MethodSource("endings")
  void exactlyOneEndingTakesEffect(Predicate<Lease> ending) {
    Decision decision = decide(scheduler, TEN_TOKENS);
    assertThat(pool.inFlightRequests(endpoint(0))).isEqualTo(1);
    assertThat(pool.inFlightTokens(endpoint(0))).isEqualTo(10);
    assertThat(scheduler.openLeases()).isEqualTo(1);
    assertThat(ending.test(decision)).isTrue();
    endings().forEach(late -> assertThat(late.test(decision)).isFalse());
    assertThat(pool.inFlightRequests(endpoint(0))).isZero();
    assertThat(pool.inFlightTokens(endpoint(0))).isZero();
    assertThat(scheduler.openLeases()).isZero();
  }

  @Test
  void theFirstByteGivesBackTheTokens() {
    Decision decision = decide(scheduler, TEN_TOKENS);
    decision.progress(1);
    assertThat(pool.inFlightTokens(endpoint(0))).isZero();
    assertThat(pool.inFlightRequests(endpoint(0))).isEqualTo(1);
    decision.progress(2);
    decision.abandon();
    decision.progress(3);
    assertThat(pool.inFlightTokens(endpoint(0))).isZero();
    assertThat(pool.inFlightRequests(endpoint(0))).isZero();
  }

  @Test
  void orKeepsThemToTheEnd() {
    Decision decision = decide(onFirst().releaseTokensOnFirstByte(false).build(), TEN_TOKENS);
    decision.progress(1);
    assertThat(pool.inFlightTokens(endpoint(0))).isEqualTo(10);
    decision.abandon();
    assertThat(pool.inFlightTokens(endpoint(0))).isZero();
  }

  @Test
  void theEstimatedOutputFallsAsOutputComes() {
    InferenceRequest request = InferenceRequest.builder().prompt("abcd".repeat(200)).build();
    Decision decision =
        decide(
            onFirst().releaseTokensOnFirstByte(false).estimatedOutput(r -> 120).build(), request);
    assertThat(pool.inFlightTokens(endpoint(0))).isEqualTo(200);
    decision.generated(1);
    assertThat(pool.inFlightTokens(endpoint(0))).as("small steps are saved up").isEqualTo(200);
    decision.generated(50);
    assertThat(pool.inFlightTokens(endpoint(0))).isEqualTo(150);
    decision.generated(40);
    assertThat(pool.inFlightTokens(endpoint(0))).as("it never rises").isEqualTo(150);
    decision.served("10.0.0.2:8000");
    assertThat(pool.inFlightTokens(endpoint(0))).isZero();
    assertThat(pool.inFlightTokens(endpoint(2))).isEqualTo(150);
    decision.generated(5000);
    assertThat(pool.inFlightTokens(endpoint(2))).as("the prompt's part stays").isEqualTo(80);
    decision.served(decision.endpoint().hostPort());
    assertThat(pool.inFlightTokens(endpoint(0))).isEqualTo(80);
    decision.complete(Usage.UNKNOWN);
    assertThat(pool.inFlightTokens(endpoint(0))).isZero();
    decision.generated(9000);
    assertThat(pool.inFlightTokens(endpoint(0))).isZero();
  }

  @Test
  void theShareMovesToWhoServes() {
    Decision decision = decide(scheduler, TEN_TOKENS);
    assertThat(decision.served("10.0.0.2:8000")).isTrue();
    assertThat(pool.inFlightRequests(endpoint(0))).isZero();
    assertThat(pool.inFlightTokens(endpoint(0))).isZero();
    assertThat(pool.inFlightRequests(endpoint(2))).isEqualTo(1);
    assertThat(pool.inFlightTokens(endpoint(2))).isEqualTo(10);
    assertThat(decision.served(decision.endpoint().hostPort())).isTrue();
    assertThat(pool.inFlightRequests(endpoint(0))).isEqualTo(1);
    decision.served("10.0.0.1:8000");
    decision.progress(1);
    assertThat(pool.inFlightTokens(endpoint(1))).isZero();
    decision.complete(Usage.UNKNOWN);
    assertThat(Fixture.totalRequests(pool, Fixture.endpoints(pool))).isZero();
    assertThat(decision.served("10.0.0.2:8000")).as("has ended").isFalse();
    assertThat(pool.inFlightRequests(endpoint(2))).isZero();
  }

  @Test
  void anUnknownServerMovesNothing() {
    Decision decision = decide(scheduler, TEN_TOKENS);
    assertThat(decision.served("10.9.9.9:8000")).isFalse();
    assertThat(pool.inFlightRequests(endpoint(0))).isEqualTo(1);
  }

  @Test
  void theShareDoesNotReturnToAnEndpointThatLeft() {
    Decision decision = decide(scheduler, TEN_TOKENS);
    assertThat(decision.served("10.0.0.2:8000")).isTrue();
    pool.remove(id(0));
    assertThat(decision.served(decision.endpoint().hostPort())).isFalse();
    assertThat(pool.inFlightRequests(decision.endpoint())).isZero();
    decision.abandon();
    assertThat(Fixture.totalRequests(pool, Fixture.endpoints(pool))).isZero();
  }

  @Test
  void aSilentLeaseExpires() {
    Decision silent = decide(scheduler, TEN_TOKENS);
    Decision busy = decide(scheduler, TEN_TOKENS);
    time.advance(299 * SECOND);
    busy.progress(time.now.get());
    assertThat(scheduler.sweepLeases()).isZero();
    time.advance(SECOND);
    assertThat(scheduler.sweepLeases()).isEqualTo(1);
    assertThat(recorder.expired).containsExactly(silent.endpoint());
    assertThat(silent.complete(Usage.UNKNOWN)).isFalse();
    assertThat(busy.complete(Usage.UNKNOWN)).isTrue();
    assertThat(pool.inFlightRequests(endpoint(0))).isZero();
    assertThat(scheduler.openLeases()).isZero();
  }

  @Test
  void leaseIdleMustBePositive() {
    assertThatThrownBy(() -> onFirst().leaseIdle(Duration.ZERO))
        .hasMessage("leaseIdle: PT0S (expected: > 0)");
  }

  @Test
  void aReleaseActsOnTheCounterThatWasIncremented() {
    Decision decision = decide(scheduler, TEN_TOKENS);
    Endpoint before = decision.endpoint();
    pool.remove(id(0));
    pool.upsert(Fixture.spec(0));
    Endpoint after = endpoint(0);
    assertThat(pool.inFlightRequests(before)).isEqualTo(1);
    assertThat(pool.inFlightRequests(after)).isZero();
    decision.abandon();
    assertThat(pool.inFlightRequests(before)).isZero();
    assertThat(pool.inFlightRequests(after)).isZero();
    assertThat(pool.inFlightTokens(after)).isZero();
  }

  @Test
  void sweepingDropsWhatHasEnded() {
    LeaseRegistry registry =
        new LeaseRegistry(pool::snapshot, SECOND, true, time.now::get, SchedulerMetrics.NONE);
    List<PickedDecision> open = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      PickedDecision lease =
          new PickedDecision((PoolEndpoint) endpoint(0), 0, 0, 1, registry, time.now.get());
      registry.opened(lease);
      if (i % 3 == 0) {
        lease.abandon();
      } else {
        open.add(lease);
      }
    }
    assertThat(registry.open()).isEqualTo(200);
    registry.sweep();
    assertThat(registry.held()).isEqualTo(200);
    open.forEach(PickedDecision::abandon);
    registry.sweep();
    assertThat(registry.held()).isZero();
  }

  @Test
  void endedLeasesDoNotPileUpWhereNobodySweeps() {
    LeaseRegistry registry =
        new LeaseRegistry(pool::snapshot, SECOND, true, time.now::get, SchedulerMetrics.NONE);
    ArrayList<PickedDecision> window = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      PickedDecision lease =
          new PickedDecision((PoolEndpoint) endpoint(0), 0, 0, 1, registry, time.now.get());
      registry.opened(lease);
      window.add(lease);
      if (window.size() == 100) {
        window.forEach(PickedDecision::abandon);
        window.clear();
      }
    }
    assertThat(registry.held()).isLessThan(2 * LeaseRegistry.UNSWEPT_LIMIT);
  }

  @Test
  void leasesExpireWhereNobodySweepsButTrafficFlows() {
    Decision silent = decide(scheduler);
    time.advance(300 * SECOND);
    decide(scheduler);
    assertThat(recorder.expired).containsExactly(silent.endpoint());
  }
}
