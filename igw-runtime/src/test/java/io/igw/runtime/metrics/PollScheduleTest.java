package io.igw.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PollScheduleTest {
  private static final long MS = 1_000_000;

  private static PollSchedule schedule(long tickMillis, long sourceMillis) {
    return new PollSchedule(
        Duration.ofMillis(tickMillis), Duration.ofMillis(sourceMillis), new SplittableRandom(1));
  }

  @ParameterizedTest
  @CsvSource({
    "50, 0, 50",
    "50, 50, 50",
    "50, 60, 50",
    "50, 74, 50",
    "50, 75, 100",
    "50, 1000, 1000",
    "50, 10, 50",
    "1000, 0, 1000",
    "1000, 200, 200",
    "1000, 1400, 1000",
    "1000, 1500, 2000",
    "200, 20, 50",
  })
  void theIntervalIsAMultipleOfTheTick(long tick, long source, long expected) {
    assertThat(schedule(tick, source).intervalNanos()).isEqualTo(expected * MS);
  }

  @ParameterizedTest
  @CsvSource({"50, 400", "500, 450", "800, 720", "5000, 900"})
  void aPollIsGivenUpWithinASecond(long tick, long expected) {
    assertThat(schedule(tick, 0).deadlineNanos()).isEqualTo(expected * MS);
  }

  @ParameterizedTest
  @CsvSource({"0, 100", "30, 70", "99, 1", "100, 100", "130, 70", "250, 50"})
  void pollsKeepTheirPhase(long elapsed, long expected) {
    assertThat(schedule(100, 0).delayNanos(elapsed * MS)).isEqualTo(expected * MS);
  }

  @Test
  void endpointsThatJoinTogetherAreSpreadOverTheInterval() {
    PollSchedule schedule = schedule(1000, 0);
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 1000; i++) {
      long delay = schedule.secondDelayNanos(1000);
      least = Math.min(least, delay);
      most = Math.max(most, delay);
    }
    assertThat(least).isBetween(500 * MS, 520 * MS);
    assertThat(most).isBetween(990 * MS, 1000 * MS);
  }

  @Test
  void aFewEndpointsStayTogether() {
    PollSchedule schedule = schedule(1000, 0);
    for (int i = 0; i < 16; i++) {
      assertThat(schedule.secondDelayNanos(16)).isEqualTo(1000 * MS);
    }
    assertThat(
            java.util.stream.IntStream.range(0, 100)
                .mapToLong(i -> schedule.secondDelayNanos(17))
                .distinct())
        .hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "50, 1, 50",
    "50, 2, 100",
    "50, 4, 400",
    "50, 7, 2000",
    "50, 1000000, 2000",
    "5000, 1, 5000",
    "5000, 9, 5000",
  })
  void aFailingEndpointIsAskedLessOften(long tick, int failures, long nominal) {
    PollSchedule schedule = schedule(tick, 0);
    for (int i = 0; i < 100; i++) {
      assertThat(schedule.backOffNanos(failures))
          .isBetween(nominal * MS * 3 / 4, nominal * MS * 5 / 4);
    }
  }

  @Test
  void rejectsATickThatIsTooShort() {
    assertThatThrownBy(() -> schedule(49, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tick: PT0.049S (expected: >= PT0.05S)");
  }
}
