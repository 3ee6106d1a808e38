package io.igw.scheduler;

import static io.igw.scheduler.Fixture.id;
import static io.igw.scheduler.Fixture.specs;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.Signal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is left of an endpoint whose server was restarted. */
class RenewedEndpointTest {
  private static final Signal WAITING = Signal.WAITING_REQUESTS;
  private final Fixture.VirtualTime time = new Fixture.VirtualTime();

  @Test
  void aRenewedEndpointKeepsNothingButItsName() {
    EndpointPool pool = EndpointPool.builder().nanoClock(time.now::get).build();
    List<Integer> gone = new ArrayList<>();
    pool.onRemoved((slot, generation) -> gone.add(slot));
    pool.replaceAll(specs(2));
    pool.report(new EndpointReport(id(1), 5).set(WAITING, 3));
    Endpoint before = pool.snapshot().endpoint(1);
    Decision open = Fixture.decide(Fixture.scheduler(pool).profile("p", p -> {}).build());
    pool.renew(id(1), before.generation());
    assertThat(pool.snapshot().endpoint(1)).as("it has just joined").isSameAs(before);
    time.advance(PoolWriter.RENEWAL_NANOS);
    pool.renew(id(1), before.generation() + 1);
    assertThat(pool.snapshot().endpoint(1)).as("another generation").isSameAs(before);
    pool.renew(id(1), before.generation());
    Endpoint after = pool.snapshot().endpoint(1);
    assertThat(after.id()).isEqualTo(before.id());
    assertThat(after.hostPort()).isEqualTo(before.hostPort());
    assertThat(after.slot()).isNotEqualTo(before.slot());
    assertThat(pool.snapshot().value(WAITING, 1)).isNaN();
    assertThat(pool.inFlightRequests(after)).isZero();
    assertThat(gone).containsExactly(before.slot());
    open.abandon();
    assertThat(pool.inFlightRequests(after)).isZero();
  }
}
