package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Life cycles of exchanges with the real scheduler and parsers (ext-proc.md 7 and 8). */
class ExchangeTest {
  private final Rig rig = new Rig();

  @AfterEach
  void stop() {
    rig.close();
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
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.post(Gateway.CHAT, Rig.BODY)).isInstanceOf(Decision.class);
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
    assertThat(Rig.inFlight(runtime)).isGreaterThan(1);
    rig.clock.addAndGet(7);
    rig.metrics.calls.clear();
    for (char event : events.toCharArray()) {
      switch (event) {
        case 's' -> gateway.exchange.responseHeaders(200, "application/json", null);
        case 'e' -> gateway.exchange.responseHeaders(503, null, null);
        case 'b' -> gateway.respond("x");
        case 'x' -> gateway.exchange.endResponse();
        default -> gateway.exchange.close();
      }
    }
    assertThat(rig.metrics.calls).isEqualTo(expected);
    assertThat(runtime.scheduler().openLeases()).isZero();
    assertThat(Rig.inFlight(runtime)).isZero();
  }

  @Test
  void timesAndUsageOfAStreamedResponse() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    gateway.begin(Gateway.CHAT, "x-request-id", "r1", "x-llm-d-inference-fairness-id", "tenant");
    rig.clock.addAndGet(5);
    gateway.feed(Rig.BODY);
    gateway.end();
    Decision decision = gateway.decision();
    assertThat(gateway.exchange.upstreamHeaders()).isEmpty();
    assertThat(gateway.exchange.bodyEdits()).isEmpty();
    rig.clock.addAndGet(10);
    gateway.exchange.responseHeaders(200, "text/event-stream; charset=utf-8", null);
    assertThat(gateway.exchange.wantsResponseBody()).isTrue();
    rig.clock.addAndGet(10);
    gateway.respond("data: {\"choices\":[]}\n\n");
    rig.clock.addAndGet(3);
    gateway.respond("data: {\"usage\":{\"prompt_tokens\":11,\"completion_t");
    rig.clock.addAndGet(4);
    gateway.respond(
        "okens\":5,\"total_tokens\":16,\"prompt_tokens_details\":{\"cached_tokens\":8}}}\n\n"
            + "data: [DONE]\n\n");
    gateway.exchange.endResponse();
    gateway.exchange.close();
    assertThat(rig.metrics.calls)
        .containsExactly(
            "scheduled " + decision.endpoint().id().name(),
            "started m/m/tenant/0 " + Rig.BODY.length() + " 5",
            "first true 25",
            "inter 3",
            "inter 4",
            "completed true 32 25 158 11+8+5",
            "ended");
  }

  @Test
  void firstBodyBytesGiveTokensBack() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    gateway.post(Gateway.CHAT, Rig.BODY);
    assertThat(runtime.pool().inFlightTokens(gateway.decision().endpoint())).isPositive();
    gateway.exchange.responseHeaders(200, null, null);
    gateway.respond("x");
    assertThat(runtime.pool().inFlightTokens(gateway.decision().endpoint())).isZero();
    assertThat(runtime.pool().inFlightRequests(gateway.decision().endpoint())).isOne();
  }

  @Test
  void loadMovesToTheEndpointThatServed() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    gateway.post(Gateway.CHAT, Rig.BODY);
    String picked = gateway.decision().endpoint().hostPort();
    String other = picked.equals("10.0.0.0:8000") ? "10.0.0.1:8000" : "10.0.0.0:8000";
    gateway.exchange.responseHeaders(200, null, other);
    assertThat(runtime.pool().inFlightRequests(gateway.decision().endpoint())).isZero();
    assertThat(Rig.inFlight(runtime)).isPositive();
    gateway.exchange.endResponse();
    assertThat(Rig.inFlight(runtime)).isZero();
  }

  @Test
  void equalRequestIdsAreDifferentRequests() {
    PickerRuntime runtime = rig.start();
    Gateway one = new Gateway(runtime);
    Gateway two = new Gateway(runtime);
    one.post(Gateway.CHAT, Rig.BODY, "x-request-id", "same");
    two.post(Gateway.CHAT, Rig.BODY, "x-request-id", "same");
    one.exchange.close();
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
    assertThat(runtime.pool().inFlightRequests(two.decision().endpoint())).isOne();
  }

  @Test
  void anEarlyResponseEndsTheWaitForTheRequest() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime).begin(Gateway.CHAT);
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
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.feed("x")).isNull();
    gateway.exchange.endRequest(gateway.outcomes::add);
    gateway.exchange.endResponse();
    gateway.exchange.close();
    gateway.begin(Gateway.CHAT);
    gateway.feed(Rig.BODY);
    gateway.exchange.endRequest(gateway.outcomes::add);
    assertThat(gateway.outcomes).isEmpty();
    assertThat(rig.metrics.calls).isEmpty();
    Gateway twice = new Gateway(runtime);
    twice.post(Gateway.CHAT, Rig.BODY);
    twice.exchange.endRequest(twice.outcomes::add);
    assertThat(twice.outcomes).hasSize(1);
    assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesBeforeThePickLeavesNothing() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime).begin(Gateway.CHAT);
    gateway.feed(Rig.BODY);
    gateway.exchange.close();
    gateway.exchange.endRequest(gateway.outcomes::add);
    assertThat(gateway.outcomes).isEmpty();
    assertThat(rig.metrics.calls)
        .containsExactly("failed null/null/default-flow/0 ClientDisconnect");
    assertThat(Rig.inFlight(runtime)).isZero();
  }

  @Test
  void aStoppedPickerRefuses() {
    PickerRuntime runtime = rig.start();
    Gateway open = new Gateway(runtime);
    open.post(Gateway.CHAT, Rig.BODY);
    runtime.close();
    assertThat(new Gateway(runtime).post(Gateway.CHAT, Rig.BODY))
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Reason.SHUTTING_DOWN));
    open.exchange.endResponse();
    assertThat(runtime.scheduler().openLeases()).isZero();
  }

  @Test
  void aListenerThatThrowsLeavesNoReservation() {
    PickerRuntime runtime =
        rig.start(
            Gateway.runtime(Rig.QUIET)
                .decisionListener((id, request, evaluation, outcome) -> {
                  throw new IllegalStateException();
                }));
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.post(Gateway.CHAT, Rig.BODY))
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Reason.INTERNAL));
    assertThat(gateway.exchange.decision()).isNull();
    assertThat(Rig.inFlight(runtime)).isZero();
    assertThat(rig.metrics.calls).endsWith("ended", "failed m/m/default-flow/0 Internal");
  }
}
