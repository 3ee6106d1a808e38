package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixCacheScorerTest {
  @ParameterizedTest
  @CsvSource({
    // w, L, matched, total, block size, score
    "0,8192,0,10,64,0",
    "0,8192,3,10,64,0.3",
    "0,8192,10,10,64,1",
    "0,8192,12,10,64,1",
    "0,8192,3,0,64,0",
    "0,8192,0,0,0,0",
    "0.5,640,5,10,64,0.375",
    "0.5,640,20,40,64,0.75",
    "1,640,5,10,64,0.25",
    "1,640,10,1000,64,1",
    "0.3,4096,32,64,64,0.425",
    "0.5,640,5,10,0,0.5",
  })
  void scoresAsTheFormulaSays(
      double weight,
      double scale,
      double matched,
      double total,
      double blockTokens,
      double expected) {
    try (Gateway gateway = new Gateway(2)) {
      gateway.producer(
          "given",
          new double[] {matched, 0},
          new double[] {total, total},
          new double[] {blockTokens, blockTokens});
      gateway
          .profile(
              "default",
              Map.of(
                  "prefixMatchInfoProducerName", "given",
                  "matchLengthWeight", weight,
                  "matchLengthScaleTokens", scale))
          .handler()
          .start();
      Map<String, Double> scores = gateway.scores(Prompts.of(1), 0);
      assertThat(scores.get("e-0000")).isCloseTo(expected, within(1e-12));
      assertThat(scores.get("e-0001")).isZero();
    }
  }
}
