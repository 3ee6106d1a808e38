package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code token-producer} says of media counts in the load of requests. */
class MediaEstimateTest {
  private static final String BODY =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[%s]}]}";

  private final Rig rig = new Rig();

  @AfterEach
  void stop() {
    rig.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          -                                                     | image_url | -                     | 900
          {image: {dynamic: {factor: 256}}}                     | image_url | -                     | 3600
          {image: {mode: static, staticToken: 77}}              | image_url | -                     | 77
          -                                                     | video_url | -                     | 4500
          {video: {frames: {maxFrames: 2}}}                     | video_url | -                     | 450
          -                                                     | video_url | 1                     | 450
          """)
  void tokensOfMedia(String estimate, String kind, String seconds, int tokens) {
    String parameters = estimate == null ? "" : ", parameters: {estimate: " + estimate + "}";
    PickerRuntime runtime =
        rig.start(
            Gateway.runtime(
                "plugins: [{type: token-load-scorer}, {type: token-producer" + parameters + "}]",
                "dataLayer: {injectDefaults: false}"));
    String url =
        kind.equals("video_url") ? "http://host/v.mp4" : "data:image/png;base64," + png(1280, 720);
    String item = "{\"" + kind + "\":{\"url\":\"" + url + "\"}}";
    double load = load(runtime, String.format(BODY, item), seconds);
    // The item's border and the other half of its hash stand before its tokens.
    assertThat(load - load(runtime, String.format(BODY, "{}"), seconds) - 2).isEqualTo(tokens);
  }

  private static double load(PickerRuntime runtime, String body, String seconds) {
    double before = Rig.inFlight(runtime);
    Gateway gateway = new Gateway(runtime);
    gateway.post(Gateway.CHAT, body, "x-llm-d-video-duration-seconds", seconds);
    double load = Rig.inFlight(runtime) - before;
    gateway.decision();
    gateway.exchange.close();
    return load;
  }

  private static String png(int width, int height) {
    ByteBuffer head =
        ByteBuffer.allocate(33)
            .putLong(0x89504E470D0A1A0AL)
            .putInt(13)
            .putInt(0x49484452)
            .putInt(width)
            .putInt(height);
    return Base64.getEncoder().encodeToString(head.array());
  }
}
