package io.igw.scheduler.plugins;

import static io.igw.scheduler.plugins.BuiltIns.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.EndpointSnapshot;
import io.igw.spi.Picker;
import io.igw.testkit.TestCycle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules of plugins-scheduling.md 4 and 8. */
class PickersTest {
  private static final int DRAWS = 20_000;

  private static TestCycle cycle(int endpoints) {
    return TestCycle.on(EndpointSnapshot.builder().endpoints(endpoints).build());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0.2 0.9 0.5,         1",
    "2, 0.2 0.9 0.5,         1 2",
    "3, 0.2 0.9 0.5,         1 2 0",
    "9, 0.2 0.9 0.5,         1 2 0",
    "1, -3 -1 -2,            1",
    "3, -3 -1 -2,            1 2 0",
    "1, - 0.1 -,             1",
    "1, - -5 -,              1",
    "2, - -5 7,              2 1",
  })
  void theBestTotalsAreTaken(int count, String totals, String picked) {
    double[] values = numbers(totals);
    int[] expected = Arrays.stream(numbers(picked)).mapToInt(d -> (int) d).toArray();
    assertThat(cycle(values.length).pick(BuiltInPlugins.maxScorePicker(count), values))
        .containsExactly(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void tiesGoToTheFewestInFlight(int count) {
    TestCycle cycle = cycle(4).inFlight(0, 2, 0).inFlight(1, 1, 0).inFlight(2, 3, 0);
    int[] picked = cycle.pick(BuiltInPlugins.maxScorePicker(count), 1, 1, 1, 0.5);
    assertThat(picked).startsWith(1);
    if (count == 3) {
      assertThat(picked).containsExactly(1, 0, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void furtherTiesAreDrawnEvenly(int count) {
    Picker picker = BuiltInPlugins.maxScorePicker(count);
    TestCycle cycle = cycle(5).inFlight(4, 1, 0);
    int[] first = new int[5];
    for (int i = 0; i < DRAWS; i++) {
      first[cycle.pick(picker, 1, 1, 0.9, 1, 1)[0]]++;
    }
    assertThat(first[2] + first[4]).isZero();
    for (int position : new int[] {0, 1, 3}) {
      assertThat(first[position]).isCloseTo(DRAWS / 3, within(DRAWS / 50));
    }
  }

  @Test
  void whereEveryTotalIsNotANumberLoadDecides() {
    double nan = Double.NaN;
    TestCycle cycle = cycle(3).inFlight(0, 2, 0).inFlight(1, 1, 0).inFlight(2, 2, 0);
    assertThat(cycle.pick(BuiltInPlugins.maxScorePicker(1), nan, nan, nan)).containsExactly(1);
    double least = Double.NEGATIVE_INFINITY;
    assertThat(cycle.pick(BuiltInPlugins.maxScorePicker(1), least, least, nan)).containsExactly(1);
  }

  @Test
  void severalAreTakenAsBySorting() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 500; round++) {
      int size = 1 + random.nextInt(60);
      int count = 2 + random.nextInt(70);
      double[] totals = random.doubles(size).map(u -> Math.floor(u * 8)).toArray();
      TestCycle cycle = cycle(size).seed(round);
      for (int i = 0; i < size; i++) {
        cycle.inFlight(i, random.nextInt(4), 0);
      }
      double[] inFlight = cycle.inFlightRequests();
      double[][] expected =
          IntStream.range(0, size)
              .mapToObj(i -> new double[] {-totals[i], inFlight[i]})
              .sorted(Comparator.comparingDouble((double[] r) -> r[0]).thenComparing(r -> r[1]))
              .limit(count)
              .toArray(double[][]::new);
      int[] picked = cycle.pick(BuiltInPlugins.maxScorePicker(count), totals);
      assertThat(
              Arrays.stream(picked)
                  .mapToObj(i -> new double[] {-totals[i], inFlight[i]})
                  .toArray(double[][]::new))
          .isDeepEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void randomTakesEachAlike(int count) {
    Picker picker = BuiltInPlugins.randomPicker(count);
    TestCycle cycle = cycle(4);
    int[][] at = new int[count][4];
    for (int i = 0; i < DRAWS; i++) {
      int[] picked = cycle.pick(picker, 0, 1, 2, 3);
      assertThat(picked).hasSize(count);
      for (int k = 0; k < count; k++) {
        at[k][picked[k]]++;
      }
    }
    for (int[] counts : at) {
      for (int times : counts) {
        assertThat(times).isCloseTo(DRAWS / 4, within(DRAWS / 50));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void weightedRandomTakesInProportion(int count) {
    double[] totals = {1, 2, 0, 5, -1};
    TestCycle cycle = cycle(5);
    int[] first = new int[5];
    for (int i = 0; i < DRAWS; i++) {
      first[cycle.pick(BuiltInPlugins.weightedRandomPicker(count), totals)[0]]++;
    }
    assertThat(first[2] + first[4]).isZero();
    assertThat(first[0]).isCloseTo(DRAWS / 8, within(DRAWS / 50));
    assertThat(first[1]).isCloseTo(DRAWS / 4, within(DRAWS / 50));
    assertThat(first[3]).isCloseTo(DRAWS * 5 / 8, within(DRAWS / 50));
  }

  /** Of 1, 2, 5 the pair of both first places: by the keys of the reference, and by the picker. */
  @Test
  void weightedRandomDrawsPairsAsTheKeysOfTheReferenceDo() {
    double[] totals = {1, 2, 5};
    SplittableRandom random = new SplittableRandom(9);
    TestCycle cycle = cycle(3);
    double[][] byKeys = new double[3][3];
    double[][] byPicker = new double[3][3];
    for (int i = 0; i < 2 * DRAWS; i++) {
      double[] keys =
          Arrays.stream(totals).map(t -> Math.pow(random.nextDouble(), 1 / t)).toArray();
      int[] order =
          IntStream.range(0, 3)
              .boxed()
              .sorted(Comparator.comparingDouble(k -> -keys[k]))
              .mapToInt(Integer::intValue)
              .toArray();
      byKeys[order[0]][order[1]]++;
      int[] picked = cycle.pick(BuiltInPlugins.weightedRandomPicker(2), totals);
      byPicker[picked[0]][picked[1]]++;
    }
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        assertThat(byPicker[i][j]).isCloseTo(byKeys[i][j], within(DRAWS / 25.0));
      }
    }
  }

  @Test
  void weightedRandomPutsTotalsWithoutWeightLast() {
    for (int i = 0; i < 200; i++) {
      int[] picked = cycle(4).seed(i).pick(BuiltInPlugins.weightedRandomPicker(4), 0, 3, -1, 1e-9);
      assertThat(picked).hasSize(4);
      assertThat(picked[0] + picked[1]).isEqualTo(4);
      assertThat(picked).contains(0, 2);
    }
  }

  @Test
  void weightedRandomWithoutAnyWeightIsRandom() {
    TestCycle cycle = cycle(3);
    int[] first = new int[3];
    for (int i = 0; i < DRAWS; i++) {
      first[cycle.pick(BuiltInPlugins.weightedRandomPicker(1), 0, -1, Double.NaN)[0]]++;
    }
    for (int times : first) {
      assertThat(times).isCloseTo(DRAWS / 3, within(DRAWS / 50));
    }
  }

  @Test
  void aTotalThatIsNotANumberDoesNotSpoilTheOthers() {
    for (int i = 0; i < 100; i++) {
      assertThat(cycle(3).seed(i).pick(BuiltInPlugins.weightedRandomPicker(1), 0, Double.NaN, 0.1))
          .containsExactly(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"max-score-picker", "random-picker", "weighted-random-picker"})
  void fewerThanOneMeansOne(String type) {
    for (int count : new int[] {0, -4, 1}) {
      Picker picker = BuiltIns.of(Picker.class, type, Map.of("maxNumOfEndpoints", count));
      assertThat(cycle(3).pick(picker, 1, 2, 3)).hasSize(1);
    }
    assertThat(cycle(3).pick(BuiltIns.of(Picker.class, type, null), 1, 2, 3)).hasSize(1);
    assertThat(
            cycle(3).pick(BuiltIns.of(Picker.class, type, Map.of("maxNumOfEndpoints", 2)), 1, 2, 3))
        .hasSize(2);
  }

  @Test
  void embeddersAreToldWhatACountMustBe() {
    assertThatThrownBy(() -> BuiltInPlugins.maxScorePicker(0))
        .hasMessage("count: 0 (expected: >= 1)");
  }
}
