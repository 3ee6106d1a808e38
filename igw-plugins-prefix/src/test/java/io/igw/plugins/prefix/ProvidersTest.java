package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Schema;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.PluginProvider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvidersTest {
  private static final PluginProvider PRODUCER = new PrefixProviders.Approx();
  private static final PluginProvider SCORER = new PrefixProviders.Scorer();

  private final PluginGraph graph =
      new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run);

  private List<String> problems(PluginProvider provider, Map<String, ?> values) {
    MapParameters parameters = new MapParameters(values);
    provider.create(parameters, graph.context("p"));
    return parameters.problems().stream().map(MapParameters.Problem::path).toList();
  }

  @Test
  void bothNeedNoParameters() {
    assertThat(problems(PRODUCER, null)).isEmpty();
    assertThat(problems(SCORER, null)).isEmpty();
  }

  @Test
  void acceptWhatTheReferenceAccepts() {
    assertThat(
            problems(
                PRODUCER,
                Map.of(
                    "autoTune", false,
                    "blockSizeTokens", 16,
                    "blockSize", 0,
                    "maxPrefixTokensToMatch", 16_384,
                    "maxPrefixBlocksToMatch", 256,
                    "lruCapacityPerServer", 31_250)))
        .isEmpty();
    assertThat(
            problems(
                SCORER,
                Map.of(
                    "prefixMatchInfoProducerName",
                    "mine",
                    "matchLengthWeight",
                    0.3,
                    "matchLengthScaleTokens",
                    4096)))
        .isEmpty();
  }

  @Test
  void theScorerAcceptsParametersThatWereItsOwnOnce() {
    assertThat(
            problems(
                SCORER,
                Map.of(
                    "blockSize", 64,
                    "blockSizeTokens", 16,
                    "maxPrefixBlocksToMatch", 256,
                    "lruCapacityPerServer", 31_250)))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "blockSizeTokens,-1",
    "blockSize,-1",
    "maxPrefixTokensToMatch,-1",
    "maxPrefixBlocksToMatch,-1",
    "lruCapacityPerServer,-1",
    "maxIndexBytes,1000",
    "blocksize,16",
  })
  void theProducerRefuses(String key, int value) {
    assertThat(problems(PRODUCER, Map.of(key, value))).containsExactly(key);
  }

  @Test
  void theProducerRefusesBlocksOfNoTokensWithoutAutoTune() {
    assertThat(problems(PRODUCER, Map.of("blockSizeTokens", 0, "autoTune", false)))
        .containsExactly("blockSizeTokens");
    assertThat(problems(PRODUCER, Map.of("blockSizeTokens", 0))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"matchLengthWeight,-0.1", "matchLengthWeight,1.1", "matchLengthScaleTokens,-1"})
  void theScorerRefuses(String key, double value) {
    assertThat(problems(SCORER, Map.of(key, value))).containsExactly(key);
  }

  @Test
  void theScorerNeedsAScaleWhereLengthCounts() {
    assertThat(problems(SCORER, Map.of("matchLengthWeight", 0.5, "matchLengthScaleTokens", 0)))
        .containsExactly("matchLengthScaleTokens");
    assertThat(problems(SCORER, Map.of("matchLengthScaleTokens", 0))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"-,16", "-,16", "blockSize,128"})
  void theAliasCountsWhereTheNameIsMissing(String key, int expected) {
    Map<String, Integer> values = key == null ? Map.of() : Map.of(key, expected);
    assertThat(PrefixIndexSettings.read(new MapParameters(values)).blockTokens())
        .isEqualTo(expected);
    assertThat(
            PrefixIndexSettings.read(
                    new MapParameters(Map.of("blockSizeTokens", 32, "blockSize", 128)))
                .blockTokens())
        .isEqualTo(32);
  }

  @Test
  void aCapacityOfNothingIsTheDefault() {
    assertThat(
            PrefixIndexSettings.read(new MapParameters(Map.of("lruCapacityPerServer", 0)))
                .capacity())
        .isEqualTo(31_250);
  }

  @Test
  void aScorerWithoutProducerAsksForTheDefaultOne() {
    problems(SCORER, Map.of());
    assertThat(graph.missing())
        .isNotEmpty()
        .allSatisfy(missing -> {
          assertThat(missing.producer()).isEqualTo("approx-prefix-cache-producer");
          assertThat(missing.required()).isTrue();
        });
  }

  @Test
  void whatWasLearnedSurvivesAReloadUnlessTheBoundChanges() {
    PrefixIndex first = index(graph, Map.of("lruCapacityPerServer", 100));
    PluginGraph second =
        new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run, graph);
    assertThat(index(second, Map.of("lruCapacityPerServer", 200))).isSameAs(first);
    PluginGraph third =
        new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run, second);
    assertThat(index(third, Map.of("maxIndexBytes", 1 << 20))).isNotSameAs(first);
  }

  private static PrefixIndex index(PluginGraph graph, Map<String, ?> values) {
    return ((ApproxPrefixCacheProducer)
            PRODUCER.create(new MapParameters(values), graph.context("p")))
        .index();
  }
}
