package io.igw.scheduler.plugins;

import static io.igw.scheduler.plugins.BuiltIns.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.spi.Filter;
import io.igw.spi.SaturationDetector;
import io.igw.testkit.TestCycle;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules of flow-control.md 6.1 and plugins-scheduling.md 2.10. */
class UtilizationDetectorTest {
  private static final long MS = 1_000_000;

  private final SaturationDetector detector =
      BuiltIns.of(SaturationDetector.class, "utilization-detector", null);

  /** Numbers seen at time 0. */
  private static TestCycle cycle(String waiting, String kv) {
    double[] queue = numbers(waiting);
    double[] usage = numbers(kv);
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder().endpoints(queue.length);
    for (int i = 0; i < queue.length; i++) {
      if (!Double.isNaN(queue[i])) {
        pool.value(Signal.WAITING_REQUESTS, i, queue[i]);
      }
      if (!Double.isNaN(usage[i])) {
        pool.value(Signal.KV_CACHE_USAGE, i, usage[i]);
      }
    }
    return TestCycle.on(pool.build());
  }

  private static double saturation(SaturationDetector detector, TestCycle cycle) {
    return detector.saturation(cycle, cycle.candidates());
  }

  @ParameterizedTest
  @CsvSource({
    "0,       0,         0",
    "5,       0,         1",
    "0,       0.8,       1",
    "1,       0.4,       0.5",
    "4,       0.4,       0.8",
    "10,      0.1,       2",
    "0 5,     0 0,       0.5",
    "0 10 5,  0 0 0.4,   1",
    // Neither number was ever seen: saturated. One was: the other counts nothing.
    "-,       -,         1",
    "- 0,     - 0,       0.5",
    "2,       -,         0.4",
    "-,       0.2,       0.25",
  })
  void saturationIsTheMeanOfTheWorseOfBoth(String waiting, String kv, double saturation) {
    assertThat(saturation(detector, cycle(waiting, kv))).isCloseTo(saturation, within(1e-12));
  }

  @Test
  void noCandidatesAreSaturated() {
    assertThat(saturation(detector, cycle("", ""))).isEqualTo(1);
    assertThat(saturation(detector, cycle("0 0", "0 0").only())).isEqualTo(1);
  }

  @Test
  void onlyCandidatesCount() {
    assertThat(saturation(detector, cycle("0 50 0", "0 0 0").only(0, 2))).isZero();
    assertThat(saturation(detector, cycle("0 50 0", "0 0 0").only(1))).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource({"0,0.2", "200,0.2", "201,1", "100000,1"})
  void oldNumbersCountAsSaturated(long ageMs, double saturation) {
    assertThat(saturation(detector, cycle("1", "0").nowNanos(ageMs * MS))).isEqualTo(saturation);
  }

  @Test
  void oneOldNumberIsEnough() {
    EndpointSnapshot pool =
        EndpointSnapshot.builder()
            .endpoints(1)
            .value(Signal.WAITING_REQUESTS, 0, 0, 900 * MS)
            .value(Signal.KV_CACHE_USAGE, 0, 0, 100 * MS)
            .build();
    assertThat(saturation(detector, TestCycle.on(pool).nowNanos(1000 * MS))).isEqualTo(1);
    assertThat(saturation(detector, TestCycle.on(pool).nowNanos(300 * MS))).isZero();
  }

  @Test
  void thresholdsAreParameters() {
    SaturationDetector other =
        BuiltIns.of(
            SaturationDetector.class,
            "utilization-detector",
            Map.of(
                "queueDepthThreshold",
                10,
                "kvCacheUtilThreshold",
                0.5,
                "metricsStalenessThreshold",
                "2s",
                "headroom",
                3));
    assertThat(saturation(other, cycle("5", "0.1").nowNanos(2000 * MS))).isEqualTo(0.5);
    assertThat(saturation(other, cycle("5", "0.4").nowNanos(2000 * MS))).isEqualTo(0.8);
    assertThat(saturation(other, cycle("5", "0.4").nowNanos(2001 * MS))).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0 4 5 9,    0 0 0 0,          0,   0 1",
    "0 0 0 0,    0.1 0.79 0.8 1,   0,   0 1",
    "4 5 6 7,    0 0 0 0,          0.2, 0 1",
    "0 0 0 0,    0.9 0.95 0.97 1,  0.2, 0 1",
    // All over: all stay.
    "5 6 7 8,    0 0 0 0,          0,   0 1 2 3",
    "- - - -,    - - - -,          0,   0 1 2 3",
    // None over.
    "0 1 2 3,    0 0 0 0,          0,   0 1 2 3",
    "0 - 9 9,    0 - 0 0,          0,   0",
    "0 - 9 9,    - 0 0 0,          0,   0 1",
  })
  void theFilterKeepsEndpointsWithRoom(String waiting, String kv, double headroom, String kept) {
    Filter filter = BuiltIns.of(Filter.class, "utilization-detector", Map.of("headroom", headroom));
    assertThat(cycle(waiting, kv).filter(filter))
        .containsExactly(Arrays.stream(numbers(kept)).mapToInt(d -> (int) d).toArray());
    assertThat(filter.removesByLoad()).isTrue();
  }

  @Test
  void theFilterDropsOldNumbersUnlessAllAreOld() {
    EndpointSnapshot pool =
        EndpointSnapshot.builder()
            .endpoints(2)
            .value(Signal.WAITING_REQUESTS, 0, 0, 0)
            .value(Signal.WAITING_REQUESTS, 1, 0, 500 * MS)
            .build();
    Filter filter = BuiltInPlugins.utilizationFilter(Duration.ofMillis(200), 0);
    assertThat(TestCycle.on(pool).nowNanos(600 * MS).filter(filter)).containsExactly(1);
    assertThat(TestCycle.on(pool).nowNanos(900 * MS).filter(filter)).containsExactly(0, 1);
  }

  @Test
  void embeddersAreToldWhatIsExpected() {
    assertThatThrownBy(() -> BuiltInPlugins.utilizationDetector(Duration.ZERO))
        .hasMessage("staleness: PT0S (expected: > 0)");
    assertThatThrownBy(() -> BuiltInPlugins.utilizationFilter(Duration.ofSeconds(1), -1))
        .hasMessage("headroom: -1.0 (expected: >= 0)");
    assertThat(
            saturation(BuiltInPlugins.utilizationDetector(Duration.ofSeconds(1)), cycle("5", "0")))
        .isEqualTo(1);
  }
}
