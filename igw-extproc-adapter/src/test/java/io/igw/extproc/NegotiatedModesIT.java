package io.igw.extproc;

import static io.igw.extproc.EnvoyRig.servedBy;
import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.envoy.EnvoyBootstrap;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Body modes that the picker asks the real Envoy for (ext-proc.md 9.3): what is not needed is not
 * sent, which shows in the number of messages that Envoy sends.
 */
@Timeout(600)
class NegotiatedModesIT {
  private static final int TOKENS = 60;

  @TempDir Path directory;

  @AutoClose private @Nullable EnvoyRig rig;

  private EnvoyRig start(EngineSettings settings, String tokenMetrics) throws Exception {
    EnvoyRig started =
        EnvoyRig.start(
            directory,
            3,
            settings,
            EnvoyRig.QUEUE_AND_PREFIX,
            EnvoyBootstrap::withNegotiatedModes,
            "--body-modes=negotiated",
            "--token-metrics=" + tokenMetrics);
    rig = started;
    return started;
  }

  /** Messages of all streams so far. */
  private static long messages(EnvoyRig rig) throws Exception {
    String stats = rig.envoy().admin("/stats?filter=ext_proc.stream_msgs_sent");
    Matcher count = Pattern.compile("stream_msgs_sent: (\\d+)").matcher(stats);
    assertThat(count.find()).as(stats).isTrue();
    return Long.parseLong(count.group(1));
  }

  @ParameterizedTest
  @CsvSource({"off, false", "on, true"})
  void responseBodiesComeOnlyWhereTheyAreNeeded(String tokenMetrics, boolean bodies)
      throws Exception {
    // A second for the stream: its events come apart even where somebody is late.
    EngineSettings settings =
        EngineSettings.defaults().withSpeed(20).withDecode(Duration.ofMillis(300), 16);
    EnvoyRig rig = start(settings, tokenMetrics);
    long before = messages(rig);
    String text = "a conversation ".repeat(100);
    HttpResponse<String> streamed =
        rig.send(rig.post(EnvoyRig.chatBody("base-model", text, true, TOKENS)));
    assertThat(streamed.body()).contains("[DONE]");
    long sent = messages(rig) - before;
    if (bodies) {
      // Events may come together, but not all of them.
      assertThat(sent).isGreaterThan(8);
    } else {
      // Request headers, the body in one or two, response headers.
      assertThat(sent).isBetween(3L, 4L);
    }
    // The request's body is read in either case: the same prompt goes to the same server.
    HttpResponse<String> again =
        rig.send(rig.post(EnvoyRig.chatBody("base-model", text + "go on", false, 3)));
    assertThat(servedBy(again)).isEqualTo(servedBy(streamed));
    assertThat(again.body()).doesNotContain("\"cached_tokens\":0");
    // It arrives whole, whatever its size, and what the picker refuses is refused.
    HttpResponse<String> large = rig.send(rig.chat("base-model", "word ".repeat(80_000), false));
    assertThat(large.body()).contains("\"prompt_tokens\":100");
    assertThat(rig.send(rig.post("not json")).statusCode()).isEqualTo(400);
    await(() -> rig.metric("igw_open_leases") == 0);
    assertThat(rig.metricSum("llm_d_epp_request_output_tokens_sum") > 0).isEqualTo(bodies);
    assertThat(rig.metricSum("llm_d_epp_request_ttft_seconds_count") > 0).isEqualTo(bodies);
    assertThat(rig.metricSum("llm_d_epp_request_duration_seconds_count")).isGreaterThanOrEqualTo(3);
    assertThat(rig.metricSum("llm_d_epp_request_error_total")).isEqualTo(1);
    rig.assertAllMutationsTaken();
  }

  /** A path that no parser reads needs no body at all, nor does a request that has none. */
  @Test
  void whatNobodyReadsIsNotSent() throws Exception {
    EnvoyRig rig = start(EngineSettings.defaults(), "off");
    long before = messages(rig);
    assertThat(rig.send(rig.get("/v1/models")).statusCode()).isEqualTo(200);
    assertThat(messages(rig) - before).isEqualTo(2);
  }

  @Test
  void requestsWithoutABodyMayHaveAResponseThatIsNeeded() throws Exception {
    EnvoyRig rig = start(EngineSettings.defaults(), "on");
    long before = messages(rig);
    assertThat(rig.send(rig.get("/v1/models")).body()).contains("base-model");
    assertThat(messages(rig) - before).isGreaterThan(2);
    await(() -> rig.metric("igw_open_leases") == 0);
  }

  /** Without response bodies the lease lasts as long as the stream, which is the response's. */
  @ParameterizedTest
  @CsvSource({"off", "on"})
  void leasesLastAsLongAsResponses(String tokenMetrics) throws Exception {
    EnvoyRig rig =
        start(EngineSettings.defaults().withDecode(Duration.ofMinutes(50), 4), tokenMetrics);
    rig.breaksOffAStreamThatHasBegun();
  }
}
