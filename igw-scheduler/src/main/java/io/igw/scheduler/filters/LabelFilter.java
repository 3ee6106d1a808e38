package io.igw.scheduler.filters;

import io.igw.api.Derived;
import io.igw.api.EndpointSnapshot;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Keeps the endpoints whose labels pass a test.
 *
 * <p><b>Threading.</b> Any number of event loops at once; the test is pure. <b>Cost.</b> The test
 * runs once per endpoint and snapshot; a request takes the bits. No allocation.
 */
final class LabelFilter implements Filter {
  private final Derived<long[]> kept;

  LabelFilter(Predicate<Map<String, String>> test) {
    this.kept = Derived.of(snapshot -> bits(snapshot, test));
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    candidates.retain(cycle.snapshot().derived(kept));
  }

  private static long[] bits(EndpointSnapshot snapshot, Predicate<Map<String, String>> test) {
    long[] bits = new long[(snapshot.size() + Long.SIZE - 1) / Long.SIZE];
    for (int ordinal = 0; ordinal < snapshot.size(); ordinal++) {
      if (test.test(snapshot.endpoint(ordinal).labels())) {
        bits[ordinal / Long.SIZE] |= 1L << ordinal;
      }
    }
    return bits;
  }
}
