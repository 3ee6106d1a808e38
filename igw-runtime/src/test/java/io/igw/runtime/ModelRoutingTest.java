package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects of files decide on a request's model and priority (ext-proc.md 6 and 6.1). */
class ModelRoutingTest {
  private static final String OBJECTS =
      """
      apiVersion: llm-d.ai/v1alpha2
      kind: InferenceModelRewrite
      metadata: {name: routes}
      spec:
        poolRef: {name: p}
        rules:
        - matches: [{model: {value: chat}}]
          targets: [{modelRewrite: chat-v1, weight: 3}, {modelRewrite: chat-v2, weight: 1}]
        - matches: [{model: {value: same}}]
          targets: [{modelRewrite: same}]
        - matches: [{model: {value: ignored}}]
          targets: []
      ---
      apiVersion: inference.networking.x-k8s.io/v1alpha2
      kind: InferenceObjective
      metadata: {name: batch}
      spec: {poolRef: {name: p}, priority: -1}
      ---
      apiVersion: llm-d.ai/v1alpha2
      kind: InferenceObjective
      metadata: {name: urgent}
      spec: {poolRef: {name: p}, priority: 7}
      """;
  private static final String MATCH_ALL =
      """
      ---
      apiVersion: llm-d.ai/v1alpha2
      kind: InferenceModelRewrite
      metadata: {name: rest}
      spec:
        poolRef: {name: p}
        rules: [{targets: [{modelRewrite: base}]}]
      """;

  @TempDir Path folder;
  private final Rig rig = new Rig();

  @AfterEach
  void stop() {
    rig.close();
  }

  private ResourceOptions objects(String text) throws IOException {
    return ResourceOptions.of(Files.writeString(folder.resolve("objects.yaml"), text));
  }

  private PickerRuntime start(String text) throws IOException {
    return rig.start(Gateway.runtime(Rig.QUIET).resources(objects(text)));
  }

  private static String body(String model) {
    return "{\"seed\":1152921504606846977,\"model\":\"" + model + "\",\"prompt\":\"x\"}";
  }

  /** Sends one completion; what stands in the body that goes upstream. */
  private static String upstream(PickerRuntime runtime, String model, String... headers) {
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.post("/v1/completions", body(model), headers)).isInstanceOf(Decision.class);
    String edited = gateway.edited(body(model));
    gateway.exchange.close();
    assertThat(edited).startsWith(body("").substring(0, 37)).endsWith("\",\"prompt\":\"x\"}");
    return edited.substring(37, edited.length() - "\",\"prompt\":\"x\"}".length());
  }

  @ParameterizedTest
  @CsvSource({
    // model, rewrite header, goes upstream as
    "other, , other",
    "other, wish, wish",
    "same, wish, same",
    "ignored, , ignored",
    "ignored, wish, wish",
  })
  void aRuleWinsOverTheHeader(String model, String header, String expected) throws IOException {
    PickerRuntime runtime = start(OBJECTS);
    String[] headers =
        header == null ? new String[0] : new String[] {"x-gateway-model-name-rewrite", header};
    assertThat(upstream(runtime, model, headers)).isEqualTo(expected);
  }

  /** Where bodies are negotiated and nothing else reads responses. */
  @ParameterizedTest
  @CsvSource({"true, true", "false, false"})
  void responsesAreNeededWhereRulesMayHaveToBeUndone(boolean restores, boolean needed)
      throws IOException {
    rig.metrics.readsResponses = false;
    ResourceOptions options = objects(OBJECTS).restoreModel(restores);
    Gateway gateway = new Gateway(rig.start(Gateway.runtime(Rig.QUIET).resources(options)));
    gateway.begin("/v1/completions");
    assertThat(gateway.exchange.needsResponseBody()).isEqualTo(needed);
    gateway.exchange.close();
  }

  @Test
  void targetsByWeight() throws IOException {
    PickerRuntime runtime = start(OBJECTS);
    TreeMap<String, Integer> sent = new TreeMap<>();
    for (int i = 0; i < 400; i++) {
      sent.merge(upstream(runtime, "chat", "x-llm-d-model-name-rewrite", "wish"), 1, Integer::sum);
    }
    assertThat(sent).containsOnlyKeys("chat-v1", "chat-v2");
    assertThat(sent.get("chat-v2")).isBetween(60, 140);
    long counted =
        rig.metrics.calls.stream().filter("rewritten routes chat -> chat-v2"::equals).count();
    assertThat(counted).isEqualTo((long) sent.get("chat-v2"));
    assertThat(rig.metrics.calls)
        .anyMatch(call -> call.startsWith("started chat/chat-v2/default-flow/0 "));
  }

  @Test
  void matchAllTakesTheRest() throws IOException {
    PickerRuntime runtime = start(OBJECTS + MATCH_ALL);
    assertThat(upstream(runtime, "other")).isEqualTo("base");
    assertThat(upstream(runtime, "ignored")).isEqualTo("base");
    assertThat(upstream(runtime, "same")).isEqualTo("same");
    Gateway nameless = new Gateway(runtime);
    assertThat(nameless.post("/v1/completions", "{\"prompt\":\"x\"}")).isInstanceOf(Decision.class);
    assertThat(nameless.edited("{\"prompt\":\"x\"}"))
        .isEqualTo("{\"model\":\"base\",\"prompt\":\"x\"}");
    nameless.exchange.close();
  }

  /** Without a body, or with one that is not read, no model can be put in its place. */
  @Test
  void whatCarriesNoModelIsLeftAlone() throws IOException {
    PickerRuntime runtime = start(OBJECTS + MATCH_ALL);
    Gateway get = new Gateway(runtime).begin("/v1/models", "x-gateway-model-name", "chat");
    assertThat(get.end()).isInstanceOf(Decision.class);
    Gateway unread = new Gateway(runtime);
    assertThat(unread.post("/other", "anything")).isInstanceOf(Decision.class);
    assertThat(unread.exchange.bodyEdits()).isEmpty();
    assertThat(rig.metrics.calls)
        .contains("started chat/chat/default-flow/0 0 0", "started null/null/default-flow/0 8 0")
        .noneMatch(call -> call.startsWith("rewritten"));
    get.exchange.close();
    unread.exchange.close();
  }

  private static final String PARSERS =
      """
      plugins:
      - {type: token-load-scorer}
      - {type: openai-parser}
      - {type: sglanghttp-parser}
      - {type: vertexai-parser}
      - {type: vllmgrpc-parser}
      - {type: passthrough-parser}
      requestHandler:
        parsers:
        - {pluginRef: openai-parser}
        - {pluginRef: sglanghttp-parser}
        - {pluginRef: vertexai-parser}
        - {pluginRef: vllmgrpc-parser}
        - {pluginRef: passthrough-parser}
      dataLayer: {injectDefaults: false}
      """;
  private static final String VERTEX = "google.cloud.aiplatform.v1beta1.PredictionService/";
  private static final String VLLM = "vllm.grpc.engine.VllmEngine/";
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  /** A gRPC frame of a message; every length below 128. */
  private static String frame(String message) {
    return "\0\0\0\0" + (char) message.length() + message;
  }

  private static String field(int number, String bytes) {
    return (char) (number << 3 | 2) + "" + (char) bytes.length() + bytes;
  }

  /** An HttpBody with this data. */
  private static String vertex(String json) {
    return frame(field(2, field(2, json)));
  }

  static Stream<Arguments> formats() {
    // path, body, outcome without and with a rule that matches all: f forwarded as it is,
    // w rewritten, r refused, m refused for want of a model
    return Stream.of(
        Arguments.of(VERTEX + "ChatCompletions", vertex("{\"model\":\"other\"," + MESSAGES), "f r"),
        Arguments.of(VERTEX + "ChatCompletions", vertex("{\"model\":\"chat\"," + MESSAGES), "r r"),
        Arguments.of(VERTEX + "ChatCompletions", vertex("{\"model\":\"same\"," + MESSAGES), "f f"),
        Arguments.of(VERTEX + "ChatCompletions", vertex("{" + MESSAGES), "f r"),
        Arguments.of(VERTEX + "RawPredict", vertex("{\"model\":\"chat\",\"input\":\"x\"}"), "r r"),
        Arguments.of(VLLM + "Generate", frame(field(3, "x")), "f r"),
        Arguments.of(VLLM + "Embed", frame(field(2, field(2, "\1\2"))), "f r"),
        Arguments.of("generate", "{\"input_ids\":[1,2]}", "f r"),
        Arguments.of("generate", "{\"input_ids\":[1,2],\"lora_path\":null}", "f w"),
        Arguments.of("v1/completions", "{\"model\":null,\"prompt\":\"x\"}", "m w"),
        Arguments.of("generate", "{\"input_ids\":[1,2],\"lora_path\":\"chat\"}", "w w"),
        Arguments.of("v1/rerank", "{\"query\":\"x\",\"model\":\"chat\"}", "w w"),
        // Nothing says that a model answers these.
        Arguments.of("v1/rerank", "{\"query\":\"x\"}", "f f"),
        Arguments.of("other", "{\"model\":\"chat\"}", "f f"));
  }

  /** Where a rule matches, no request goes on to the model that it rules out. */
  @ParameterizedTest
  @MethodSource("formats")
  void whatCannotCarryTheModelOfARuleIsRefused(String path, String body, String outcomes)
      throws IOException {
    for (int matchAll = 0; matchAll < 2; matchAll++) {
      String objects = matchAll == 0 ? OBJECTS : OBJECTS + MATCH_ALL;
      rig.metrics.calls.clear();
      Gateway gateway =
          new Gateway(rig.start(Gateway.runtime(PARSERS).resources(objects(objects))));
      Outcome outcome = gateway.post("/" + path, body);
      String rule = body.contains("chat") ? "routes" : "rest";
      switch (outcomes.charAt(2 * matchAll)) {
        case 'r' -> {
          Rejection refused = (Rejection) outcome;
          assertThat(refused.reason()).isEqualTo(Reason.BAD_REQUEST);
          assertThat(refused.message())
              .isEqualTo(
                  "model rewrite '%s' matches, but the body has no model that could be replaced: /%s"
                      .formatted(rule, path));
          assertThat(rig.metrics.calls).noneMatch(call -> call.startsWith("rewritten"));
        }
        case 'm' ->
            assertThat(((Rejection) outcome).message())
                .isEqualTo("model not found in request body");
        case 'w' ->
            assertThat(gateway.edited(body))
                .containsPattern(":\"(chat-v[12]|base)\"")
                .doesNotContain("\"chat\"", "null");
        default -> {
          assertThat(outcome).isInstanceOf(Decision.class);
          assertThat(gateway.exchange.bodyEdits()).isEmpty();
        }
      }
      gateway.exchange.close();
    }
  }

  @Test
  void oneUserStaysOnOneSide() throws IOException {
    PickerRuntime runtime =
        rig.start(Gateway.runtime(Rig.QUIET).resources(objects(OBJECTS).stickyHeader("x-user-id")));
    TreeMap<String, Integer> sides = new TreeMap<>();
    for (int user = 0; user < 40; user++) {
      String side = upstream(runtime, "chat", "x-user-id", "u" + user);
      sides.merge(side, 1, Integer::sum);
      for (int i = 0; i < 10; i++) {
        assertThat(upstream(runtime, "chat", "x-user-id", "u" + user)).isEqualTo(side);
      }
    }
    assertThat(sides).containsOnlyKeys("chat-v1", "chat-v2");
  }

  /** Both names of the header; the newer wins, even if it is empty. */
  @ParameterizedTest
  @CsvSource({
    ", , 0",
    ", urgent, 7",
    "urgent, , 7",
    "urgent, batch, 7",
    "'', urgent, 0",
    "unknown, urgent, 0",
    "flag, , 4",
  })
  void priorities(String newer, String older, int priority) throws IOException {
    PickerRuntime runtime =
        rig.start(Gateway.runtime(Rig.QUIET).resources(objects(OBJECTS)).objective("flag", 4));
    Gateway gateway = new Gateway(runtime);
    gateway.exchange.requestHeaders(
        name ->
            switch (name) {
              case ":path" -> Gateway.CHAT;
              case "x-llm-d-inference-objective" -> newer;
              case "x-gateway-inference-objective" -> older;
              default -> null;
            },
        null);
    gateway.feed(Rig.BODY);
    gateway.end();
    gateway.exchange.close();
    assertThat(rig.metrics.calls)
        .anyMatch(call -> call.startsWith("started m/m/default-flow/" + priority + " "));
  }

  /** Endpoints that nobody reports on count as full: what is sheddable is shed. */
  @Test
  void onlyNegativePrioritiesAreShed() throws IOException {
    PickerRuntime runtime = start(OBJECTS);
    assertThat(
            new Gateway(runtime)
                .post(Gateway.CHAT, Rig.BODY, "x-gateway-inference-objective", "batch"))
        .isInstanceOfSatisfying(
            Rejection.class, refused -> assertThat(refused.reason()).isEqualTo(Reason.SATURATED));
    for (String objective : new String[] {"urgent", "unknown"}) {
      assertThat(
              new Gateway(runtime)
                  .post(Gateway.CHAT, Rig.BODY, "x-gateway-inference-objective", objective))
          .isInstanceOf(Decision.class);
    }
  }

  @Test
  void wrongObjectsAreToldWithTheRest() throws IOException {
    ResourceOptions wrong = objects(OBJECTS.replace("priority: -1", "priority: low"));
    assertThatThrownBy(
            () -> Gateway.runtime("plugins: [{type: none-such}]").resources(wrong).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("objects.yaml:17:")
        .hasMessageContaining("spec.priority: 'low' (expected: a whole number)")
        .hasMessageContaining("none-such");
  }

  @Test
  void whatIsIgnoredIsAWarning() throws IOException {
    PickerRuntime runtime = start(OBJECTS);
    assertThat(runtime.warnings()).anyMatch(line -> line.contains("the rule is ignored"));
  }
}
