package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.scheduler.MapParameters;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formulas of the estimate (prefix-cache.md 5.2), settings as {@code path=value}. */
class MediaTokensTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
                                                                         |    0 |    0 | 225
                                                                         | 1920 | 1080 | 2025
                                                                         |   31 |   33 | 1
                                                                         |  640 |    0 | 225
          image.dynamic.factor=784                                       | 1920 | 1080 | 2644
          image.defaultResolution.width=1024 image.defaultResolution.height=1024 | 0 | 0 | 1024
          image.defaultResolution.width=1024                             |  320 |  320 | 100
          image.mode=static                                              | 1920 | 1080 | 1
          image.mode=static image.staticToken=16                         | 1920 | 1080 | 16
          image.mode=static image.static.staticToken=17                  |    0 |    0 | 17
          image.mode=static image.staticToken=0                          |    0 |    0 | 1
          image.staticToken=16                                           |    0 |    0 | 225
          image.dynamic.factor=1                                         | 60000 | 60000 | 2147483647
          """)
  void images(String settings, int width, int height, int tokens) {
    MediaTokens estimate = estimate(settings);
    assertThat(estimate.image(width, height)).isEqualTo(tokens);
    assertThat(estimate.readsImageSize())
        .isEqualTo(settings == null || !settings.contains("mode=static"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
                                                                  |                         | 4500
          video.defaultDuration=7.6                               |                         | 3375
                                                                  | duration-seconds=30     | 13500
                                                                  | duration-seconds=0.4    | 1
                                                                  | duration-seconds=-3     | 4500
                                                                  | duration-seconds=0      | 4500
                                                                  | duration-seconds=NaN    | 4500
                                                                  | duration-seconds=1e999  | 4500
                                                                  | duration-seconds=long   | 4500
                                                                  | resolution=1280x720     | 18000
                                                                  | resolution=0x720        | 4500
                                                                  | resolution=1280         | 4500
                                                                  | resolution=axb          | 4500
                                                                  | resolution=8x8          | 20
                                                                  | fps=60                  | 4500
          video.defaultResolution.width=1280 video.defaultResolution.height=720 | | 18000
          video.tokensPerFrame.dynamic.factor=784                 |                         | 5860
          video.tokensPerFrame.mode=static                        |                         | 20
          video.tokensPerFrame.mode=static video.tokensPerFrame.static.numTokensPerFrame=66 | resolution=1280x720 | 1320
          video.maxVideoTokens=4096                               |                         | 4096
          video.maxVideoTokens=4096                               | duration-seconds=1      | 450
          video.frames.sampled.sampleFPS=0.5                      |                         | 1125
          video.frames.sampled.temporalPatchSize=3                |                         | 1350
          video.frames.sampled.temporalPatchSize=0                |                         | 4500
          video.frames.minFrames=32                               |                         | 7200
          video.frames.minFrames=32 video.frames.sampled.temporalPatchSize=2 |              | 3600
          video.frames.maxFrames=8                                |                         | 1800
          video.frames.mode=strided                               |                         | 54000
          video.frames.mode=strided                               | fps=30                  | 67500
          video.frames.mode=strided                               | fps=none                | 54000
          video.frames.mode=strided video.frames.strided.defaultSourceFPS=30 video.frames.strided.frameStride=7 | | 9450
          video.frames.mode=strided video.frames.maxFrames=4      |                         | 900
          video.frames.mode=strided                               | duration-seconds=1e300  | 2147483647
          """)
  void videos(String settings, String header, int tokens) {
    Map<String, String> headers = new HashMap<>();
    if (header != null) {
      headers.put("x-llm-d-video-" + header.split("=")[0], header.split("=")[1]);
    }
    assertThat(estimate(settings).video(headers::get)).isEqualTo(tokens);
  }

  @Test
  void framesThatCannotBe() {
    Map<String, Object> frames = Map.of("minFrames", 8, "maxFrames", 4);
    MapParameters parameters = new MapParameters(Map.of("video", Map.of("frames", frames)));
    new MediaTokens(parameters);
    assertThat(parameters.problems())
        .singleElement()
        .hasToString("video.frames.maxFrames: 4 (expected: at least minFrames, or 0 for no limit)");
  }

  private static MediaTokens estimate(String settings) {
    Map<String, Object> root = new LinkedHashMap<>();
    for (String setting : settings == null ? new String[0] : settings.split(" +")) {
      String path = setting.substring(0, setting.indexOf('='));
      put(root, path.split("\\."), value(setting.substring(path.length() + 1)));
    }
    MapParameters parameters = new MapParameters(root);
    MediaTokens estimate = new MediaTokens(parameters);
    assertThat(parameters.problems()).isEmpty();
    return estimate;
  }

  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> root, String[] path, Object value) {
    Map<String, Object> at = root;
    for (int i = 0; i < path.length - 1; i++) {
      at = (Map<String, Object>) at.computeIfAbsent(path[i], key -> new LinkedHashMap<>());
    }
    at.put(path[path.length - 1], value);
  }

  private static Object value(String text) {
    if (text.matches("[0-9]+")) {
      return Integer.valueOf(text);
    }
    return text.matches("[0-9.]+") ? (Object) Double.valueOf(text) : text;
  }
}
