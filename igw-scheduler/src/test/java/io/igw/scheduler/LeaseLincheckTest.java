package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Usage;
import java.util.List;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * One lease, three endpoints: exactly one ending takes effect, and in whatever interleaving with
 * moves and first bytes the load ends where the lease is, or nowhere.
 */
public class LeaseLincheckTest {
  private static final List<EndpointSpec> SPECS = Fixture.specs(3);

  private final EndpointLoad[] loads = new EndpointLoad[3];
  private final PickedDecision lease;

  public LeaseLincheckTest() {
    long[] page = EndpointLoad.page();
    Endpoint[] endpoints = new Endpoint[3];
    for (int i = 0; i < 3; i++) {
      loads[i] = new EndpointLoad(page, i);
      endpoints[i] = new PoolEndpoint(SPECS.get(i), i, 1, loads[i], new Arrival(0));
    }
    EndpointSnapshot snapshot =
        EndpointSnapshot.of(1, endpoints, new double[0][], new long[0][], new Object[0][]);
    LeaseRegistry registry =
        new LeaseRegistry(() -> snapshot, 1, true, () -> 0, SchedulerMetrics.NONE);
    lease = new PickedDecision((PoolEndpoint) endpoints[0], 50, 40, 1, registry, 0);
  }

  @Operation
  public boolean complete() {
    return lease.complete(Usage.UNKNOWN);
  }

  @Operation
  public boolean abandon() {
    return lease.abandon();
  }

  @Operation
  public boolean servedByTheSecond() {
    return lease.served("10.0.0.1:8000");
  }

  @Operation
  public boolean servedByTheThird() {
    return lease.served("10.0.0.2:8000");
  }

  @Operation
  public void progress() {
    lease.progress(0);
  }

  @Operation
  public void generatedTwenty() {
    lease.generated(20);
  }

  @Operation
  public void generatedAll() {
    lease.generated(1000);
  }

  /** Nothing is under way: what is counted is what the lease holds. */
  @Validate
  public void countsAddUp() {
    long requests = 0;
    long tokens = 0;
    for (EndpointLoad load : loads) {
      if (load.requests() < 0 || load.tokens() < 0) {
        throw new IllegalStateException("negative load");
      }
      requests += load.requests();
      tokens += load.tokens();
    }
    if (requests != (lease.open() ? 1 : 0) || !List.of(0L, 10L, 30L, 50L).contains(tokens)) {
      throw new IllegalStateException("requests " + requests + ", tokens " + tokens);
    }
    if (!lease.open() && tokens != 0) {
      throw new IllegalStateException("tokens outlive the lease: " + tokens);
    }
  }

  @Test
  void modelChecking() {
    new ModelCheckingOptions()
        .iterations(10)
        .invocationsPerIteration(300)
        .threads(2)
        .actorsPerThread(3)
        .check(getClass());
  }
}
