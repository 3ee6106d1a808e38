package io.igw.scheduler;

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
  private final EndpointPool pool = Fixture.pool(3);
  private final PoolDecision lease;

  public LeaseLincheckTest() {
    LeaseRegistry registry = new LeaseRegistry(pool, 1, true, () -> 0, SchedulerMetrics.NONE);
    lease = new PoolDecision((PoolEndpoint) pool.snapshot().endpoint(0), 5, 1, registry, 0);
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

  /** Nothing is under way: what is counted is what the lease holds. */
  @Validate
  public void countsAddUp() {
    long requests = 0;
    long tokens = 0;
    for (var endpoint : Fixture.endpoints(pool)) {
      EndpointLoad load = ((PoolEndpoint) endpoint).load();
      if (load.requests() < 0 || load.tokens() < 0) {
        throw new IllegalStateException("negative load");
      }
      requests += load.requests();
      tokens += load.tokens();
    }
    if (requests != (lease.open() ? 1 : 0) || !List.of(0L, 5L).contains(tokens)) {
      throw new IllegalStateException("requests " + requests + ", tokens " + tokens);
    }
    if (!lease.open() && tokens != 0) {
      throw new IllegalStateException("tokens outlive the lease: " + tokens);
    }
  }

  @Test
  void modelChecking() {
    new ModelCheckingOptions()
        .iterations(20)
        .invocationsPerIteration(500)
        .threads(2)
        .actorsPerThread(3)
        .check(getClass());
  }
}
