package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.spi.Scorer;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 20_000;
  private static final InferenceRequest REQUEST =
      InferenceRequest.builder().model("m").prompt("hello").build();

  /**
   * Decision, lease and its place in the book: at most 64 bytes whatever the number of endpoints.
   */
  @ParameterizedTest
  @ValueSource(ints = {5, 100, 1000})
  void aPickAllocatesItsDecisionAlone(int endpoints) {
    EndpointPool pool = Pools.of(endpoints);
    for (int i = 0; i < endpoints; i++) {
      Pools.metrics(pool, i, i % 7, i % 5, 0.01 * (i % 50));
    }
    Scorer load =
        (cycle, candidates, scores) -> {
          double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
          double[] inFlight = cycle.inFlightRequests();
          for (int i = 0; i < candidates.size(); i++) {
            scores[i] = 1 / (1 + waiting[i] + inFlight[i]);
          }
        };
    long[] even = new long[(endpoints + 63) / 64];
    java.util.Arrays.fill(even, 0x5555555555555555L);
    Scheduler scheduler =
        Scheduler.builder(pool)
            .profile(
                "default",
                p ->
                    p.filter("even", (cycle, candidates) -> candidates.retain(even))
                        .scorer("load", load, 1))
            .build();
    run(scheduler);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    run(scheduler);
    long perPick = (THREADS.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
    assertThat(perPick).isLessThanOrEqualTo(64);
  }

  private static void run(Scheduler scheduler) {
    for (int i = 0; i < ROUNDS; i++) {
      ((Decision) scheduler.schedule(REQUEST, null)).abandon();
    }
    scheduler.sweepLeases();
  }
}
