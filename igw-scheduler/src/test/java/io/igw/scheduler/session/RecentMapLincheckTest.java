package io.igw.scheduler.session;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One key in the older map: no call misses it, replaces a newer value, or makes a second one. */
public class RecentMapLincheckTest {
  private static final long TERM = 1000;

  private final RecentMap<Integer> map = new RecentMap<>(1000, TERM, 0);

  public RecentMapLincheckTest() {
    map.put("session", 1, 0);
    map.get("another", TERM);
  }

  @Operation
  public @Nullable Integer get() {
    return map.get("session", TERM);
  }

  @Operation
  public void put() {
    map.put("session", 2, TERM);
  }

  @Operation
  public @Nullable Integer make() {
    return map.computeIfAbsent("session", TERM, () -> 3);
  }

  @Test
  void modelChecking() {
    new ModelCheckingOptions()
        .iterations(12)
        .invocationsPerIteration(100)
        .threads(2)
        .actorsBefore(0)
        .actorsPerThread(1)
        .actorsAfter(1)
        .check(getClass());
  }
}
