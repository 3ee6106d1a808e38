package io.igw.scheduler.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.InferenceRequest;
import io.igw.scheduler.Made;
import io.igw.spi.Admitter;
import io.igw.testkit.TestCycle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that spend one tenant's quota at once spend it once. */
@Timeout(60)
class QuotaStressTest {
  private static final int THREADS = 4;
  private static final int TENANTS = 2000;
  private static final int TRIES = 5;
  private static final int ALLOWED = 11;

  @Test
  void exactlyTheQuotaIsAdmitted() throws Exception {
    Admitter quotas =
        new Made()
            .make(
                Admitter.class,
                "tenant-quota-admitter",
                Map.of("requestsPerSecond", 10, "burst", "1s"));
    AtomicIntegerArray admitted = new AtomicIntegerArray(TENANTS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> work = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        work.add(threads.submit(() -> spend(quotas, admitted)));
      }
      for (Future<?> part : work) {
        part.get(50, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    for (int tenant = 0; tenant < TENANTS; tenant++) {
      assertThat(admitted.get(tenant)).as("requests of tenant %d", tenant).isEqualTo(ALLOWED);
    }
  }

  /** All threads pass over the tenants in the same order, so that they meet. */
  private static void spend(Admitter quotas, AtomicIntegerArray admitted) {
    for (int tenant = 0; tenant < TENANTS; tenant++) {
      TestCycle cycle =
          TestCycle.on(Made.endpoints(1))
              .request(InferenceRequest.builder().fairnessId("tenant-" + tenant).build());
      for (int i = 0; i < TRIES; i++) {
        if (quotas.admit(cycle, cycle.candidates()) == null) {
          admitted.incrementAndGet(tenant);
        }
      }
    }
  }
}
