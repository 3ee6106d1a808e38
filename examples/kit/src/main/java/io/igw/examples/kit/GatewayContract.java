package io.igw.examples.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.igw.api.EndpointId;
import io.igw.runtime.PickerMetrics;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.Fault;
import io.igw.simulator.ModelServer;
import io.igw.simulator.ModelServers;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every gateway that embeds the picker must do: extend it, and give it the gateway. Each test
 * runs against three simulated model servers.
 */
@NullUnmarked
@Timeout(60)
public abstract class GatewayContract {
  private static final EngineSettings FAST =
      EngineSettings.defaults().withDecode(Duration.ofMillis(5), 4).withSpeed(10);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** The built-in configuration. */
  private static final String DEFAULT = "";

  private static final String ONE_EACH =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      plugins:
      - {type: queue-scorer}
      - {type: concurrency-detector, parameters: {maxConcurrency: 1}}
      schedulingProfiles:
      - {name: default, plugins: [{pluginRef: queue-scorer}]}
      flowControl: {saturationDetector: {pluginRef: concurrency-detector}}
      """;

  /** Gateways on their way out: frameworks wait some seconds for late work. */
  private static final List<CompletableFuture<Void>> ENDING = new CopyOnWriteArrayList<>();

  private final List<String> failures = new CopyOnWriteArrayList<>();
  private ModelServers servers;
  private PickerRuntime runtime;
  private RunningGateway gateway;

  /** Starts the gateway under test on a free port. */
  protected abstract RunningGateway start(PickerRuntime runtime);

  @BeforeEach
  void startServers() {
    serve(FAST, Long.MAX_VALUE, DEFAULT);
  }

  private void serve(EngineSettings settings, long maxBodyBytes, String configuration) {
    servers = ModelServers.start(3, settings);
    PickerRuntime.Builder builder =
        PickerRuntime.builder()
            .objective("batch", -1)
            .endpoints(servers.endpoints())
            .maxRequestBodyBytes(maxBodyBytes)
            .metrics(
                new PickerMetrics() {
                  @Override
                  public void requestFailed(RequestLabels labels, String code) {
                    failures.add(code);
                  }
                });
    if (!configuration.isEmpty()) {
      builder.yaml(configuration, "test");
    }
    runtime = builder.build();
    runtime.start();
    gateway = start(runtime);
  }

  @AfterEach
  void stopServers() {
    ENDING.add(CompletableFuture.runAsync(gateway::close, task -> new Thread(task).start()));
    runtime.close();
    servers.close();
  }

  @AfterAll
  static void awaitEnds() {
    ENDING.forEach(CompletableFuture::join);
  }

  private HttpRequest.Builder post(String body) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + gateway.port() + "/v1/completions"))
        .timeout(Duration.ofSeconds(30))
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private static String completion(String prompt, boolean stream) {
    return "{\"model\":\"base-model\",\"prompt\":\"" + prompt + "\",\"stream\":" + stream + "}";
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private void awaitNoLeases() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (runtime.scheduler().openLeases() > 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(runtime.scheduler().openLeases()).isZero();
  }

  /** Other endpoints from now on. */
  private void endpoints(List<EndpointSpec> specs) {
    runtime.pool().replaceAll(specs);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (runtime.pool().snapshot().size() != specs.size() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(runtime.pool().snapshot().size()).isEqualTo(specs.size());
  }

  @Test
  void followsThePrefix() throws Exception {
    String prompt = "shared words ".repeat(500);
    String first =
        send(post(completion(prompt, false))).headers().firstValue("x-served-by").orElseThrow();
    for (int i = 0; i < 5; i++) {
      HttpResponse<String> response = send(post(completion(prompt + i, true)));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("x-served-by")).contains(first);
      assertThat(response.body()).endsWith("data: [DONE]\n\n");
    }
    awaitNoLeases();
  }

  @Test
  void passesRequestsWithoutBody() throws Exception {
    HttpResponse<String> models =
        send(
            HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gateway.port() + "/v1/models")));
    assertThat(models.statusCode()).isEqualTo(200);
    assertThat(models.body()).contains("base-model");
    awaitNoLeases();
  }

  @Test
  void passesLargeBodies() throws Exception {
    HttpResponse<String> response = send(post(completion("w ".repeat(200_000), false)));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("\"prompt_tokens\":100000");
  }

  /** The names differ in length, so a length that the server gave holds no more. */
  @Test
  void namesTheModelThatWasAskedFor() throws Exception {
    String alias = "the-name-that-clients-know";
    for (boolean stream : new boolean[] {false, true}) {
      HttpResponse<String> response =
          send(
              post(completion("a", stream).replace("base-model", alias))
                  .header("x-llm-d-model-name-rewrite", "base-model"));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("x-gateway-model-name-served"))
          .contains("base-model");
      assertThat(response.body())
          .contains("\"model\":\"" + alias + "\"")
          .doesNotContain("\"base-model\"")
          .endsWith(stream ? "data: [DONE]\n\n" : "}");
    }
    awaitNoLeases();
  }

  @Test
  void streamsWithoutBuffering() throws Exception {
    stopServers();
    // A token every five minutes: the first one arrives alone or not at all.
    serve(FAST.withDecode(Duration.ofMinutes(50), 4), Long.MAX_VALUE, DEFAULT);
    HttpResponse<InputStream> response =
        CLIENT.send(post(completion("a", true)).build(), HttpResponse.BodyHandlers.ofInputStream());
    byte[] start = response.body().readNBytes(6);
    assertThat(new String(start, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("data: ");
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
    // The client goes away: the lease is given back and the model server stops.
    response.body().close();
    awaitNoLeases();
  }

  @Test
  void refusesWhatIsNoRequest() throws Exception {
    assertThat(send(post("nonsense")).statusCode()).isEqualTo(400);
    assertThat(send(post("{\"prompt\":\"a\"}")).statusCode()).isEqualTo(400);
  }

  @Test
  void refusesBodyOverTheLimit() throws Exception {
    stopServers();
    serve(FAST, 1000, DEFAULT);
    assertThat(send(post(completion("w".repeat(2000), false))).statusCode()).isEqualTo(413);
    assertThat(send(post(completion("w", false))).statusCode()).isEqualTo(200);
  }

  @Test
  void whatClientsTellTheGatewayStaysHere() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    HttpServer upstream = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    upstream.createContext(
        "/",
        exchange -> {
          seen.addAll(exchange.getRequestHeaders().keySet());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    upstream.start();
    try {
      endpoints(
          List.of(
              new EndpointSpec(
                  new EndpointId("default", "plain"),
                  "127.0.0.1",
                  upstream.getAddress().getPort(),
                  0,
                  Map.of())));
      HttpResponse<String> response =
          send(
              post(completion("a", false))
                  .header("x-llm-d-inference-objective", "online")
                  .header("x-prefiller-host-port", "10.0.0.1:1")
                  .header("x-own", "kept"));
      assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
      assertThat(seen)
          .contains("X-own")
          .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("x-llm-d"))
          .noneMatch(name -> name.equalsIgnoreCase("x-prefiller-host-port"));
    } finally {
      upstream.stop(0);
    }
  }

  @Test
  void answers429WhenSaturated() throws Exception {
    stopServers();
    serve(FAST.withDecode(Duration.ofMinutes(50), 4), Long.MAX_VALUE, ONE_EACH);
    List<InputStream> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      running.add(
          CLIENT
              .send(
                  post(completion("a" + i, true)).build(),
                  HttpResponse.BodyHandlers.ofInputStream())
              .body());
    }
    HttpRequest.Builder batch =
        post(completion("b", false)).header("x-llm-d-inference-objective", "batch");
    assertThat(send(batch).statusCode()).isEqualTo(429);
    for (InputStream body : running) {
      body.close();
    }
    awaitNoLeases();
    HttpRequest.Builder late =
        post(completion("b", true)).header("x-llm-d-inference-objective", "batch");
    HttpResponse<InputStream> served =
        CLIENT.send(late.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(served.statusCode()).isEqualTo(200);
    served.body().close();
    awaitNoLeases();
  }

  @Test
  void answers503WithoutEndpoints() throws Exception {
    endpoints(List.of());
    assertThat(send(post(completion("a", false))).statusCode()).isEqualTo(503);
  }

  @Test
  void answers502WhenTheServerIsGone() throws Exception {
    servers.servers().forEach(ModelServer::kill);
    assertThat(send(post(completion("a", false))).statusCode()).isEqualTo(502);
    servers.servers().forEach(ModelServer::restart);
    servers.servers().forEach(server -> server.fault(Fault.RESET));
    assertThat(send(post(completion("a", false))).statusCode()).isEqualTo(502);
    awaitNoLeases();
    assertThat(failures).containsExactly("ModelServerError", "ModelServerError");
  }

  @Test
  void cutsTheClientOffWhenTheServerResetsMidResponse() throws Exception {
    servers.servers().forEach(server -> server.fault(Fault.RESET_MID_RESPONSE));
    assertThatThrownBy(() -> send(post(completion("a", true)))).isInstanceOf(IOException.class);
    awaitNoLeases();
  }
}
