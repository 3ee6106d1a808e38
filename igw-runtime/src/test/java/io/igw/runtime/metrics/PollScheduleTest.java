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
  void aPollIsGivenUpWithinASecondButForTheFirst(long tick, long expected) {
    assertThat(schedule(tick, 0).deadlineNanos()).isEqualTo(expected * MS);
    assertThat(schedule(tick, 0).firstDeadlineNanos()).isEqualTo(3000 * MS);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 100",
    "1030, 0, 70",
    "1099, 0, 1",
    "1100, 0, 100",
    "1030, 40, 10",
    "-30, 0, 30"
  })
  void pollsKeepTheirPhase(long now, long phase, long expected) {
    assertThat(schedule(100, 0).delayNanos(now * MS, phase * MS)).isEqualTo(expected * MS);
  }

  @Test
  void endpointsAreSpreadOverTheInterval() {
    PollSchedule schedule = schedule(1000, 0);
    long[] phases =
        java.util.stream.IntStream.range(0, 1000)
            .mapToLong(i -> schedule.phaseNanos(schedule.place(), 1000))
            .distinct()
            .sorted()
            .toArray();
    assertThat(phases).hasSizeBetween(35, 40);
    assertThat(phases[0]).isLessThan(50 * MS);
    assertThat(phases[phases.length - 1]).isBetween(950 * MS, 1000 * MS);
  }

  @Test
  void aFewEndpointsStayTogether() {
    PollSchedule schedule = schedule(1000, 0);
    for (int i = 0; i < 16; i++) {
      assertThat(schedule.phaseNanos(schedule.place(), 16)).isZero();
    }
    assertThat(
            java.util.stream.IntStream.range(0, 100)
                .mapToLong(i -> schedule.phaseNanos(schedule.place(), 17))
                .distinct())
        .containsExactlyInAnyOrder(0L, 500 * MS);
  }

  @ParameterizedTest
  @CsvSource({
    "0.99, 16, 0",
    "0.99, 160, 900",
    "0.5, 32, 500",
    "0.49, 32, 0",
    "0, 1000, 0",
    "0.999, 1000, 975",
  })
  void aPlaceIsPolledInOneOfThePoolsGroups(double place, int endpoints, long expected) {
    assertThat(schedule(1000, 0).phaseNanos(place, endpoints)).isEqualTo(expected * MS);
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
