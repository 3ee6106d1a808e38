package io.igw.extproc;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServer;
import io.igw.simulator.ModelServers;
import io.igw.simulator.envoy.EnvoyBootstrap;
import io.igw.simulator.envoy.EnvoyProcess;
import io.igw.simulator.envoy.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Client, the real Envoy, the packaged jar, model servers: the whole way of a request. */
@Timeout(120)
class EnvoyIT {
  private static final String CHAT = "/v1/chat/completions";

  @TempDir Path directory;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private @Nullable ModelServers servers;
  private @Nullable Process picker;
  private @Nullable EnvoyProcess envoy;
  private int[] ports = {};

  @BeforeEach
  void start() throws Exception {
    Optional<Path> binary = EnvoyProcess.find();
    Assumptions.assumeTrue(
        binary.isPresent(), "no Envoy found: run scripts/install-envoy for the end-to-end tests");
    ports = FreePorts.find(5);
    servers = ModelServers.start(3, EngineSettings.defaults());
    writeEndpoints(servers.servers());
    Files.writeString(
        directory.resolve("config.yaml"),
        """
        apiVersion: llm-d.ai/v1alpha1
        kind: EndpointPickerConfig
        plugins:
        - {name: files, type: file-discovery, parameters: {path: %s, watchFile: true}}
        - {type: queue-scorer}
        - {type: prefix-cache-scorer}
        - {type: lora-affinity-scorer}
        dataLayer:
          discovery: {pluginRef: files}
        """
            .formatted(directory.resolve("endpoints.yaml")));
    startPicker();
    envoy =
        EnvoyProcess.start(
            binary.orElseThrow(), EnvoyBootstrap.of(ports[0], ports[1], ports[2]), directory);
    await(() -> send(get("/v1/models")).statusCode() == 200);
  }

  private void writeEndpoints(List<ModelServer> live) throws IOException {
    String entries =
        live.stream()
            .map(s ->
                "- {name: s%d, address: %s, port: \"%d\"}\n"
                    .formatted(s.port(), s.host(), s.port()))
            .collect(Collectors.joining());
    Files.writeString(
        directory.resolve("endpoints.yaml"),
        "endpoints:" + (live.isEmpty() ? " []\n" : "\n" + entries));
  }

  private void startPicker() throws IOException {
    picker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("igw.jar"),
                "epp",
                "--config-file=" + directory.resolve("config.yaml"),
                "--secure-serving=false",
                "--grpc-port=" + ports[2],
                "--grpc-health-port=" + ports[3],
                "--metrics-port=" + ports[4])
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("picker.log").toFile()))
            .start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (envoy != null) {
      envoy.close();
    }
    if (picker != null) {
      picker.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    if (servers != null) {
      servers.close();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(until);
      LockSupport.parkNanos(50_000_000);
    }
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports[0] + path));
  }

  private HttpRequest get(String path) {
    return to(path).build();
  }

  private HttpRequest chat(String model, String prompt, boolean stream) {
    String body =
        "{\"model\":\"%s\",\"stream\":%s,\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted(model, stream, prompt);
    return to(CHAT)
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  private static String servedBy(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.headers().firstValue("x-served-by").orElseThrow();
  }

  private String metric(String name) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports[4] + "/metrics")).build();
    return send(request)
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .findFirst()
        .orElse("");
  }

  @Test
  void routesByPrefixAndSpreadsTheRest() throws Exception {
    Set<String> everywhere = new HashSet<>();
    for (int i = 0; i < 12; i++) {
      String prefix = ("conversation " + i + " ").repeat(60);
      String first = servedBy(send(chat("base-model", prefix, false)));
      everywhere.add(first);
      HttpResponse<String> again = send(chat("base-model", prefix + "and then?", false));
      assertThat(servedBy(again)).isEqualTo(first);
      assertThat(again.body()).contains("\"cached_tokens\":").doesNotContain("\"cached_tokens\":0");
    }
    assertThat(everywhere).hasSize(3);
    await(() -> metric("igw_open_leases").endsWith(" 0.0"));
    assertThat(envoy.admin("/stats?filter=rejected_header_mutations"))
        .doesNotContainPattern("rejected_header_mutations: [1-9]");
  }

  @Test
  void streamsEventsAndPassesLargePrompts() throws Exception {
    HttpResponse<String> events = send(chat("base-model", "hello", true));
    assertThat(events.body()).contains("data: {").endsWith("data: [DONE]\n\n");
    assertThat(servedBy(send(chat("base-model", "x".repeat(400_000), false)))).isNotEmpty();
  }

  @Test
  void aDestinationFromTheClientIsIgnored() throws Exception {
    HttpRequest request =
        to("/v1/models").header("x-gateway-destination-endpoint", "127.0.0.1:" + ports[1]).build();
    assertThat(servedBy(send(request)))
        .isIn(servers.servers().stream().map(ModelServer::hostPort).toList());
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    HttpRequest broken = to(CHAT).POST(BodyPublishers.ofString("{\"model\":")).build();
    HttpResponse<String> answer = send(broken);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("error unmarshaling request bodyMap");
    assertThat(
            send(to(CHAT)
                    .POST(
                        BodyPublishers.ofString(
                            "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"))
                    .build())
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void anEndpointThatLeavesIsNotPickedAgain() throws Exception {
    ModelServer gone = servers.server(0);
    writeEndpoints(List.of(servers.server(1), servers.server(2)));
    gone.kill();
    await(() -> send(chat("base-model", "p", false)).statusCode() == 200);
    await(() -> {
      for (int i = 0; i < 10; i++) {
        HttpResponse<String> response = send(chat("base-model", "p" + i, false));
        if (response.statusCode() != 200) {
          return false;
        }
      }
      return true;
    });
  }

  @Test
  void aPickerThatComesBackServesAgain() throws Exception {
    picker.destroyForcibly().waitFor();
    assertThat(send(get("/v1/models")).statusCode()).as("fails closed").isGreaterThanOrEqualTo(500);
    startPicker();
    await(() -> send(get("/v1/models")).statusCode() == 200);
  }
}
