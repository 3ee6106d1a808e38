package io.igw.examples.gateway;

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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedGatewayTest {
  private static final EngineSettings FAST =
      EngineSettings.defaults().withDecode(Duration.ofMillis(5), 4).withSpeed(10);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final List<String> failures = new CopyOnWriteArrayList<>();
  private ModelServers servers;
  private PickerRuntime runtime;
  private EmbeddedGateway gateway;

  @BeforeEach
  void start() {
    serve(FAST, Long.MAX_VALUE);
  }

  private void serve(EngineSettings settings, long maxBodyBytes) {
    servers = ModelServers.start(3, settings);
    runtime =
        PickerRuntime.builder()
            .endpoints(servers.endpoints())
            .maxRequestBodyBytes(maxBodyBytes)
            .metrics(
                new PickerMetrics() {
                  @Override
                  public void requestFailed(RequestLabels labels, String code) {
                    failures.add(code);
                  }
                })
            .build();
    runtime.start();
    gateway = EmbeddedGateway.start(runtime, 0);
  }

  @AfterEach
  void stop() {
    gateway.close();
    runtime.close();
    servers.close();
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

  @Test
  void streamsWithoutBuffering() throws Exception {
    stop();
    // A token every five minutes: the first one arrives alone or not at all.
    serve(FAST.withDecode(Duration.ofMinutes(50), 4), Long.MAX_VALUE);
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
    stop();
    serve(FAST, 1000);
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
      runtime
          .pool()
          .replaceAll(
              List.of(
                  new EndpointSpec(
                      new EndpointId("default", "plain"),
                      "127.0.0.1",
                      upstream.getAddress().getPort(),
                      0,
                      Map.of())));
      send(
          post(completion("a", false))
              .header("x-llm-d-inference-objective", "batch")
              .header("x-prefiller-host-port", "10.0.0.1:1")
              .header("x-own", "kept"));
      assertThat(seen)
          .contains("X-own")
          .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("x-llm-d"))
          .noneMatch(name -> name.equalsIgnoreCase("x-prefiller-host-port"));
    } finally {
      upstream.stop(0);
    }
  }

  @Test
  void answers503WithoutEndpoints() throws Exception {
    runtime.pool().replaceAll(List.of());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (runtime.pool().snapshot().size() > 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
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
