package io.igw.scheduler;

import static io.igw.scheduler.Fixture.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Attribute;
import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import io.igw.api.Usage;
import io.igw.spi.Filter;
import io.igw.spi.Scorer;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes that one cycle and one decision allocate, with cycles among them that are timed. */
class AllocationTest {
  private static final int ROUNDS = 20_000;
  private static final int BATCHES = 4;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final InferenceRequest REQUEST =
      InferenceRequest.builder().model("m").prompt("abcd".repeat(100)).build();

  private static final long[] ODD_BITS = new long[32];

  static {
    Arrays.fill(ODD_BITS, 0xaaaa_aaaa_aaaa_aaaaL);
  }

  private static final Filter ODD = (cycle, candidates) -> candidates.retain(ODD_BITS);

  private static final Scorer ADAPTERS =
      (cycle, candidates, scores) -> {
        for (int i = 0; i < candidates.size(); i++) {
          LoraAdapters adapters =
              cycle.snapshot().attribute(Attribute.LORA_ADAPTERS, candidates.ordinal(i));
          scores[i] = adapters != null && adapters.active().contains("m") ? 1 : 0;
        }
      };

  static Scheduler scheduler(int endpoints, boolean filtered) {
    EndpointPool pool = Fixture.pool(endpoints);
    for (int n = 0; n < endpoints; n++) {
      pool.report(
          new EndpointReport(id(n), 1)
              .set(Signal.WAITING_REQUESTS, n % 7)
              .set(Signal.KV_CACHE_USAGE, n % 10 / 10.0)
              .set(Attribute.LORA_ADAPTERS, new LoraAdapters(Set.of("m"), Set.of(), 4)));
    }
    return Scheduler.builder(pool)
        .seed(1)
        .pluginDurations(new PluginMeters(), Map.of("queue", "q", "active", "a", "lora", "l"))
        .profile(
            "p",
            p -> {
              if (filtered) {
                p.filter("odd", ODD);
              }
              p.scorer("queue", Fixture.queue(), 2)
                  .scorer("kv", Fixture.kvCache(), 2)
                  .scorer("active", Fixture.activeRequests(), 1)
                  .scorer("lora", ADAPTERS, 1);
            })
        .build();
  }

  /** Of the best of some batches: what is not compiled yet allocates for itself. */
  private static double bytesPerRound(Runnable round) {
    double least = Double.MAX_VALUE;
    for (int batch = 0; batch < BATCHES; batch++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < ROUNDS; i++) {
        round.run();
      }
      long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      least = Math.min(least, bytes / (double) ROUNDS);
    }
    return least;
  }

  @ParameterizedTest
  @CsvSource({"5,false", "100,false", "1000,false", "100,true", "1000,true"})
  void aCycleAllocatesNothing(int endpoints, boolean filtered) {
    Scheduler scheduler = scheduler(endpoints, filtered);
    assertThat(bytesPerRound(() -> scheduler.decideOnly(REQUEST))).isLessThan(0.1);
  }

  @ParameterizedTest
  @CsvSource({"5,false", "100,false", "1000,false", "100,true"})
  void aDecisionWithItsLeaseAllocatesAtMost64Bytes(int endpoints, boolean filtered) {
    Scheduler scheduler = scheduler(endpoints, filtered);
    assertThat(
            bytesPerRound(() -> {
              Decision decision = (Decision) scheduler.schedule(REQUEST, null);
              decision.served(decision.endpoint().hostPort());
              decision.progress(1);
              decision.complete(Usage.UNKNOWN);
            }))
        .isLessThanOrEqualTo(64);
  }
}
