package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.scheduler.PluginGraph;
import io.igw.spi.DataProducer;
import io.igw.spi.Filter;
import io.igw.spi.Scorer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which parameters each built-in type takes, and what it says to others. */
class BuiltInParametersTest {
  static Stream<Arguments> refused() {
    return Stream.of(
        refused("single-profile-handler", "weight", 2, "no parameters"),
        refused("single-profile-handler", "profile", "x", "no parameters"),
        refused("active-request-scorer", "maxBusyScore", 1.5, "a number, 0..1"),
        refused("active-request-scorer", "maxBusyScore", -0.5, "a number, 0..1"),
        refused("active-request-scorer", "idleThreshold", 0.5, "a whole number"),
        refused("token-load-scorer", "queueThresholdTokens", "4k", "a number"),
        refused("token-load-scorer", "queueThresholdTokens", 1.5, "a whole number"),
        refused("max-score-picker", "maxNumOfEndpoints", "2", "a whole number"),
        refused("random-picker", "maxNumOfEndpoint", 2, "one of maxNumOfEndpoints"),
        refused("utilization-detector", "queueDepthThreshold", 0, "a whole number >= 1"),
        refused("utilization-detector", "kvCacheUtilThreshold", 0, "a number > 0 and <= 1"),
        refused("utilization-detector", "kvCacheUtilThreshold", 1.1, "a number > 0 and <= 1"),
        refused("utilization-detector", "metricsStalenessThreshold", "0s", "a duration > 0"),
        refused("utilization-detector", "metricsStalenessThreshold", 200, "a duration such as"),
        refused("utilization-detector", "headroom", -0.1, "a number >= 0"),
        refused("inflight-load-producer", "outputRatio", -1, "a number >= 0"),
        refused("inflight-load-producer", "maxEstimatedOutputTokens", -1, "a whole number >= 0"),
        refused("inflight-load-producer", "addEstimatedOutputTokens", "yes", "true or false"),
        refused("token-producer", "vllm", Map.of("url", "http://x"), "back end 'vllm'"),
        refused("token-producer", "modelName", "m", "back end 'vllm' is not in this build"),
        refused("token-producer", "udsTokenizerConfig", Map.of(), "back end 'udsTokenizerConfig'"),
        refused("token-producer", "estimates", Map.of(), "did you mean 'estimate'?"));
  }

  private static Arguments refused(String type, String key, Object value, String expected) {
    return Arguments.of(type, key, value, expected);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void wrongParametersAreRefusedWithWhatIsExpected(
      String type, String key, Object value, String expected) {
    assertThat(BuiltIns.problems(type, Map.of(key, value)))
        .singleElement()
        .asString()
        .startsWith(key + ": " + value + " (expected: ")
        .contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "queue-scorer",
        "kv-cache-utilization-scorer",
        "running-requests-size-scorer",
        "active-request-scorer",
        "token-load-scorer",
        "max-score-picker",
        "random-picker",
        "weighted-random-picker",
        "single-profile-handler",
        "utilization-detector",
        "inflight-load-producer",
        "token-producer"
      })
  void noneNeedsParameters(String type) {
    assertThat(BuiltIns.problems(type, null)).isEmpty();
    assertThat(BuiltIns.problems(type, Map.of())).isEmpty();
  }

  @Test
  void whatTheReferenceAcceptsIsAccepted() {
    assertThat(
            BuiltIns.problems(
                "active-request-scorer",
                Map.of(
                    "requestTimeout",
                    "2m",
                    "idleThreshold",
                    -1,
                    "maxBusyScore",
                    0,
                    "inFlightLoadProducerName",
                    "")))
        .isEmpty();
    assertThat(
            BuiltIns.problems(
                "inflight-load-producer",
                Map.of(
                    "addEstimatedOutputTokens",
                    true,
                    "outputRatio",
                    2,
                    "maxEstimatedOutputTokens",
                    512,
                    "prefixMatchInfoProducerName",
                    "",
                    "syncCrossReplicaState",
                    false)))
        .isEmpty();
    assertThat(
            BuiltIns.problems(
                "utilization-detector",
                Map.of("queueDepthThreshold", 999_999_999, "kvCacheUtilThreshold", 1.0)))
        .isEmpty();
  }

  @Test
  void mediaEstimatesOfTheReferenceAreRead() {
    Map<String, Object> resolution = Map.of("width", 1280, "height", 720);
    Map<String, Object> image =
        Map.of(
            "mode",
            "static",
            "defaultResolution",
            resolution,
            "dynamic",
            Map.of("factor", 784),
            "static",
            Map.of("staticToken", 16));
    Map<String, Object> video =
        Map.of(
            "defaultResolution",
            resolution,
            "defaultDuration",
            7.5,
            "maxVideoTokens",
            4096,
            "tokensPerFrame",
            Map.of(
                "mode", "static",
                "dynamic", Map.of("factor", 784),
                "static", Map.of("numTokensPerFrame", 66)),
            "frames",
            Map.of(
                "mode",
                "strided",
                "minFrames",
                4,
                "maxFrames",
                768,
                "sampled",
                Map.of("sampleFPS", 2, "temporalPatchSize", 2),
                "strided",
                Map.of("defaultSourceFPS", 30, "frameStride", 2)));
    assertThat(
            BuiltIns.problems(
                "token-producer", Map.of("estimate", Map.of("image", image, "video", video))))
        .isEmpty();
    assertThat(BuiltIns.problems("token-producer", Map.of("estimate", Map.of()))).isEmpty();
  }

  @Test
  void wrongMediaEstimatesAreRefusedByPath() {
    assertThat(
            BuiltIns.problems(
                "token-producer",
                Map.of(
                    "estimate",
                    Map.of(
                        "image",
                        Map.of("mode", "guess", "defaultResolution", Map.of("width", 0)),
                        "video",
                        Map.of("frames", Map.of("mode", "all", "fps", 3))))))
        .hasSize(4)
        .anyMatch(p -> p.startsWith("estimate.image.mode: guess (expected: 'dynamic' or 'static'"))
        .anyMatch(p -> p.startsWith("estimate.image.defaultResolution.width: 0 (expected: a whole"))
        .anyMatch(p -> p.startsWith("estimate.video.frames.mode: all (expected: 'sampled' or"))
        .anyMatch(p -> p.startsWith("estimate.video.frames.fps: 3 (expected: one of"));
  }

  @Test
  void backEndsThatExcludeEachOtherAreSaidTo() {
    assertThat(
            BuiltIns.problems(
                "token-producer",
                Map.of("estimate", Map.of(), "vllm", Map.of("timeout", "5s"), "modelName", "m")))
        .hasSize(3)
        .anyMatch(p -> p.contains("only one of 'estimate', 'vllm' and 'udsTokenizerConfig'"));
  }

  @Test
  void oneScorerBringsItsWholeChainOfProducers() {
    BuiltIns builtIns = new BuiltIns();
    builtIns.make(Scorer.class, "token-load-scorer", null);
    for (List<PluginGraph.Missing> missing = required(builtIns);
        !missing.isEmpty();
        missing = required(builtIns)) {
      builtIns.make(DataProducer.class, missing.get(0).producer(), null);
    }
    assertThat(builtIns.graph.producerOrder())
        .containsExactly("token-producer", "inflight-load-producer");
  }

  private static List<PluginGraph.Missing> required(BuiltIns builtIns) {
    return builtIns.graph.missing().stream().filter(PluginGraph.Missing::required).toList();
  }

  @Test
  void theDetectorHasBothRoles() {
    assertThat(BuiltInPlugins.utilizationFilter(java.time.Duration.ofSeconds(1), 0))
        .isInstanceOf(io.igw.spi.SaturationDetector.class);
    assertThat(BuiltIns.of(Filter.class, "utilization-detector", null)).isNotNull();
  }
}
