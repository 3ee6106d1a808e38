package io.igw.scheduler;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** The live counters are linearizable, each on its own. */
public class LoadLincheckTest {
  private final EndpointLoad load = new EndpointLoad(EndpointLoad.page(), 3);

  @Operation
  public void addRequest() {
    load.addRequests(1);
  }

  @Operation
  public void endRequest() {
    load.addRequests(-1);
  }

  @Operation
  public long requests() {
    return load.requests();
  }

  @Operation
  public long tokens() {
    return load.tokens();
  }

  @Operation
  public void addTokens() {
    load.addTokens(7);
  }

  @Test
  void modelChecking() {
    new ModelCheckingOptions()
        .iterations(15)
        .invocationsPerIteration(500)
        .threads(2)
        .actorsPerThread(3)
        .check(getClass());
  }
}
