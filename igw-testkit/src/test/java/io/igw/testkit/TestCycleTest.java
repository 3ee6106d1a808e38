package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.RequestKey;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TestCycleTest {
  private final Schema schema = new Schema();
  private final EndpointSnapshot pool =
      EndpointSnapshot.builder()
          .endpoints(3)
          .value(Signal.WAITING_REQUESTS, 0, 7, 100)
          .value(Signal.WAITING_REQUESTS, 2, 9, 200)
          .build();

  @Test
  void columnsFollowTheCandidates() {
    TestCycle cycle = TestCycle.on(pool).inFlight(2, 4, 400);
    assertThat(cycle.column(Signal.WAITING_REQUESTS)).containsExactly(7, Double.NaN, 9);
    cycle.only(2, 1);
    assertThat(cycle.column(Signal.WAITING_REQUESTS)).startsWith(Double.NaN, 9);
    assertThat(cycle.inFlightRequests()).startsWith(0, 4);
    assertThat(cycle.inFlightTokens()).startsWith(0, 400);
    assertThat(cycle.candidates().all()).isFalse();
    assertThat(cycle.candidates().ordinal(1)).isEqualTo(2);
  }

  @Test
  void aFilterByBitsAndATestRemove() {
    assertThat(TestCycle.on(pool).filter((c, k) -> k.retain(new long[] {0b101})))
        .containsExactly(0, 2);
    assertThat(TestCycle.on(pool).filter((c, k) -> k.retainIf(i -> i == 1))).containsExactly(1);
    assertThat(TestCycle.on(pool).filter((c, k) -> k.retain(new long[0]))).isEmpty();
  }

  @Test
  void producersStoreByEndpointAndByOrdinal() {
    PerEndpoint key = schema.perEndpoint("Type", "producer");
    TestCycle cycle =
        TestCycle.on(pool)
            .produce((c, k) -> {
              c.put(key, 0, 1.5);
              c.put(key, c.snapshot().endpoint(2), 2.5);
            });
    assertThat(cycle.values(key)).containsExactly(1.5, 0, 2.5);
    assertThat(cycle.only(2).values(key)).startsWith(2.5);
    assertThat(cycle.view(0).get(key)).isEqualTo(2.5);
    cycle.putAll(key, 7);
    assertThat(cycle.values(key)).startsWith(7);
  }

  @Test
  void theViewReadsTheCandidate() {
    TestCycle cycle = TestCycle.on(pool).nowNanos(1000).inFlight(2, 4, 400).only(2);
    assertThat(cycle.view(0).endpoint()).isSameAs(pool.endpoint(2));
    assertThat(cycle.view(0).get(Signal.WAITING_REQUESTS)).isEqualTo(9);
    assertThat(cycle.view(0).ageNanos(Signal.WAITING_REQUESTS)).isEqualTo(800);
    assertThat(cycle.view(0).ageNanos(Signal.KV_CACHE_USAGE)).isEqualTo(Long.MAX_VALUE);
    assertThat(cycle.view(0).inFlightRequests()).isEqualTo(4);
    assertThat(cycle.view(0).label("zone")).isNull();
  }

  @Test
  void stateIsKeptByKey() {
    RequestKey<String> key = schema.requestKey("session", String.class);
    TestCycle cycle = TestCycle.on(pool);
    assertThat(cycle.get(key)).isNull();
    cycle.set(key, "abc");
    assertThat(cycle.get(key)).isEqualTo("abc");
  }

  @Test
  void aListenerHearsOfAPick() {
    PerEndpoint key = schema.perEndpoint("Type", "producer");
    TestCycle cycle = TestCycle.on(pool).profile("only");
    cycle.put(key, 2, 7);
    PickListener listener =
        (c, results, primary) -> {
          assertThat(results.profiles()).containsExactly("only");
          assertThat(results.ran("prefill")).isFalse();
          assertThat(results.picked(primary, 0)).isSameAs(pool.endpoint(2));
          results.header("x-value", String.valueOf(c.value(key, 2)));
        };
    assertThat(cycle.only(0, 2).picked(listener, 2)).containsExactly(Map.entry("x-value", "7.0"));
  }

  @Test
  void candidatesOutsideThePoolAreRefused() {
    assertThatThrownBy(() -> TestCycle.on(pool).only(3))
        .hasMessage("ordinals: [3] (expected: 0..2)");
  }

  @Test
  void theSameSeedMakesTheSameCycle() {
    TestCycle one = RandomCycles.of(5, 20, RandomCycles.Numbers.SOME);
    TestCycle two = RandomCycles.of(5, 20, RandomCycles.Numbers.SOME);
    assertThat(one.column(Signal.WAITING_REQUESTS)).isEqualTo(two.column(Signal.WAITING_REQUESTS));
    assertThat(one.random().nextLong()).isEqualTo(two.random().nextLong());
    assertThat(one.request().model()).isEqualTo(two.request().model());
  }
}
