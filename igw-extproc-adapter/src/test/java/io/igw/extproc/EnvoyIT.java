package io.igw.extproc;

import static io.igw.extproc.EnvoyRig.servedBy;
import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServer;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Client, the real Envoy, the packaged jar, model servers: the whole way of a request. */
@Timeout(600)
class EnvoyIT {
  @TempDir Path directory;

  @AutoClose private @Nullable EnvoyRig rig;

  @BeforeEach
  void start() throws Exception {
    rig =
        EnvoyRig.start(
            directory,
            3,
            EngineSettings.defaults().withPrefill(80_000, Duration.ofMillis(10)),
            """
            - {type: queue-scorer}
            - {type: prefix-cache-scorer}
            - {type: lora-affinity-scorer}
            schedulingProfiles:
            - name: default
              plugins:
              - {pluginRef: queue-scorer}
              - {pluginRef: prefix-cache-scorer}
              # A loaded adapter (1) outweighs room for one (0.8) whatever the two others say.
              - {pluginRef: lora-affinity-scorer, weight: 12}
            """,
            "--max-request-body-bytes=1Mi");
  }

  @Test
  void routesByPrefixAndSpreadsTheRest() throws Exception {
    Set<String> everywhere = new HashSet<>();
    // New conversations go to equal servers by chance: a few more until each had one.
    for (int i = 0; i < 12 || everywhere.size() < 3 && i < 80; i++) {
      String prefix = ("conversation " + i + " ").repeat(60);
      String first = servedBy(rig.send(rig.chat("base-model", prefix, false)));
      everywhere.add(first);
      HttpResponse<String> again = rig.send(rig.chat("base-model", prefix + "and then?", false));
      assertThat(servedBy(again)).isEqualTo(first);
      assertThat(again.body()).contains("\"cached_tokens\":").doesNotContain("\"cached_tokens\":0");
    }
    assertThat(everywhere).hasSize(3);
    await(() -> rig.metric("igw_open_leases") == 0);
    rig.assertAllMutationsTaken();
  }

  @Test
  void routesByAdapter() throws Exception {
    // Runs for two minutes, longer than the rest of the test, and ends with the connection.
    HttpRequest streaming = rig.post(EnvoyRig.chatBody("adapter-a", "hello", true, 8000));
    HttpResponse<InputStream> running = rig.client().send(streaming, BodyHandlers.ofInputStream());
    try (InputStream body = running.body()) {
      assertThat(body.read()).isEqualTo('d');
      // The page that tells of the one running request tells of its adapter too.
      await(() -> rig.metricSum("llm_d_epp_average_running_requests") > 0);
      for (int i = 0; i < 30; i++) {
        assertThat(servedBy(rig.send(rig.chat("adapter-a", "other " + i, false))))
            .isEqualTo(servedBy(running));
      }
    }
  }

  @Test
  void avoidsAQueue() throws Exception {
    // Straight to one server, past the picker: more than it runs at once.
    ModelServer busy = rig.servers().server(0);
    List<CompletableFuture<?>> load = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      HttpRequest direct =
          HttpRequest.newBuilder(java.net.URI.create("http://" + busy.hostPort() + EnvoyRig.CHAT))
              .POST(
                  BodyPublishers.ofString(
                      EnvoyRig.chatBody("base-model", "direct " + i, true, 2000)))
              .build();
      load.add(rig.client().sendAsync(direct, BodyHandlers.discarding()));
    }
    await(() -> rig.metricSum("llm_d_epp_per_endpoint_queue_size") > 0);
    for (int i = 0; i < 10; i++) {
      assertThat(servedBy(rig.send(rig.chat("base-model", "prompt " + i, false))))
          .isNotEqualTo(busy.hostPort());
    }
    load.forEach(one -> one.cancel(true));
  }

  @Test
  void streamsEventsAndPassesLargePrompts() throws Exception {
    HttpResponse<String> events = rig.send(rig.chat("base-model", "hello", true));
    assertThat(events.body()).contains("data: {").endsWith("data: [DONE]\n\n");
    assertThat(servedBy(rig.send(rig.chat("base-model", "x".repeat(400_000), false)))).isNotEmpty();
  }

  @Test
  void eventsAreNotHeldBack() throws Exception {
    HttpRequest request = rig.post(EnvoyRig.chatBody("base-model", "hello", true, 2000));
    HttpResponse<InputStream> response = rig.client().send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      // 2,000 tokens take half a minute; the first is here long before the last is made.
      assertThat(body.read()).isEqualTo('d');
      assertThat(rig.metric("igw_open_leases")).isEqualTo(1);
    }
    // The client has left in the middle.
    await(() -> rig.metric("igw_open_leases") == 0);
  }

  @Test
  void aRequestWithoutABodyIsRouted() throws Exception {
    assertThat(servedBy(rig.send(rig.get("/v1/models"))))
        .isIn(rig.servers().servers().stream().map(ModelServer::hostPort).toList());
  }

  @Test
  void aDestinationFromTheClientIsIgnored() throws Exception {
    HttpRequest request =
        rig.to("/v1/models")
            .header("x-gateway-destination-endpoint", "127.0.0.1:" + rig.adminPort())
            .build();
    assertThat(servedBy(rig.send(request)))
        .isIn(
            rig.servers().servers().stream()
                .map(ModelServer::hostPort)
                .collect(Collectors.toList()));
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    HttpResponse<String> answer = rig.send(rig.post("{\"model\":"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("error unmarshaling request bodyMap");
    HttpResponse<String> nameless =
        rig.send(rig.post("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
    assertThat(nameless.statusCode()).isEqualTo(400);
    HttpResponse<String> tooLong = rig.send(rig.chat("base-model", "x".repeat(1_100_000), false));
    assertThat(tooLong.statusCode()).isEqualTo(413);
    assertThat(tooLong.body()).contains("1048576");
  }

  @Test
  void anEmptyPoolIsUnavailable() throws Exception {
    // A file without endpoints changes nothing; endpoints that are there and dead are another case.
    rig.killPicker();
    rig.writeEndpoints(List.of());
    rig.startPicker();
    await(() -> {
      HttpResponse<String> answer = rig.send(rig.chat("base-model", "hello", false));
      return answer.statusCode() == 503 && answer.body().contains("\"error\"");
    });
  }

  @Test
  void anEndpointThatLeavesIsNotPickedAgain() throws Exception {
    ModelServer gone = rig.servers().server(0);
    rig.writeEndpoints(List.of(rig.servers().server(1), rig.servers().server(2)));
    gone.kill();
    await(() -> {
      for (int i = 0; i < 10; i++) {
        if (rig.send(rig.chat("base-model", "p" + i, false)).statusCode() != 200) {
          return false;
        }
      }
      return true;
    });
  }

  @Test
  void aPickerThatComesBackServesAgain() throws Exception {
    rig.killPicker();
    assertThat(rig.send(rig.get("/v1/models")).statusCode())
        .as("fails closed")
        .isGreaterThanOrEqualTo(500);
    rig.startPicker();
    await(() -> rig.send(rig.get("/v1/models")).statusCode() == 200);
  }
}
