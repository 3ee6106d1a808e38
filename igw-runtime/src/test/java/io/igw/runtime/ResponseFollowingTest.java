package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import io.igw.scheduler.PluginCatalog;
import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is learnt of a response: how it ended, who served, and what is read of it for whom. */
class ResponseFollowingTest {
  private final Rig rig = new Rig();
  private final List<String> ends = new ArrayList<>();

  @AfterEach
  void stop() {
    rig.close();
  }

  private PickerRuntime observed(ResponseObserver.Event... interests) {
    Set<ResponseObserver.Event> events = EnumSet.noneOf(ResponseObserver.Event.class);
    events.addAll(List.of(interests));
    List<PluginProvider> all =
        new ArrayList<>(
            PluginCatalog.load(ResponseFollowingTest.class.getClassLoader()).providers().values());
    all.add(
        new PluginProvider() {
          @Override
          public String type() {
            return "watcher";
          }

          @Override
          public Plugin create(Parameters parameters, PluginContext context) {
            return new Watcher(events);
          }
        });
    return rig.start(
        Gateway.runtime("plugins: [{type: watcher}]", "dataLayer: {injectDefaults: false}")
            .pluginCatalog(PluginCatalog.of(all)));
  }

  private final class Watcher implements ResponseObserver {
    private final Set<Event> interests;

    Watcher(Set<Event> interests) {
      this.interests = interests;
    }

    @Override
    public Set<Event> interests() {
      return interests;
    }

    @Override
    public void on(Event event, RequestState state, Decision decision, Response response) {
      if (event == Event.END) {
        ends.add(response.termination().label());
      }
    }
  }

  /** ext-proc.md 8.1. Letters: s headers, b body, x end, c close, f fault, u unreachable. */
  @ParameterizedTest
  @CsvSource({
    "sbxc, natural",
    "xc, natural",
    "sxf, natural",
    "c, client-disconnect",
    "sc, client-disconnect",
    "sbc, client-disconnect",
    "f, error",
    "sbf, error",
    "sbfc, error",
    "u, error",
    "d, natural",
  })
  void theCauseOfTheEndIsTold(String events, String cause) {
    Gateway gateway = new Gateway(observed(ResponseObserver.Event.END));
    gateway.post(Gateway.CHAT, Rig.BODY);
    for (char event : events.toCharArray()) {
      switch (event) {
        case 's' -> gateway.exchange.responseHeaders(200, null, null);
        case 'b' -> gateway.respond("x");
        case 'x' -> gateway.exchange.endResponse();
        case 'f' -> gateway.exchange.broken();
        case 'u' -> gateway.exchange.failed();
        case 'd' -> gateway.exchange.detach();
        default -> gateway.exchange.close();
      }
    }
    assertThat(ends).containsExactly(cause);
  }

  @Test
  void aFaultBeforeTheResponseIsAnInternalError() {
    Gateway gateway = new Gateway(rig.start());
    gateway.post(Gateway.CHAT, Rig.BODY);
    rig.metrics.calls.clear();
    gateway.exchange.broken();
    assertThat(rig.metrics.calls).containsExactly("failed m/m/default-flow/0 Internal", "ended");
  }

  @ParameterizedTest
  @CsvSource({
    // metrics read responses, what a plugin hears, path, extra header, body needed, response needed
    "true, , /v1/chat/completions, , true, true",
    "true, , /v1/models, , false, true",
    "false, , /v1/chat/completions, , true, false",
    "false, HEADERS, /v1/chat/completions, , true, false",
    "false, END, /v1/chat/completions, , true, true",
    "false, CHUNK, /v1/models, , false, true",
    "false, FIRST_BODY, /v1/models, , false, true",
    "false, , /v1/chat/completions, x-gateway-model-name-rewrite, true, true",
  })
  void bodiesAreNeededOnlyWhereSomethingReadsThem(
      boolean metrics,
      ResponseObserver.Event heard,
      String path,
      String header,
      boolean request,
      boolean response) {
    rig.metrics.readsResponses = metrics;
    PickerRuntime runtime = heard == null ? observed() : observed(heard);
    Gateway gateway = new Gateway(runtime);
    gateway.begin(path, header == null ? new String[0] : new String[] {header, "other"});
    assertThat(gateway.exchange.needsRequestBody()).isEqualTo(request);
    assertThat(gateway.exchange.needsResponseBody()).isEqualTo(response);
  }

  /** Such a request is in order only without a body, so the body has to be seen. */
  @Test
  void aPathWithoutAParserNeedsItsBody() {
    PickerRuntime runtime =
        rig.start(
            Gateway.runtime(
                "plugins: [{type: openai-parser}]",
                "requestHandler: {parsers: [{pluginRef: openai-parser}]}",
                "dataLayer: {injectDefaults: false}"));
    assertThat(new Gateway(runtime).begin("/other").exchange.needsRequestBody()).isTrue();
  }

  @Test
  void aResponseWhoseBodyIsNotSentGivesTokensBackAtItsHeaders() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = new Gateway(runtime);
    gateway.post(Gateway.CHAT, Rig.BODY);
    rig.metrics.calls.clear();
    rig.clock.addAndGet(7);
    gateway.exchange.withoutResponseBody();
    gateway.exchange.responseHeaders(200, "text/event-stream", null);
    assertThat(gateway.exchange.wantsResponseBody()).isFalse();
    assertThat(runtime.pool().inFlightTokens(gateway.decision().endpoint())).isZero();
    assertThat(runtime.pool().inFlightRequests(gateway.decision().endpoint())).isOne();
    rig.clock.addAndGet(7);
    gateway.exchange.endResponse();
    assertThat(rig.metrics.calls).containsExactly("completed true 14 0 -1 -1+-1+-1", "ended");
    assertThat(Rig.inFlight(runtime)).isZero();
  }

  /**
   * An event is a token: not the chunk that it came in, of which the network makes what it likes.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 40, 10_000})
  void whatIsLeftOfTheEstimateFallsWithEventsNotWithChunks(int piece) {
    PickerRuntime runtime =
        rig.start(
            Gateway.runtime(
                "plugins:",
                "- type: inflight-load-producer",
                "  parameters: {addEstimatedOutputTokens: true}",
                "dataLayer: {injectDefaults: false}"));
    Gateway gateway = new Gateway(runtime);
    gateway.post(
        Gateway.CHAT,
        "{\"model\":\"m\",\"stream\":true,\"max_tokens\":100,\"messages\":"
            + "[{\"role\":\"user\",\"content\":\""
            + "word ".repeat(200)
            + "\"}]}");
    double reserved = runtime.pool().inFlightTokens(gateway.decision().endpoint());
    assertThat(reserved).isGreaterThan(100);
    gateway.exchange.responseHeaders(200, "text/event-stream", null);
    String events = "data: {\"choices\":[]}\n\n".repeat(48) + ": ping\n\ndata: [DONE]\n\n";
    for (int at = 0; at < events.length(); at += piece) {
      gateway.respond(events.substring(at, Math.min(events.length(), at + piece)));
    }
    // Less than 16 are saved up.
    assertThat(runtime.pool().inFlightTokens(gateway.decision().endpoint()))
        .isBetween(reserved - 48, reserved - 48 + 15);
    gateway.exchange.endResponse();
    assertThat(Rig.inFlight(runtime)).isZero();
  }

  /** What came before such a line, and what comes behind it, would be half of the truth. */
  @ParameterizedTest
  @CsvSource({"x, 'completed true 0 0 1048703 -1+-1+-1'", "c, "})
  void aLineOverTheLimitLeavesTheUsageUnknown(char end, String completed) {
    Gateway gateway = new Gateway(rig.start());
    gateway.post(Gateway.CHAT, Rig.BODY);
    gateway.exchange.responseHeaders(200, "text/event-stream", null);
    String usage = "data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
    gateway.respond(usage);
    gateway.respond("data: " + "x".repeat(1 << 20));
    gateway.respond("x\n\n" + usage);
    rig.metrics.calls.clear();
    if (end == 'x') {
      gateway.exchange.endResponse();
    }
    gateway.exchange.close();
    assertThat(rig.metrics.calls)
        .containsExactlyElementsOf(
            Stream.of(completed, "limited sse_line_bytes", "ended")
                .filter(Objects::nonNull)
                .toList());
  }

  @ParameterizedTest
  @CsvSource({"100, false", "20, true"})
  void theLimitOfALineCanBeSet(int bytes, boolean reached) {
    Gateway gateway =
        new Gateway(rig.start(Gateway.runtime(Rig.QUIET).maxResponseLineBytes(bytes)));
    gateway.post(Gateway.CHAT, Rig.BODY);
    gateway.exchange.responseHeaders(200, "text/event-stream", null);
    gateway.respond("data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n");
    rig.metrics.calls.clear();
    gateway.exchange.endResponse();
    assertThat(rig.metrics.calls.contains("limited sse_line_bytes")).isEqualTo(reached);
  }

  /** Rule EPP-59. */
  @ParameterizedTest
  @CsvSource({"0, ", "1, served elsewhere 1", "2, served elsewhere 2", "9, served elsewhere 0"})
  void whoServedIsCountedByItsPlaceInTheList(int place, String counted) {
    PickerRuntime runtime =
        rig.start(Gateway.runtime(Rig.QUIET).destinations(3, 8), Gateway.endpoints(3));
    Gateway gateway = new Gateway(runtime);
    gateway.post(Gateway.CHAT, Rig.BODY);
    Decision decision = gateway.decision();
    assertThat(decision.fallbacks()).hasSize(2).doesNotHaveDuplicates();
    String served =
        switch (place) {
          case 0 -> decision.destination();
          case 1, 2 -> decision.fallbacks().get(place - 1).hostPort();
          default -> "10.9.9.9:8000";
        };
    rig.metrics.calls.clear();
    gateway.exchange.responseHeaders(200, null, served);
    assertThat(rig.metrics.calls)
        .containsExactly(counted == null ? new String[0] : new String[] {counted});
    boolean stays = place == 0 || place == 9;
    assertThat(runtime.pool().inFlightRequests(decision.endpoint())).isEqualTo(stays ? 1 : 0);
    gateway.exchange.endResponse();
    assertThat(Rig.inFlight(runtime)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, false", "3, 1, 1, true", "3, 2, 8, false", "9, 2, 8, true"})
  void aPickerThatNamesMoreThanTheGatewayCanWalkIsWarnedOf(
      int picked, int least, int most, boolean warned) {
    PickerRuntime.Builder builder =
        Gateway.runtime(
                "plugins: [{type: max-score-picker, parameters: {maxNumOfEndpoints: %d}}]"
                    .formatted(picked),
                "dataLayer: {injectDefaults: false}")
            .endpoints(Gateway.endpoints(2))
            .destinations(least, most);
    try (PickerRuntime runtime = builder.build()) {
      assertThat(
              runtime.warnings().stream()
                  .anyMatch(w ->
                      w.contains(String.format(Locale.ROOT, "names up to %d endpoints", picked))))
          .isEqualTo(warned);
    }
  }

  @Test
  void destinationsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> PickerRuntime.builder().destinations(0, 1))
        .hasMessageContaining("destinations: 0, 1");
    assertThatThrownBy(() -> PickerRuntime.builder().destinations(3, 2))
        .hasMessageContaining("expected: 1 <= least <= most");
  }
}
