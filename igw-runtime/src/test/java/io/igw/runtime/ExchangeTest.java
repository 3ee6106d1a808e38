package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointSubset;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Exchanges against the real scheduler and parsers (ext-proc.md 5 to 8). */
class ExchangeTest {
  private static final String[] QUIET = {
    "plugins: [{type: queue-scorer}, {type: token-load-scorer}]",
    "dataLayer: {injectDefaults: false}"
  };
  private static final String CHAT = Gateway.CHAT;
  private static final String BODY =
      "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  private final AtomicLong clock = new AtomicLong(1_000);
  private final RecordingMetrics metrics = new RecordingMetrics();
  private final List<PickerRuntime> running = new ArrayList<>();

  private PickerRuntime start(PickerRuntime.Builder builder) {
    PickerRuntime runtime =
        Gateway.started(
            builder.endpoints(Gateway.endpoints(2)).nanoClock(clock::get).seed(1).metrics(metrics));
    running.add(runtime);
    return runtime;
  }

  private PickerRuntime start() {
    return start(Gateway.runtime(QUIET));
  }

  @AfterEach
  void stop() {
    running.forEach(PickerRuntime::close);
  }

  private static double inFlight(PickerRuntime runtime) {
    double sum = 0;
    for (int i = 0; i < runtime.pool().snapshot().size(); i++) {
      sum += runtime.pool().inFlightRequests(runtime.pool().snapshot().endpoint(i));
      sum += runtime.pool().inFlightTokens(runtime.pool().snapshot().endpoint(i));
    }
    return sum;
  }

  /** Letters: h headers, s headers with 200, e with 503, b body chunk, x end, c close. */
  static Stream<Arguments> lifeCycles() {
    return Stream.of(
        Arguments.of("sbxc", List.of("first false 7", "completed false 7 7 1 -1+-1+-1", "ended")),
        Arguments.of("sbbxc", List.of("first false 7", "completed false 7 7 2 -1+-1+-1", "ended")),
        Arguments.of("xc", List.of("completed false 7 0 0 -1+-1+-1", "ended")),
        Arguments.of("bxc", List.of("first false 7", "completed false 7 7 1 -1+-1+-1", "ended")),
        Arguments.of("c", List.of("failed m/m/default-flow/0 ClientDisconnect", "ended")),
        Arguments.of("cc", List.of("failed m/m/default-flow/0 ClientDisconnect", "ended")),
        Arguments.of("sc", List.of("ended")),
        Arguments.of("sbc", List.of("first false 7", "ended")),
        Arguments.of("sxxc", List.of("completed false 7 0 0 -1+-1+-1", "ended")),
        Arguments.of("sxbsc", List.of("completed false 7 0 0 -1+-1+-1", "ended")),
        Arguments.of("exc", List.of("failed m/m/default-flow/0 ModelServerError", "ended")),
        Arguments.of("ebxc", List.of("failed m/m/default-flow/0 ModelServerError", "ended")),
        Arguments.of("ec", List.of("failed m/m/default-flow/0 ModelServerError", "ended")),
        Arguments.of("ssxc", List.of("completed false 7 0 0 -1+-1+-1", "ended")));
  }

  @ParameterizedTest
  @MethodSource("lifeCycles")
  void everyWayToEndGivesTheReservationBackOnce(String events, List<String> expected) {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.post(CHAT, BODY)).isInstanceOf(Decision.class);
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
    assertThat(inFlight(runtime)).isGreaterThan(1);
    clock.addAndGet(7);
    metrics.calls.clear();
    for (char event : events.toCharArray()) {
      switch (event) {
        case 's' -> gateway.exchange.responseHeaders(200, "application/json", null);
        case 'e' -> gateway.exchange.responseHeaders(503, null, null);
        case 'b' -> gateway.respond("x");
        case 'x' -> gateway.exchange.endResponse();
        default -> gateway.exchange.close();
      }
    }
    assertThat(metrics.calls).isEqualTo(expected);
    assertThat(runtime.scheduler().openLeases()).isZero();
    assertThat(inFlight(runtime)).isZero();
  }

  @Test
  void timesAndUsageOfAStreamedResponse() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime);
    gateway.begin(CHAT, "x-request-id", "r1", "x-llm-d-inference-fairness-id", "tenant");
    clock.addAndGet(5);
    gateway.feed(BODY);
    gateway.end();
    Decision decision = gateway.decision();
    assertThat(gateway.exchange.upstreamHeaders()).isEmpty();
    assertThat(gateway.exchange.bodyEdits()).isEmpty();
    clock.addAndGet(10);
    gateway.exchange.responseHeaders(200, "text/event-stream; charset=utf-8", null);
    assertThat(gateway.exchange.wantsResponseBody()).isTrue();
    clock.addAndGet(10);
    gateway.respond("data: {\"choices\":[]}\n\n");
    clock.addAndGet(3);
    gateway.respond("data: {\"usage\":{\"prompt_tokens\":11,\"completion_t");
    clock.addAndGet(4);
    gateway.respond(
        "okens\":5,\"total_tokens\":16,\"prompt_tokens_details\":{\"cached_tokens\":8}}}\n\n"
            + "data: [DONE]\n\n");
    gateway.exchange.endResponse();
    gateway.exchange.close();
    assertThat(metrics.calls)
        .containsExactly(
            "scheduled " + decision.endpoint().id().name(),
            "started m/m/tenant/0 " + BODY.length() + " 5",
            "first true 25",
            "inter 3",
            "inter 4",
            "completed true 32 25 158 11+8+5",
            "ended");
  }

  @Test
  void firstBodyBytesGiveTokensBack() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime);
    gateway.post(CHAT, BODY);
    assertThat(runtime.pool().inFlightTokens(gateway.decision().endpoint())).isPositive();
    gateway.exchange.responseHeaders(200, null, null);
    gateway.respond("x");
    assertThat(runtime.pool().inFlightTokens(gateway.decision().endpoint())).isZero();
    assertThat(runtime.pool().inFlightRequests(gateway.decision().endpoint())).isOne();
  }

  @Test
  void loadMovesToTheEndpointThatServed() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime);
    gateway.post(CHAT, BODY);
    String picked = gateway.decision().endpoint().hostPort();
    String other = picked.equals("10.0.0.0:8000") ? "10.0.0.1:8000" : "10.0.0.0:8000";
    gateway.exchange.responseHeaders(200, null, other);
    assertThat(runtime.pool().inFlightRequests(gateway.decision().endpoint())).isZero();
    assertThat(inFlight(runtime)).isPositive();
    gateway.exchange.endResponse();
    assertThat(inFlight(runtime)).isZero();
  }

  @Test
  void equalRequestIdsAreDifferentRequests() {
    PickerRuntime runtime = start();
    Gateway one = new Gateway(runtime);
    Gateway two = new Gateway(runtime);
    one.post(CHAT, BODY, "x-request-id", "same");
    two.post(CHAT, BODY, "x-request-id", "same");
    one.exchange.close();
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
    assertThat(runtime.pool().inFlightRequests(two.decision().endpoint())).isOne();
  }

  @Test
  void aMissingRequestIdIsMade() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime);
    gateway.post(CHAT, BODY, "x-request-id", "");
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
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime);
    Rejection refused = (Rejection) gateway.post(path, body);
    assertThat(refused.reason()).isEqualTo(Reason.BAD_REQUEST);
    assertThat(refused.message()).startsWith(message);
    assertThat(gateway.exchange.decision()).isNull();
    assertThat(metrics.calls).containsExactly("failed null/null/default-flow/0 BadRequest");
    gateway.exchange.close();
    assertThat(metrics.calls).hasSize(1);
  }

  @Test
  void aPathThatNoParserClaims() {
    PickerRuntime runtime =
        start(
            Gateway.runtime(
                "plugins: [{type: random-picker}]",
                "requestHandler: {parsers: [{pluginRef: openai-parser}]}",
                "dataLayer: {injectDefaults: false}"));
    assertThat(new Gateway(runtime).post("/xchat/foo?q", BODY))
        .isEqualTo(
            Rejection.of(
                Reason.BAD_REQUEST, "no parser registered matching path suffix for: /xchat/foo"));
    assertThat(new Gateway(runtime).begin("/v1/models").end()).isInstanceOf(Decision.class);
  }

  @Test
  void whatNoParserReadsIsRoutedByLoad() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.post("/other", "anything", "x-gateway-model-name-rewrite", "t"))
        .isInstanceOf(Decision.class);
    assertThat(gateway.exchange.bodyEdits()).isEmpty();
    assertThat(metrics.calls).contains("started null/t/default-flow/0 8 0");
    gateway.exchange.close();
  }

  @Test
  void aRequestWithoutBodyGoesThroughTheSamePipeline() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime).begin("/v1/models", "x-gateway-model-name", "base");
    assertThat(gateway.end()).isInstanceOf(Decision.class);
    assertThat(runtime.pool().inFlightRequests(gateway.decision().endpoint())).isOne();
    assertThat(metrics.calls).contains("started base/base/default-flow/0 0 0");
    EndpointSubset none = (host, port) -> false;
    assertThat(new Gateway(runtime).begin(none, "/v1/models").end())
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Reason.NO_ENDPOINTS));
  }

  @Test
  void theBodyIsBounded() {
    PickerRuntime runtime = start(Gateway.runtime(QUIET).maxRequestBodyBytes(BODY.length()));
    assertThat(new Gateway(runtime).post(CHAT, BODY)).isInstanceOf(Decision.class);
    Gateway gateway = new Gateway(runtime).begin(CHAT);
    assertThat(gateway.feed(BODY)).isNull();
    Rejection refused = gateway.feed("}");
    assertThat(refused)
        .isEqualTo(
            Rejection.of(
                Reason.TOO_LARGE,
                "request body is too large (expected: at most " + BODY.length() + " bytes)"));
    assertThat(gateway.feed("x")).isNull();
    gateway.exchange.endRequest(gateway.outcomes::add);
    gateway.exchange.close();
    assertThat(gateway.outcomes).isEmpty();
    assertThat(metrics.calls).endsWith("failed null/null/default-flow/0 PayloadTooLarge");
  }

  @Test
  void sheddableRequestsAreDroppedUnderLoadAndOthersPass() {
    PickerRuntime runtime =
        start(Gateway.runtime(QUIET).objective("batch", -1).objective("chat", 3));
    report(runtime, 50);
    Gateway shed = new Gateway(runtime);
    assertThat(shed.post(CHAT, BODY, "x-llm-d-inference-objective", "batch"))
        .isEqualTo(Rejection.of(Reason.SATURATED, "system saturated, sheddable request dropped"));
    assertThat(metrics.calls)
        .containsExactly("scheduled SATURATED", "failed m/m/default-flow/-1 ResourceExhausted");
    assertThat(new Gateway(runtime).post(CHAT, BODY)).isInstanceOf(Decision.class);
    assertThat(new Gateway(runtime).post(CHAT, BODY, "x-gateway-inference-objective", "chat"))
        .isInstanceOf(Decision.class);
    assertThat(new Gateway(runtime).post(CHAT, BODY, "x-gateway-inference-objective", "unknown"))
        .isInstanceOf(Decision.class);
    report(runtime, 0);
    assertThat(new Gateway(runtime).post(CHAT, BODY, "x-gateway-inference-objective", "batch"))
        .isInstanceOf(Decision.class);
  }

  private void report(PickerRuntime runtime, double waiting) {
    clock.addAndGet(1_000_000_000);
    for (int i = 0; i < 2; i++) {
      runtime
          .pool()
          .report(
              new EndpointReport(runtime.pool().snapshot().endpoint(i).id(), clock.get())
                  .set(Signal.WAITING_REQUESTS, waiting)
                  .set(Signal.KV_CACHE_USAGE, 0));
    }
    for (int i = 0; i < 2; i++) {
      while (runtime.pool().snapshot().value(Signal.WAITING_REQUESTS, i) != waiting) {
        Thread.onSpinWait();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "x-llm-d-inference-fairness-id, new, x-gateway-inference-fairness-id, old, new",
    "x-llm-d-inference-fairness-id, '', x-gateway-inference-fairness-id, old, default-flow",
    "x-other, y, x-gateway-inference-fairness-id, old, old",
    "x-other, y, x-another, z, default-flow"
  })
  void theNewerHeaderWins(String a, String av, String b, String bv, String expected) {
    PickerRuntime runtime = start();
    new Gateway(runtime).post(CHAT, BODY, a, av, b, bv);
    assertThat(metrics.calls).contains("started m/m/" + expected + "/0 " + BODY.length() + " 0");
  }

  @Test
  void theSubsetRestrictsAndMayComeWithTheBody() {
    PickerRuntime runtime = start();
    EndpointSubset second = (host, port) -> host.equals("10.0.0.1");
    Gateway atHeaders = new Gateway(runtime).begin(second, CHAT);
    atHeaders.feed(BODY);
    assertThat(atHeaders.end()).isInstanceOf(Decision.class);
    assertThat(atHeaders.decision().endpoint().host()).isEqualTo("10.0.0.1");
    Gateway atBody = new Gateway(runtime).begin(CHAT);
    atBody.feed(BODY);
    atBody.exchange.subset(second);
    atBody.end();
    assertThat(atBody.decision().endpoint().host()).isEqualTo("10.0.0.1");
    PickerRuntime ignoring = start(Gateway.runtime(QUIET).disableSubsetFilter(true));
    Gateway ignored = new Gateway(ignoring).begin((host, port) -> false, CHAT);
    ignored.exchange.subset((host, port) -> false);
    ignored.feed(BODY);
    assertThat(ignored.end()).isInstanceOf(Decision.class);
  }

  @Test
  void anEmptyPoolIsARefusal() {
    PickerRuntime runtime = start(Gateway.runtime(QUIET));
    runtime.pool().replaceAll(List.of());
    while (runtime.pool().snapshot().size() > 0) {
      Thread.onSpinWait();
    }
    assertThat(new Gateway(runtime).post(CHAT, BODY))
        .isEqualTo(
            Rejection.of(
                Reason.NO_ENDPOINTS, "failed to find endpoint candidates for serving the request"));
    assertThat(metrics.calls).contains("failed m/m/default-flow/0 ServiceUnavailable");
  }

  @Test
  void anEarlyResponseEndsTheWaitForTheRequest() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime).begin(CHAT);
    gateway.feed("{\"model\":");
    gateway.exchange.responseHeaders(413, null, null);
    gateway.respond("too large");
    assertThat(gateway.exchange.wantsResponseBody()).isFalse();
    assertThat(gateway.end())
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Reason.CANCELLED));
    gateway.exchange.endResponse();
    gateway.exchange.close();
    assertThat(runtime.scheduler().openLeases()).isZero();
  }

  @Test
  void callsOutOfOrderAreIgnored() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.feed("x")).isNull();
    gateway.exchange.endRequest(gateway.outcomes::add);
    gateway.exchange.endResponse();
    gateway.exchange.close();
    gateway.begin(CHAT);
    gateway.feed(BODY);
    gateway.exchange.endRequest(gateway.outcomes::add);
    assertThat(gateway.outcomes).isEmpty();
    assertThat(metrics.calls).isEmpty();
    Gateway twice = new Gateway(runtime);
    twice.post(CHAT, BODY);
    twice.exchange.endRequest(twice.outcomes::add);
    assertThat(twice.outcomes).hasSize(1);
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesBeforeThePickLeavesNothing() {
    PickerRuntime runtime = start();
    Gateway gateway = new Gateway(runtime).begin(CHAT);
    gateway.feed(BODY);
    gateway.exchange.close();
    gateway.exchange.endRequest(gateway.outcomes::add);
    assertThat(gateway.outcomes).isEmpty();
    assertThat(metrics.calls).containsExactly("failed null/null/default-flow/0 ClientDisconnect");
    assertThat(inFlight(runtime)).isZero();
  }

  @Test
  void aStoppedPickerRefuses() {
    PickerRuntime runtime = start();
    Gateway open = new Gateway(runtime);
    open.post(CHAT, BODY);
    runtime.close();
    assertThat(new Gateway(runtime).post(CHAT, BODY))
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Reason.SHUTTING_DOWN));
    open.exchange.endResponse();
    assertThat(runtime.scheduler().openLeases()).isZero();
  }

  @Test
  void decisionsAreToldWithTheirExplanation() {
    List<String> told = new ArrayList<>();
    PickerRuntime runtime =
        start(
            Gateway.runtime(QUIET)
                .decisionListener((id, request, evaluation, outcome) ->
                    told.add(
                        id
                            + " "
                            + request.targetModel()
                            + " "
                            + evaluation.profiles().get(0).scorers()
                            + " "
                            + outcome.getClass().getSimpleName())));
    new Gateway(runtime).post(CHAT, BODY, "x-request-id", "r7");
    assertThat(told).containsExactly("r7 m [queue-scorer, token-load-scorer] PickedDecision");
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
  }

  @Test
  void gatewaysThatParseThemselvesPickDirectly() {
    PickerRuntime runtime = start();
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
