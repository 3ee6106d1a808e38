package io.igw.extproc;

import static io.igw.extproc.EnvoyRig.servedBy;
import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.Fault;
import io.igw.simulator.ModelServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Faults on both sides of the real Envoy: model servers that fail in every way, bodies that are
 * wrong, a picker that is late, stands still, dies and comes back, with Envoy failing closed and
 * open. Each time nothing stays in flight, no lease stays open, and other requests go on. What
 * clients break off is tested by {@link ResetsIT}.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
  private static final EngineSettings FAST = EngineSettings.defaults().withSpeed(20);
  private static final String PLUGINS =
      """
      - {type: outlier-ejection,
         parameters: {consecutiveErrors: 1, baseEjectionTime: 10m, maxEjectedShare: 0.5}}
      """;

  /** Names the only server that may answer. */
  private static final String ONLY = "x-only";

  @TempDir static Path directory;

  @AutoClose private EnvoyRig rig;
  private ModelServer good;
  private ModelServer bad;

  @BeforeAll
  void start() throws Exception {
    rig =
        EnvoyRig.start(
            Files.createDirectory(directory.resolve("shared")),
            2,
            FAST,
            PLUGINS,
            bootstrap -> bootstrap.withSubsetHeader(ONLY));
    good = rig.servers().server(0);
    bad = rig.servers().server(1);
  }

  private static void settle(EnvoyRig rig) throws Exception {
    await(() -> rig.metric("igw_open_leases") == 0);
    assertThat(rig.metric("igw_in_flight_requests")).isZero();
    assertThat(rig.metric("igw_in_flight_tokens")).isZero();
    assertThat(rig.metric("igw_held_body_bytes")).isZero();
    assertThat(rig.metric("igw_leases_expired_total")).isZero();
    assertThat(rig.metric("igw_stream_faults_total")).isZero();
    assertThat(rig.pickerLog()).as("no stack traces").doesNotContain("\tat ");
  }

  private HttpRequest to(ModelServer server, boolean stream, int tokens) {
    return rig.to(EnvoyRig.CHAT)
        .header("content-type", "application/json")
        .header(ONLY, server.hostPort())
        .POST(BodyPublishers.ofString(EnvoyRig.chatBody("base-model", "hello", stream, tokens)))
        .build();
  }

  /** A stream of more than a minute that has begun. */
  private InputStream longStream(ModelServer server) throws Exception {
    HttpResponse<InputStream> response =
        rig.client().send(to(server, true, 100_000), BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body().read()).isEqualTo('d');
    return response.body();
  }

  private static boolean asksPicker(EnvoyRig rig) throws IOException {
    return rig.envoy().stat("cluster.picker.upstream_rq_active") > 0;
  }

  private static HttpRequest chat(EnvoyRig rig) {
    return rig.chat("base-model", "hello", false);
  }

  @ParameterizedTest
  @CsvSource({"RESET, 503", "ERROR, 500", "GARBAGE, 502"})
  void aServerThatFailsBeforeItAnswers(Fault fault, int status) throws Exception {
    try (InputStream other = longStream(good)) {
      bad.fault(fault);
      assertThat(rig.send(to(bad, false, 3)).statusCode()).isEqualTo(status);
      assertThat(rig.send(to(bad, true, 3)).statusCode()).isEqualTo(status);
      bad.fault(Fault.OK);
      assertThat(servedBy(rig.send(to(bad, true, 3)))).isEqualTo(bad.hostPort());
      assertThat(other.readNBytes(10_000)).hasSize(10_000);
    }
    settle(rig);
  }

  @Test
  void aServerThatDiesWithinItsAnswer() throws Exception {
    try (InputStream other = longStream(good);
        InputStream broken = longStream(bad)) {
      bad.kill();
      assertThatThrownBy(broken::readAllBytes).isInstanceOf(IOException.class);
      assertThat(rig.send(to(bad, true, 3)).statusCode()).as("cannot be reached").isEqualTo(503);
      bad.restart();
      assertThat(servedBy(rig.send(to(bad, true, 3)))).isEqualTo(bad.hostPort());
      assertThat(other.readNBytes(10_000)).hasSize(10_000);
    }
    settle(rig);
  }

  @Test
  void aServerThatCannotBeReachedIsLeftOut() throws Exception {
    bad.kill();
    try {
      assertThat(rig.send(to(bad, false, 3)).statusCode()).isEqualTo(503);
      for (int i = 0; i < 20; i++) {
        assertThat(servedBy(rig.send(chat(rig)))).isEqualTo(good.hostPort());
      }
    } finally {
      bad.restart();
    }
    settle(rig);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          { ~ error unmarshaling request bodyMap: offset 1
          nonsense ~ error unmarshaling request bodyMap: offset 0
          ["secret"] ~ error unmarshaling request bodyMap: offset 0: expected an object
          {"model":"m","messages":[{"role":"user","content":"secret"} ~ error unmarshaling request bodyMap
          {"model":"m","messages":[]} ~ messages: expected an array with at least one element
          {"model":"m","messages":[{"role":"user","content":5}],"user":"secret"} ~ messages[0].content
          {"messages":[{"role":"user","content":"secret"}]} ~ model not found in request body
          {"model":5,"messages":[{"role":"user","content":"secret"}]} ~ model not found in request body
          {"model":"m","messages":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ ~ expected at most 64 levels
          """)
  void aBodyThatIsWrong(String body, String message) throws Exception {
    HttpResponse<String> answer = rig.send(rig.post(body));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("invalid_request_error", message).doesNotContain("secret");
    assertThat(rig.send(chat(rig)).statusCode()).isEqualTo(200);
    settle(rig);
  }

  /** In FULL_DUPLEX_STREAMED mode Envoy waits as long as it takes (ext-proc.md 9.4). */
  @Test
  void aPickerThatStandsStillDiesAndComesBack() throws Exception {
    rig.stopPicker();
    CompletableFuture<HttpResponse<String>> late =
        rig.client().sendAsync(chat(rig), BodyHandlers.ofString());
    await(() -> asksPicker(rig));
    assertThat(late).isNotDone();
    rig.resumePicker();
    assertThat(late.get().statusCode()).as("late").isEqualTo(200);
    settle(rig);

    try (InputStream running = longStream(good)) {
      await(() -> rig.metric("igw_open_leases") == 1);
      rig.stopPicker();
      CompletableFuture<HttpResponse<String>> never =
          rig.client().sendAsync(chat(rig), BodyHandlers.ofString());
      await(() -> rig.envoy().stat("cluster.picker.upstream_rq_active") > 1);
      rig.killPicker();
      assertThat(never.get().statusCode()).as("fails closed").isEqualTo(500);
      assertThatThrownBy(running::readAllBytes).isInstanceOf(IOException.class);
    }
    rig.startPicker();
    await(() -> rig.send(chat(rig)).statusCode() == 200);
    settle(rig);
    aClientThatGivesUpTellsNothingOfItsServer();
  }

  /** The picker knows nothing of the servers yet. */
  private void aClientThatGivesUpTellsNothingOfItsServer() throws Exception {
    bad.fault(Fault.HANG);
    CompletableFuture<HttpResponse<String>> hanging =
        rig.client().sendAsync(to(bad, true, 3), BodyHandlers.ofString());
    await(() -> rig.metric("igw_open_leases") == 1);
    hanging.cancel(true);
    settle(rig);
    bad.fault(Fault.OK);
    await(() -> servedBy(rig.send(chat(rig))).equals(bad.hostPort()));
  }

  /** A timeout for each answer, where Envoy has one: in modes with an answer for each message. */
  @Test
  void aPickerThatIsTooLateFailsClosed() throws Exception {
    try (EnvoyRig timed =
        EnvoyRig.start(
            Files.createDirectory(directory.resolve("closed")),
            2,
            FAST,
            PLUGINS,
            bootstrap -> bootstrap.withBodyModes("BUFFERED", "STREAMED").withMessageTimeout(1))) {
      timed.stopPicker();
      assertThat(timed.send(chat(timed)).statusCode()).isEqualTo(504);
      assertThat(timed.send(timed.get("/v1/models")).statusCode()).isEqualTo(504);
      timed.resumePicker();
      await(() -> timed.send(chat(timed)).statusCode() == 200);
      settle(timed);
    }
  }

  @Test
  void aPickerThatIsTooLateFailsOpen() throws Exception {
    try (EnvoyRig open =
        EnvoyRig.start(
            Files.createDirectory(directory.resolve("open")),
            2,
            FAST,
            PLUGINS,
            (bootstrap, servers) ->
                bootstrap
                    .withBodyModes("BUFFERED", "STREAMED")
                    .withMessageTimeout(1)
                    .withOverrideHost(
                        servers.servers().stream().map(ModelServer::hostPort).toList())
                    .withFailOpen())) {
      await(() -> isPicking(open));
      open.stopPicker();
      assertThat(open.send(chat(open)).statusCode()).as("goes on unpicked").isEqualTo(200);
      assertThat(open.send(open.get("/v1/models")).statusCode()).isEqualTo(200);
      open.resumePicker();
      settle(open);

      HttpRequest request = open.post(EnvoyRig.chatBody("base-model", "long", true, 2000));
      HttpResponse<InputStream> running = open.client().send(request, BodyHandlers.ofInputStream());
      assertThat(running.statusCode()).isEqualTo(200);
      open.killPicker();
      assertThat(new String(running.body().readAllBytes(), StandardCharsets.UTF_8))
          .endsWith("data: [DONE]\n\n");
      assertThat(open.send(chat(open)).statusCode()).isEqualTo(200);
      open.startPicker();
      await(() -> isPicking(open));
      settle(open);
    }
  }

  /** Whether requests go through the picker, which may not be up yet. */
  private static boolean isPicking(EnvoyRig rig) throws Exception {
    assertThat(rig.send(chat(rig)).statusCode()).isEqualTo(200);
    try {
      return rig.metricSum("llm_d_epp_request_total") > 0;
    } catch (IOException e) {
      return false;
    }
  }
}
