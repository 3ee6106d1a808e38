package io.igw.extproc;

import static io.igw.extproc.EnvoyRig.servedBy;
import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every body mode that Envoy can be configured with, requests and responses apart (ext-proc.md 9).
 */
@Timeout(600)
class BodyModesIT {
  @TempDir Path directory;

  @AutoClose private @Nullable EnvoyRig rig;

  private EnvoyRig start(EngineSettings settings, String request, String response, String... flags)
      throws Exception {
    EnvoyRig started =
        EnvoyRig.start(
            directory,
            3,
            settings,
            EnvoyRig.QUEUE_AND_PREFIX,
            b -> b.withBodyModes(request, response),
            flags);
    rig = started;
    return started;
  }

  @ParameterizedTest
  @CsvSource({
    // request, response, profile, whether the prompt is seen, whether the usage is
    "FULL_DUPLEX_STREAMED, NONE, generic, true, false",
    "BUFFERED, BUFFERED, envoy-ai-gateway, true, true",
    "BUFFERED_PARTIAL, BUFFERED_PARTIAL, generic, false, true",
    "STREAMED, STREAMED, generic, false, true",
    "NONE, NONE, generic, false, false",
  })
  void routesAndFollows(
      String request, String response, String profile, boolean prompt, boolean usage)
      throws Exception {
    EngineSettings fast = EngineSettings.defaults().withSpeed(20);
    EnvoyRig rig = start(fast, request, response, "--gateway-profile=" + profile);
    for (int i = 0; i < 4; i++) {
      String text = ("conversation " + i + " ").repeat(60);
      HttpResponse<String> first = rig.send(rig.chat("base-model", text, false));
      HttpResponse<String> again = rig.send(rig.chat("base-model", text + "and then?", i % 2 == 0));
      assertThat(first.body()).contains("\"prompt_tokens\":");
      assertThat(servedBy(first)).isNotEmpty();
      if (prompt) {
        assertThat(servedBy(again)).isEqualTo(servedBy(first));
        assertThat(again.body()).doesNotContain("\"cached_tokens\":0");
      } else {
        servedBy(again);
      }
    }
    // 400 kB arrive whole, whether the picker sees them or not.
    HttpResponse<String> large = rig.send(rig.chat("base-model", "word ".repeat(80_000), false));
    assertThat(large.statusCode()).isEqualTo(200);
    assertThat(large.body()).contains("\"prompt_tokens\":100");
    assertThat(rig.send(rig.get("/v1/models")).statusCode()).isEqualTo(200);
    await(() -> rig.metric("igw_open_leases") == 0);
    assertThat(rig.metricSum("llm_d_epp_request_output_tokens_sum") > 0).isEqualTo(usage);
    rig.assertAllMutationsTaken();
  }

  /** There and back: each mode has its own way to change a body and its length. */
  @ParameterizedTest
  @CsvSource({
    "BUFFERED, STREAMED",
    "BUFFERED, BUFFERED",
    "BUFFERED, BUFFERED_PARTIAL",
    "FULL_DUPLEX_STREAMED, FULL_DUPLEX_STREAMED",
  })
  void modelsAreRewritten(String request, String response) throws Exception {
    EnvoyRig rig = start(EngineSettings.defaults(), request, response);
    modelIsRewritten(rig, false);
    modelIsRewritten(rig, true);
    rig.assertAllMutationsTaken();
  }

  private static void modelIsRewritten(EnvoyRig rig, boolean stream) throws Exception {
    String body = EnvoyRig.chatBody("alias", "hello", stream, 3);
    HttpRequest request =
        rig.to(EnvoyRig.CHAT)
            .header("content-type", "application/json")
            .header("x-gateway-model-name-rewrite", "base-model")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = rig.send(request);
    servedBy(response);
    assertThat(response.body()).contains("\"model\":\"alias\"");
    assertThat(response.headers().firstValue("x-gateway-model-name-served")).contains("base-model");
  }

  @ParameterizedTest
  @CsvSource({"STREAMED", "NONE"})
  void eventsAreNotHeldBack(String mode) throws Exception {
    EngineSettings slow = EngineSettings.defaults().withDecode(Duration.ofMinutes(50), 4);
    EnvoyRig rig = start(slow, "FULL_DUPLEX_STREAMED", mode);
    rig.breaksOffAStreamThatHasBegun();
  }

  /** Each holds an ext-proc stream, a lease and three connections. */
  @Test
  void holdsTwoThousandStreams() throws Exception {
    int streams = 2000;
    EngineSettings slow =
        EngineSettings.defaults()
            .withKvBlocks(100_000)
            .withMaxRunning(streams)
            .withDecode(Duration.ofSeconds(3), 4);
    EnvoyRig rig = start(slow, "FULL_DUPLEX_STREAMED", "FULL_DUPLEX_STREAMED");
    List<CompletableFuture<HttpResponse<InputStream>>> sent = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      HttpRequest request = rig.post(EnvoyRig.chatBody("base-model", "prompt " + i, true, 50));
      sent.add(rig.client().sendAsync(request, BodyHandlers.ofInputStream()));
    }
    for (CompletableFuture<HttpResponse<InputStream>> one : sent) {
      assertThat(one.get().statusCode()).isEqualTo(200);
    }
    assertThat(rig.metric("igw_open_leases")).isEqualTo(streams);
    for (CompletableFuture<HttpResponse<InputStream>> one : sent) {
      one.get().body().close();
    }
    await(() -> rig.metric("igw_open_leases") == 0);
  }
}
