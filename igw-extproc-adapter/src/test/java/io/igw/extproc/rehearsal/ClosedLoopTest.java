package io.igw.extproc.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.extproc.client.ExchangeClient;
import io.igw.extproc.client.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClosedLoopTest {
  private static final Scenario SMALL = Scenario.json("small", 200);
  private static final long MILLI = 1_000_000;

  /** Answers each exchange on a thread of its own; those from a number on end with a fault. */
  private static final class Answering implements ExchangeClient {
    private final int faultFrom;
    private final List<Thread> threads = new ArrayList<>();
    private int begun;
    private int open;
    int most;

    Answering(int faultFrom) {
      this.faultFrom = faultFrom;
    }

    @Override
    public String address() {
      return "nowhere";
    }

    @Override
    public synchronized void begin(
        Scenario scenario, int variant, @Nullable ScheduledExecutorService pacer, End end) {
      String fault = begun++ < faultFrom ? null : "broken";
      most = Math.max(most, ++open);
      Thread thread =
          new Thread(() -> {
            synchronized (this) {
              open--;
            }
            end.ended(fault);
          });
      threads.add(thread);
      thread.start();
    }

    synchronized int begun() {
      return begun;
    }

    @Override
    public void retryNow() {}

    @Override
    public void close() {
      for (Thread thread : threads) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private Answering client = new Answering(Integer.MAX_VALUE);

  @AfterEach
  void stop() {
    client.close();
  }

  @Test
  void exchangesFollowEachOtherUntilTheTimeIsOver() throws Exception {
    int answered = ClosedLoop.run(client, SMALL, 50 * MILLI);
    assertThat(answered).isEqualTo(client.begun()).isGreaterThanOrEqualTo(16);
    assertThat(client.most).isBetween(1, 16);
  }

  @Test
  void theFirstFaultEndsIt() {
    client = new Answering(20);
    assertThatThrownBy(() -> ClosedLoop.run(client, SMALL, 50_000 * MILLI))
        .isInstanceOf(RehearsalException.class)
        .hasMessage("small: broken (expected: an answer)");
  }
}
