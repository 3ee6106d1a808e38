package io.igw.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelServersTest {
  private static final EngineSettings FAST =
      EngineSettings.defaults()
          .withBaseModel("base")
          .withDecode(Duration.ofMillis(10), 4)
          .withSpeed(10);
  private static final String LONG_PROMPT = "word ".repeat(2000);

  private static ModelServers servers;
  private static HttpClient client;

  @BeforeAll
  static void start() {
    servers = ModelServers.start(2, FAST);
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @AfterEach
  void empty() {
    servers.servers().forEach(ModelServer::restart);
  }

  private static URI uri(ModelServer server, String path) {
    return URI.create("http://" + server.hostPort() + path);
  }

  private static HttpRequest.Builder post(ModelServer server, String path, String body) {
    return HttpRequest.newBuilder(uri(server, path))
        .timeout(Duration.ofSeconds(60))
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String get(ModelServer server, String path)
      throws IOException, InterruptedException {
    HttpResponse<String> response = send(HttpRequest.newBuilder(uri(server, path)));
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  private static String completion(String model, String prompt, boolean stream) {
    return "{\"model\":\""
        + model
        + "\",\"prompt\":\""
        + prompt
        + "\",\"max_tokens\":3,\"stream\":"
        + stream
        + "}";
  }

  @Test
  void answersCompletionAsOneDocument() throws Exception {
    ModelServer server = servers.server(0);
    HttpResponse<String> response =
        send(
            post(server, "/v1/completions", completion("base", "hello there", false))
                .header("x-request-id", "id-1"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("x-request-id")).contains("id-1");
    assertThat(response.headers().firstValue("x-served-by")).contains(server.hostPort());
    assertThat(response.body())
        .contains("\"object\":\"text_completion\"")
        .contains("\"text\":\"the gateway sends\"")
        .contains(
            "\"prompt_tokens\":3,\"total_tokens\":6,\"completion_tokens\":3,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":0}");
  }

  @Test
  void answersChatAsOneDocument() throws Exception {
    HttpResponse<String> response =
        send(
            post(
                servers.server(0),
                "/v1/chat/completions",
                "{\"model\":\"base\",\"max_completion_tokens\":2,"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
    assertThat(response.body())
        .contains("\"object\":\"chat.completion\"")
        .contains("\"message\":{\"role\":\"assistant\",\"content\":\"the gateway\"}")
        .contains("\"completion_tokens\":2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"hello there\" | 1 | 2",
        "[\"hello there, you\", \"you too\"] | 2 | 5",
        "[1, 2, 3] | 1 | 3",
        "[[1, 2, 3], [4]] | 2 | 4",
      })
  void embedsEveryInput(String input, int vectors, int tokens) throws Exception {
    String body = "{\"input\":" + input + ",\"model\":\"base\"}";
    HttpResponse<String> response = send(post(servers.server(0), "/v1/embeddings", body));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body().split("\"object\":\"embedding\"")).hasSize(vectors + 1);
    assertThat(response.body())
        .contains("\"model\":\"base\"")
        .contains("\"prompt_tokens\":" + tokens + ",\"total_tokens\":" + tokens);
    assertThat(send(post(servers.server(1), "/v1/embeddings", body)).body().split("\"data\"")[1])
        .isEqualTo(response.body().split("\"data\"")[1]);
  }

  @Test
  void embedsInBase64() throws Exception {
    String body = "{\"input\":\"x\",\"model\":\"base\",\"encoding_format\":\"base64\"}";
    String answer = send(post(servers.server(0), "/v1/embeddings", body)).body();
    String vector = answer.replaceAll(".*\"embedding\":\"([^\"]+)\".*", "$1");
    assertThat(Base64.getDecoder().decode(vector)).hasSize(32);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | body (expected: JSON)",
        "[] | body (expected: a JSON object)",
        "{\"model\":\"base\"} | input (expected: a text, texts, token ids or lists of them)",
        "{\"input\":\"x\"} | model (expected: a model name)",
        "{\"model\":\"base\",\"input\":[true]} | input (expected: texts or token ids inside)",
      })
  void refusesWhatCannotBeEmbedded(String body, String message) throws Exception {
    HttpResponse<String> response = send(post(servers.server(0), "/v1/embeddings", body));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains(message);
  }

  @Test
  void streamsChatTokenByToken() throws Exception {
    HttpResponse<String> response =
        send(
            post(
                servers.server(0),
                "/v1/chat/completions",
                "{\"model\":\"base\",\"stream\":true,\"max_tokens\":3,"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
    assertThat(response.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/event-stream");
    List<String> events = List.of(response.body().split("\n\n"));
    assertThat(events).hasSize(5).allMatch(event -> event.startsWith("data: "));
    assertThat(events.get(0)).contains("\"role\":\"assistant\",\"content\":\"the\"");
    assertThat(events.get(2)).contains("\"finish_reason\":\"length\"");
    assertThat(events.get(3)).contains("\"choices\":[],\"usage\":{\"prompt_tokens\":");
    assertThat(events.get(4)).isEqualTo("data: [DONE]");
  }

  @Test
  void keepsConnectionAndAnswersInOrder() throws Exception {
    ModelServer server = servers.server(0);
    String one =
        "POST /v1/completions HTTP/1.1\r\nhost: a\r\nx-request-id: %s\r\ncontent-length: %d\r\n"
            + "\r\n%s";
    String body = completion("base", "hello", false);
    try (var socket = new java.net.Socket(server.host(), server.port())) {
      String both =
          one.formatted("first", body.length(), body)
              + one.formatted("second", body.length(), body)
              + "GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
      socket.getOutputStream().write(both.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      String answers =
          new String(
              socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
      assertThat(answers.split("HTTP/1.1 200 OK")).hasSize(4);
      assertThat(answers.indexOf("first")).isLessThan(answers.indexOf("second"));
    }
  }

  @Test
  void reusesPrefixBlocksOfEarlierPrompts() throws Exception {
    ModelServer server = servers.server(0);
    long before = servers.server(1).counters().requests();
    String first =
        send(post(server, "/v1/completions", completion("base", LONG_PROMPT, true))).body();
    String second =
        send(post(server, "/v1/completions", completion("base", LONG_PROMPT + "more", true)))
            .body();
    assertThat(first).contains("\"cached_tokens\":0}");
    // 10,000 bytes are 2500 tokens: 39 full blocks.
    assertThat(second).contains("\"cached_tokens\":" + 39 * 64 + "}");
    String otherModel =
        send(post(server, "/v1/completions", completion("adapter", LONG_PROMPT, true))).body();
    assertThat(otherModel).contains("\"cached_tokens\":0}");
    assertThat(servers.server(1).counters().requests()).isEqualTo(before);
    assertThat(server.counters().cachedTokens()).isGreaterThanOrEqualTo(39 * 64);
  }

  @Test
  void showsLoraStateWhileAdapterLoads() throws Exception {
    EngineSettings slowLoad = FAST.withLora(2, Duration.ofMinutes(10));
    try (ModelServers loading = ModelServers.start(1, slowLoad)) {
      ModelServer server = loading.server(0);
      CompletableFuture<?> first =
          client.sendAsync(
              post(server, "/v1/completions", completion("sql", "a", false)).build(),
              HttpResponse.BodyHandlers.ofString());
      await(server, "running_lora_adapters=\"sql\",waiting_lora_adapters=\"\"");
      CompletableFuture<?> second =
          client.sendAsync(
              post(server, "/v1/completions", completion("law", "a", false)).build(),
              HttpResponse.BodyHandlers.ofString());
      await(server, "running_lora_adapters=\"sql\",waiting_lora_adapters=\"law\"");
      String page = get(server, "/metrics");
      assertThat(page)
          .contains("max_lora=\"2\"")
          .contains("vllm:num_requests_running{engine=\"0\",model_name=\"base\"} 1.0\n")
          .contains("vllm:num_requests_waiting{engine=\"0\",model_name=\"base\"} 1.0\n");
      assertThat(get(server, "/v1/models")).contains("\"id\":\"base\"").contains("\"id\":\"sql\"");
      first.cancel(true);
      second.cancel(true);
      // The clients are gone: so are their requests.
      await(server, "vllm:num_requests_running{engine=\"0\",model_name=\"base\"} 0.0\n");
      await(server, "vllm:num_requests_waiting{engine=\"0\",model_name=\"base\"} 0.0\n");
      assertThat(server.counters().aborted()).isEqualTo(2);
    }
  }

  private static void await(ModelServer server, String text)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String page = get(server, "/metrics");
    while (!page.contains(text) && System.nanoTime() < deadline) {
      page = get(server, "/metrics");
    }
    assertThat(page).contains(text);
  }

  @Test
  void metricsPageHasFamiliesAndSizeOfRealOne() throws Exception {
    ModelServer server = servers.server(0);
    send(post(server, "/v1/completions", completion("base", LONG_PROMPT, false)));
    String page = get(server, "/metrics");
    assertThat(page.length()).isBetween(50_000, 70_000);
    assertThat(page)
        .contains("# TYPE vllm:num_requests_waiting gauge\n")
        .contains("# TYPE vllm:time_to_first_token_seconds histogram\n")
        .contains("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"base\"} 0.0\n")
        .contains("vllm:cache_config_info{block_size=\"64\"")
        .contains("num_gpu_blocks=\"4096\"")
        .contains("vllm:lora_requests_info{max_lora=\"4\",running_lora_adapters=\"\"")
        .contains("vllm:request_prompt_tokens_bucket{engine=\"0\",le=\"5000.0\",model_name");
    assertThat(page).endsWith("\n");
  }

  @Test
  void errorFaultAnswers500UntilItIsTakenBack() throws Exception {
    ModelServer server = servers.server(0);
    assertThat(send(post(server, "/admin/fault?mode=500", "")).statusCode()).isEqualTo(200);
    assertThat(send(post(server, "/v1/completions", completion("base", "a", false))).statusCode())
        .isEqualTo(500);
    send(post(server, "/admin/fault?mode=ok", ""));
    assertThat(send(post(server, "/v1/completions", completion("base", "a", false))).statusCode())
        .isEqualTo(200);
    assertThat(send(post(server, "/admin/fault?mode=nonsense", "")).statusCode()).isEqualTo(400);
  }

  @Test
  void resetFaultsCloseTheConnection() throws Exception {
    ModelServer server = servers.server(0);
    server.fault(Fault.RESET);
    assertThatThrownBy(() -> send(post(server, "/v1/completions", completion("base", "a", false))))
        .isInstanceOf(IOException.class);
    server.fault(Fault.GARBAGE);
    assertThatThrownBy(() -> send(post(server, "/v1/completions", completion("base", "a", false))))
        .isInstanceOf(IOException.class);
    server.fault(Fault.RESET_MID_RESPONSE);
    HttpResponse<InputStream> response =
        client.send(
            post(server, "/v1/completions", completion("base", "a", true)).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
  }

  @Test
  void hangFaultNeverAnswers() {
    servers.server(0).fault(Fault.HANG);
    HttpRequest.Builder request =
        post(servers.server(0), "/v1/completions", completion("base", "a", false))
            .timeout(Duration.ofMillis(200));
    assertThatThrownBy(() -> send(request)).isInstanceOf(HttpTimeoutException.class);
  }

  @Test
  void killedServerRefusesAndComesBackOnItsPortWithEmptyCache() throws Exception {
    ModelServer server = servers.server(1);
    send(post(server, "/v1/completions", completion("base", LONG_PROMPT, false)));
    int port = server.port();
    server.kill();
    assertThatThrownBy(() -> get(server, "/health")).isInstanceOf(IOException.class);
    server.restart();
    assertThat(server.port()).isEqualTo(port);
    assertThat(send(post(server, "/v1/completions", completion("base", LONG_PROMPT, false))).body())
        .contains("\"cached_tokens\":0}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "{}", "{\"model\":\"base\"}", "{\"prompt\":\"a\"}"})
  void refusesBadBody(String body) throws Exception {
    HttpResponse<String> response = send(post(servers.server(0), "/v1/completions", body));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).startsWith("{\"error\":{\"message\":\"");
  }

  @Test
  void unknownPathIsNotFound() throws Exception {
    assertThat(send(HttpRequest.newBuilder(uri(servers.server(0), "/nowhere"))).statusCode())
        .isEqualTo(404);
  }

  @Test
  void refusesNonsenseSettings() {
    assertThatThrownBy(() -> FAST.withSpeed(0)).hasMessageContaining("speed: 0.0 (expected: > 0)");
    assertThatThrownBy(() -> ModelServers.start(0, FAST)).hasMessageContaining("count: 0");
  }

  @Test
  void shutsDownWithRequestsUnderWay() throws InterruptedException {
    ModelServers own = ModelServers.start(1, FAST.withSpeed(0.001));
    CompletableFuture<HttpResponse<String>> pending =
        client.sendAsync(
            post(own.server(0), "/v1/completions", completion("base", "a", false)).build(),
            HttpResponse.BodyHandlers.ofString());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (own.server(0).counters().requests() == 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    own.close();
    assertThatThrownBy(() -> pending.get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
  }

  @Test
  void metricsPagesGoWrong() throws Exception {
    ModelServer server = servers.server(0);
    send(post(server, "/admin/fault?mode=stale-metrics", ""));
    String before = get(server, "/metrics");
    assertThat(before).contains("vllm:num_requests_waiting");
    send(post(server, "/v1/completions", completion("base", "a", false)));
    assertThat(get(server, "/metrics")).isEqualTo(before);
    send(post(server, "/admin/fault?mode=garbage-metrics", ""));
    assertThat(get(server, "/metrics")).doesNotContain("vllm:");
    send(post(server, "/admin/fault?mode=huge-metrics", ""));
    assertThat(get(server, "/metrics").length()).isGreaterThan(90_000_000);
    send(post(server, "/admin/fault?mode=ok", ""));
    assertThat(get(server, "/metrics")).isNotEqualTo(before).contains("vllm:");
  }

  @Test
  void restartEmptiesTheCaches() throws Exception {
    ModelServer server = servers.server(0);
    String prompt = "words and more words ".repeat(60);
    send(post(server, "/v1/completions", completion("base", prompt, false)));
    HttpRequest.Builder again = post(server, "/v1/completions", completion("base", prompt, false));
    assertThat(send(again).body()).doesNotContain("\"cached_tokens\":0");
    assertThat(get(server, "/metrics"))
        .doesNotContainPattern("vllm:prompt_tokens_total\\S* 0\\.?0?\n");
    assertThat(send(post(server, "/admin/restart", "")).statusCode()).isEqualTo(200);
    assertThat(get(server, "/metrics")).containsPattern("vllm:prompt_tokens_total\\S* 0\\.?0?\n");
    assertThat(send(again).body()).contains("\"cached_tokens\":0");
  }
}
