package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import io.igw.api.EndpointSubset;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request leads to, with the real scheduler and parsers (ext-proc.md 5 and 6). */
class ExchangeRequestTest {
  private final Rig rig = new Rig();

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void aMissingRequestIdIsMade() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    gateway.post(Gateway.CHAT, Rig.BODY, "x-request-id", "");
    assertThat(gateway.exchange.upstreamHeaders())
        .hasEntrySatisfying(
            "x-request-id",
            id ->
                assertThat(id)
                    .matches(
                        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          /v1/chat/completions ~ not json ~ error unmarshaling request bodyMap:
          /v1/chat/completions ~ {"model":"m"} ~ invalid chat completions request: must have valid messages field
          /v1/completions ~ {"model":"m"} ~ invalid completions request: must have prompt field
          /v1/chat/completions ~ {"messages":[{"role":"user","content":"x"}]} ~ model not found in request body
          /v1/completions ~ {"model":"","prompt":"x"} ~ model not found in request body
          /v1/completions ~ {"model":5,"prompt":"x"} ~ model not found in request body
          """)
  void badRequests(String path, String body, String message) {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    Rejection refused = (Rejection) gateway.post(path, body);
    assertThat(refused.reason()).isEqualTo(Reason.BAD_REQUEST);
    assertThat(refused.message()).startsWith(message);
    assertThat(gateway.exchange.decision()).isNull();
    assertThat(rig.metrics.calls).containsExactly("failed null/null/default-flow/0 BadRequest");
    gateway.exchange.close();
    assertThat(rig.metrics.calls).hasSize(1);
  }

  @Test
  void aPathThatNoParserClaims() {
    PickerRuntime runtime =
        rig.start(
            Gateway.runtime(
                "plugins: [{type: random-picker}]",
                "requestHandler: {parsers: [{pluginRef: openai-parser}]}",
                "dataLayer: {injectDefaults: false}"));
    assertThat(new Gateway(runtime).post("/xchat/foo?q", Rig.BODY))
        .isEqualTo(
            Rejection.of(
                Reason.BAD_REQUEST, "no parser registered matching path suffix for: /xchat/foo"));
    assertThat(new Gateway(runtime).begin("/v1/models").end()).isInstanceOf(Decision.class);
  }

  @Test
  void whatNoParserReadsIsRoutedByLoad() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.post("/other", "anything", "x-gateway-model-name-rewrite", "t"))
        .isInstanceOf(Decision.class);
    assertThat(gateway.exchange.bodyEdits()).isEmpty();
    assertThat(rig.metrics.calls).contains("started null/t/default-flow/0 8 0");
    gateway.exchange.close();
  }

  @Test
  void aRequestWithoutBodyGoesThroughTheSamePipeline() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime).begin("/v1/models", "x-gateway-model-name", "base");
    assertThat(gateway.end()).isInstanceOf(Decision.class);
    assertThat(runtime.pool().inFlightRequests(gateway.decision().endpoint())).isOne();
    assertThat(rig.metrics.calls).contains("started base/base/default-flow/0 0 0");
    EndpointSubset none = (host, port) -> false;
    assertThat(new Gateway(runtime).begin(none, "/v1/models").end())
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Reason.NO_ENDPOINTS));
  }

  @Test
  void theBodyIsBounded() {
    PickerRuntime runtime =
        rig.start(Gateway.runtime(Rig.QUIET).maxRequestBodyBytes(Rig.BODY.length()));
    assertThat(new Gateway(runtime).post(Gateway.CHAT, Rig.BODY)).isInstanceOf(Decision.class);
    Gateway gateway = new Gateway(runtime).begin(Gateway.CHAT);
    assertThat(gateway.feed(Rig.BODY)).isNull();
    Rejection refused = gateway.feed("}");
    assertThat(refused)
        .isEqualTo(
            Rejection.of(
                Reason.TOO_LARGE,
                "request body is too large (expected: at most " + Rig.BODY.length() + " bytes)"));
    assertThat(gateway.feed("x")).isNull();
    gateway.exchange.endRequest(gateway.outcomes::add);
    gateway.exchange.close();
    assertThat(gateway.outcomes).isEmpty();
    assertThat(rig.metrics.calls).endsWith("failed null/null/default-flow/0 PayloadTooLarge");
  }

  @Test
  void theDepthOfABodyIsBounded() {
    PickerRuntime runtime = rig.start(Gateway.runtime(Rig.QUIET).maxRequestBodyDepth(4));
    String fits =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"x\":[[[]]]}";
    assertThat(new Gateway(runtime).post(Gateway.CHAT, fits)).isInstanceOf(Decision.class);
    assertThat(rig.metrics.calls).doesNotContain("limited request_body_depth");
    assertThat(new Gateway(runtime).post(Gateway.CHAT, fits.replace("[]", "[[]]")))
        .isInstanceOfSatisfying(
            Rejection.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(Reason.BAD_REQUEST);
              assertThat(refused.message()).endsWith("expected at most 4 levels");
            });
    assertThat(rig.metrics.calls).contains("limited request_body_depth");
    assertThatThrownBy(() -> PickerRuntime.builder().maxRequestBodyDepth(65))
        .hasMessage("maxRequestBodyDepth: 65 (expected: 1..64)");
  }

  @Test
  void sheddableRequestsAreDroppedUnderLoadAndOthersPass() {
    PickerRuntime runtime =
        rig.start(Gateway.runtime(Rig.QUIET).objective("batch", -1).objective("chat", 3));
    report(runtime, 50);
    Gateway shed = new Gateway(runtime);
    assertThat(shed.post(Gateway.CHAT, Rig.BODY, "x-llm-d-inference-objective", "batch"))
        .isEqualTo(Rejection.of(Reason.SATURATED, "system saturated, sheddable request dropped"));
    assertThat(rig.metrics.calls)
        .containsExactly("scheduled SATURATED", "failed m/m/default-flow/-1 ResourceExhausted");
    assertThat(new Gateway(runtime).post(Gateway.CHAT, Rig.BODY)).isInstanceOf(Decision.class);
    assertThat(
            new Gateway(runtime)
                .post(Gateway.CHAT, Rig.BODY, "x-gateway-inference-objective", "chat"))
        .isInstanceOf(Decision.class);
    assertThat(
            new Gateway(runtime)
                .post(Gateway.CHAT, Rig.BODY, "x-gateway-inference-objective", "unknown"))
        .isInstanceOf(Decision.class);
    report(runtime, 0);
    assertThat(
            new Gateway(runtime)
                .post(Gateway.CHAT, Rig.BODY, "x-gateway-inference-objective", "batch"))
        .isInstanceOf(Decision.class);
  }

  private void report(PickerRuntime runtime, double waiting) {
    rig.clock.addAndGet(1_000_000_000);
    for (int i = 0; i < 2; i++) {
      runtime
          .pool()
          .report(
              new EndpointReport(runtime.pool().snapshot().endpoint(i).id(), rig.clock.get())
                  .set(Signal.WAITING_REQUESTS, waiting)
                  .set(Signal.KV_CACHE_USAGE, 0));
    }
    for (int i = 0; i < 2; i++) {
      while (runtime.pool().snapshot().value(Signal.WAITING_REQUESTS, i) != waiting) {
        Thread.onSpinWait();
      }
    }
  }

  /** The last of equal keys counts: what is put in front of one that is there would not. */
  @ParameterizedTest
  @ValueSource(strings = {"7", "null", "{\"model\":\"x\"}", "[ ]", "true"})
  void aModelThatIsNoNameGivesWayToTheTarget(String value) {
    Gateway gateway = new Gateway(rig.start());
    String body = "{\"prompt\":\"p\",\"model\": " + value + " ,\"n\":1}";
    assertThat(gateway.post("/v1/completions", body, "x-gateway-model-name-rewrite", "t"))
        .isInstanceOf(Decision.class);
    assertThat(gateway.edited(body)).isEqualTo("{\"prompt\":\"p\",\"model\": \"t\" ,\"n\":1}");
  }

  @ParameterizedTest
  @CsvSource({
    "x-llm-d-inference-fairness-id, new, x-gateway-inference-fairness-id, old, new",
    "x-llm-d-inference-fairness-id, '', x-gateway-inference-fairness-id, old, default-flow",
    "x-other, y, x-gateway-inference-fairness-id, old, old",
    "x-other, y, x-another, z, default-flow"
  })
  void theNewerHeaderWins(String a, String av, String b, String bv, String expected) {
    PickerRuntime runtime = rig.start();
    new Gateway(runtime).post(Gateway.CHAT, Rig.BODY, a, av, b, bv);
    assertThat(rig.metrics.calls)
        .contains("started m/m/" + expected + "/0 " + Rig.BODY.length() + " 0");
  }

  @Test
  void theSubsetRestrictsAndMayComeWithTheBody() {
    PickerRuntime runtime = rig.start();
    EndpointSubset second = (host, port) -> host.equals("10.0.0.1");
    Gateway atHeaders = new Gateway(runtime).begin(second, Gateway.CHAT);
    atHeaders.feed(Rig.BODY);
    assertThat(atHeaders.end()).isInstanceOf(Decision.class);
    assertThat(atHeaders.decision().endpoint().host()).isEqualTo("10.0.0.1");
    Gateway atBody = new Gateway(runtime).begin(Gateway.CHAT);
    atBody.feed(Rig.BODY);
    atBody.exchange.subset(second);
    atBody.end();
    assertThat(atBody.decision().endpoint().host()).isEqualTo("10.0.0.1");
    PickerRuntime ignoring = rig.start(Gateway.runtime(Rig.QUIET).disableSubsetFilter(true));
    Gateway ignored = new Gateway(ignoring).begin((host, port) -> false, Gateway.CHAT);
    ignored.exchange.subset((host, port) -> false);
    ignored.feed(Rig.BODY);
    assertThat(ignored.end()).isInstanceOf(Decision.class);
  }

  @Test
  void anEmptyPoolIsARefusal() {
    PickerRuntime runtime = rig.start(Gateway.runtime(Rig.QUIET));
    runtime.pool().replaceAll(List.of());
    while (runtime.pool().snapshot().size() > 0) {
      Thread.onSpinWait();
    }
    assertThat(new Gateway(runtime).post(Gateway.CHAT, Rig.BODY))
        .isEqualTo(
            Rejection.of(
                Reason.NO_ENDPOINTS, "failed to find endpoint candidates for serving the request"));
    assertThat(rig.metrics.calls).contains("failed m/m/default-flow/0 ServiceUnavailable");
  }

  @Test
  void decisionsAreToldWithTheirExplanation() {
    List<String> told = new ArrayList<>();
    PickerRuntime runtime =
        rig.start(
            Gateway.runtime(Rig.QUIET)
                .decisionListener((id, request, evaluation, outcome) ->
                    told.add(
                        id
                            + " "
                            + request.targetModel()
                            + " "
                            + evaluation.profiles().get(0).scorers()
                            + " "
                            + outcome.getClass().getSimpleName())));
    new Gateway(runtime).post(Gateway.CHAT, Rig.BODY, "x-request-id", "r7");
    assertThat(told).containsExactly("r7 m [token-load-scorer] PickedDecision");
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
  }

  @Test
  void gatewaysThatParseThemselvesPickDirectly() {
    PickerRuntime runtime = rig.start();
    List<Object> outcomes = new ArrayList<>();
    runtime
        .picker()
        .pick(
            InferenceRequest.builder().model("m").prompt("p").build(),
            Runnable::run,
            outcomes::add);
    assertThat(outcomes).singleElement().isInstanceOf(Decision.class);
  }
}
