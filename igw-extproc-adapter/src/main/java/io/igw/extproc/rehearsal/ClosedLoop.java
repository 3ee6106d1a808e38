package io.igw.extproc.rehearsal;

import io.igw.extproc.client.ExchangeClient;
import io.igw.extproc.client.Scenario;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Exchanges that each begin when one before has ended, for a time or until the first fault. */
final class ClosedLoop {
  private static final int IN_FLIGHT = 16;
  private static final int LAST_SECONDS = 60;

  private final ExchangeClient client;
  private final Scenario scenario;
  private final long until;
  private final CountDownLatch over = new CountDownLatch(IN_FLIGHT);
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicReference<@Nullable String> fault = new AtomicReference<>();

  private ClosedLoop(ExchangeClient client, Scenario scenario, long nanos) {
    this.client = client;
    this.scenario = scenario;
    this.until = System.nanoTime() + nanos;
  }

  /**
   * Runs it.
   *
   * @return exchanges that were answered
   * @throws RehearsalException if one was not
   */
  static int run(ExchangeClient client, Scenario scenario, long nanos)
      throws RehearsalException, InterruptedException {
    ClosedLoop loop = new ClosedLoop(client, scenario, nanos);
    for (int i = 0; i < IN_FLIGHT; i++) {
      loop.next();
    }
    boolean ended =
        loop.over.await(nanos + TimeUnit.SECONDS.toNanos(LAST_SECONDS), TimeUnit.NANOSECONDS);
    String fault = ended ? loop.fault.get() : "no answer for " + LAST_SECONDS + " s";
    if (fault != null) {
      throw new RehearsalException(scenario.name() + ": " + fault + " (expected: an answer)");
    }
    return loop.answered.get();
  }

  private void next() {
    client.begin(scenario, begun.getAndIncrement() & 0xFFFF, null, this::ended);
  }

  private void ended(@Nullable String why) {
    if (why != null) {
      fault.compareAndSet(null, why);
    } else {
      answered.incrementAndGet();
    }
    if (fault.get() == null && System.nanoTime() < until) {
      next();
    } else {
      over.countDown();
    }
  }
}
