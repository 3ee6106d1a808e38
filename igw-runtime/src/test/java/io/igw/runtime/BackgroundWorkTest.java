package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.PluginContext;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class BackgroundWorkTest {
  private static final long MS = 1_000_000;

  @ParameterizedTest
  @CsvSource({
    "0, 17, 0",
    "5, 17, 5",
    "499, 17, 499",
    "500, 17, 583",
    "1000, 17, 1083",
    "1000, 0, 1000",
    "1000, -17, 1017",
    "1000, 99, 1001",
    "9223372036854, 17, 9223372036854",
  })
  void aLongDelayEndsWhereOthersEnd(long delay, long now, long expected) {
    assertThat(BackgroundWork.onGrid(delay * MS, now * MS)).isEqualTo(expected * MS);
  }

  @Test
  void whatIsDueAgainAndAgainOutlivesItsFailures() throws InterruptedException {
    CountDownLatch runs = new CountDownLatch(3);
    try (BackgroundWork work = new BackgroundWork()) {
      work.every(
          MS,
          () -> {
            runs.countDown();
            throw new IllegalStateException("planted");
          });
      assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void nothingIsDueAfterTheEnd() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    BackgroundWork work = new BackgroundWork();
    work.every(MS, runs::incrementAndGet);
    work.close();
    int then = runs.get();
    CountDownLatch late = new CountDownLatch(1);
    PluginContext.Cancellable dropped = work.after(0, late::countDown);
    work.blocking().execute(late::countDown);
    assertThat(late.await(20, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(runs).hasValue(then);
    dropped.cancel();
  }
}
