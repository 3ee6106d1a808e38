package io.igw.extproc.picker;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.list;
import static io.igw.extproc.testing.Messages.metadataPick;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.text;
import static io.igw.extproc.testing.Messages.withMetadata;
import static io.igw.extproc.testing.Messages.withSubset;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSubset;
import io.igw.api.Outcome;
import io.igw.api.RequestHeaders;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.ExtProcStream;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.testing.Recorder;
import io.igw.extproc.testing.ScriptedExchange;
import io.igw.runtime.Exchange.ResponseMetadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a decision and a response look like on the wire. */
class PickerHandlerTest {
  private static final String DESTINATION = "x-gateway-destination-endpoint";

  private final ScriptedExchange exchange = new ScriptedExchange();
  private final Recorder replies = new Recorder();
  private ExtProcStream stream = stream(false, false);

  private ExtProcStream stream(boolean ignoreSubset, boolean keepControlHeaders) {
    return stream(new PickerHandler(loop -> exchange, ignoreSubset, keepControlHeaders));
  }

  private ExtProcStream stream(GatewayProfile gateway) {
    return stream(new PickerHandler(loop -> exchange, false, false, gateway, false));
  }

  private ExtProcStream stream(PickerHandler handler) {
    return new ExtProcStream(
        handler, Runnable::run, replies, ErrorFormat.OPENAI, StreamEvents.NONE);
  }

  private ProcessingResponse exchange(ProcessingRequest... messages) {
    for (ProcessingRequest message : messages) {
      stream.message(message);
    }
    return replies.sent.get(0);
  }

  private static HeaderMutation headers(ProcessingResponse reply) {
    return reply.getRequestHeaders().getResponse().getHeaderMutation();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.7", "2001:db8::1"})
  void headerAndMetadataCarryTheSamePickInOneAnswer(String host) {
    exchange.outcome = ScriptedExchange.decision(host, 8000);
    ProcessingResponse reply = exchange(post(), body("{}", true));
    String expected = host.contains(":") ? "[" + host + "]:8000" : host + ":8000";
    assertThat(set(headers(reply), DESTINATION)).isEqualTo(expected);
    assertThat(metadataPick(reply)).isEqualTo(expected);
    assertThat(reply.getRequestHeaders().getResponse().getClearRouteCache()).isTrue();
    HeaderValueOption option = headers(reply).getSetHeaders(0);
    assertThat(option.getAppendAction()).isEqualTo(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
    assertThat(option.getHeader().getValue()).isEmpty();
  }

  /** A header that cannot be sent, in a decision that comes from outside of the stream. */
  @Test
  void aLateDecisionThatCannotBeToldIsAnInternalError() {
    Outcome outcome = exchange.outcome;
    exchange.outcome = null;
    exchange.upstream = new HashMap<>();
    exchange.upstream.put("x-plugin", null);
    stream.message(post());
    stream.message(body("{}", true));
    EndpointPicker.Listener waiting = exchange.waiting;
    assertThat(waiting).isNotNull();
    waiting.onOutcome(outcome);
    assertThat(replies.kinds()).containsExactly("immediate_response");
    assertThat(replies.sent.get(0).getImmediateResponse().getStatus().getCodeValue())
        .isEqualTo(500);
    assertThat(replies.completed).isTrue();
    assertThat(exchange.closed).hasValue(1);
  }

  @Test
  void onlyWhatChangesIsSet() {
    HeaderMap.Builder many = io.igw.extproc.testing.Messages.chat("cookie", "a", "cookie", "b");
    for (int i = 0; i < 90; i++) {
      many.addHeaders(HeaderValue.newBuilder().setKey("x-client-" + i).setValue("v"));
    }
    ProcessingResponse reply =
        exchange(io.igw.extproc.testing.Messages.headers(false, many).build(), body("{}", true));
    assertThat(headers(reply).getSetHeadersList()).hasSize(1);
    assertThat(headers(reply).getRemoveHeadersList()).noneMatch(name -> name.startsWith(":"));
    int size = reply.getSerializedSize();
    replies.sent.clear();
    stream = stream(false, false);
    assertThat(exchange(post(), body("{}", true)).getSerializedSize()).isEqualTo(size);
  }

  @ParameterizedTest
  @MethodSource("io.igw.extproc.testing.ClientHeaders#removed")
  void controlAndRoutingHeadersNeverGetThrough(String name) {
    assertThat(headers(exchange(post(), body("{}", true))).getRemoveHeadersList()).contains(name);
    replies.sent.clear();
    stream = stream(false, false);
    assertThat(headers(exchange(get())).getRemoveHeadersList()).contains(name);
  }

  @Test
  void controlHeadersMayBeKeptForThePickerBehind() {
    stream = stream(false, true);
    assertThat(headers(exchange(post(), body("{}", true))).getRemoveHeadersList())
        .contains("x-prefiller-host-port")
        .doesNotContain("x-gateway-inference-objective");
  }

  @Test
  void pluginHeadersAreSetAndNotRemoved() {
    exchange.upstream =
        Map.of(
            "X-Prefiller-Host-Port",
            "10.0.0.3:8000",
            "x-request-id",
            "made-up",
            ":path",
            "/evil",
            "x-empty",
            "",
            DESTINATION,
            "10.6.6.6:1");
    HeaderMutation mutation = headers(exchange(post(), body("{}", true)));
    assertThat(set(mutation, "x-prefiller-host-port")).isEqualTo("10.0.0.3:8000");
    assertThat(set(mutation, "x-request-id")).isEqualTo("made-up");
    assertThat(set(mutation, DESTINATION)).isEqualTo("10.0.0.1:8000");
    assertThat(mutation.getSetHeadersList()).hasSize(3);
    assertThat(mutation.getRemoveHeadersList())
        .doesNotContain("x-prefiller-host-port")
        .contains("x-encoder-hosts-ports");
  }

  @Test
  void headersAreFoundInAnyCaseAndEitherField() {
    HeaderMap.Builder map =
        HeaderMap.newBuilder()
            .addHeaders(
                HeaderValue.newBuilder().setKey("X-Gateway-Inference-Objective").setValue("gold"))
            .addHeaders(
                HeaderValue.newBuilder()
                    .setKey("x-both")
                    .setValue("text")
                    .setRawValue(ByteString.copyFromUtf8("raw")));
    stream.message(
        ProcessingRequest.newBuilder()
            .setRequestHeaders(HttpHeaders.newBuilder().setHeaders(map).setEndOfStream(true))
            .build());
    assertThat(exchange.headers.first("x-gateway-inference-objective")).isEqualTo("gold");
    assertThat(exchange.headers.first("x-both")).isEqualTo("raw");
    assertThat(exchange.headers.first(":path")).isNull();
  }

  @Test
  void theSubsetMayComeWithHeadersOrBody() {
    exchange(withSubset(post(), list("10.0.0.1:8000")), body("{}", true));
    EndpointSubset early = exchange.subset;
    assertThat(early).isNotNull();
    assertThat(early.contains("10.0.0.1", 8001)).isFalse();
    stream = stream(false, false);
    stream.message(post());
    assertThat(exchange.subset).isNull();
    stream.message(withSubset(body("{}", true), text("10.0.0.2")));
    assertThat(exchange.subset).isNotNull();
    assertThat(exchange.subset.contains("10.0.0.2", 1)).isTrue();
  }

  @Test
  void theSubsetMayBeIgnored() {
    stream = stream(true, false);
    exchange(withSubset(post(), list("10.0.0.1")), withSubset(body("{}", true), list("10.0.0.1")));
    assertThat(exchange.subset).isNull();
  }

  @Test
  void bodiesAreReadInSlicesHoweverTheyAreHeld() {
    byte[] bytes = new byte[1_000_000];
    new Random(3).nextBytes(bytes);
    ByteString rope =
        ByteString.copyFrom(bytes, 0, 300_000).concat(ByteString.copyFrom(bytes, 300_000, 700_000));
    exchange(post(), body(rope, true));
    assertThat(exchange.requestBytes.toByteArray()).isEqualTo(bytes);
    assertThat(exchange.maxSlice).isEqualTo(65_536);
  }

  /** Rule EPP-61. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void responsesAreMarkedWhereAskedFor(boolean edited) {
    exchange.responseEdits = edited ? Map.of("x-plugin", "v") : Map.of();
    stream = stream(new PickerHandler(loop -> exchange, false, false).markingResponses(true));
    exchange(post(), body("{}", true), responseHeaders(false));
    HeaderMutation headers =
        replies.sent.get(2).getResponseHeaders().getResponse().getHeaderMutation();
    assertThat(set(headers, "x-went-into-resp-headers")).isEqualTo("true");
    assertThat(set(headers, "x-plugin")).isEqualTo(edited ? "v" : null);
    replies.sent.clear();
    stream = stream(false, false);
    exchange(post(), body("{}", true), responseHeaders(false));
    assertThat(
            set(
                replies.sent.get(2).getResponseHeaders().getResponse().getHeaderMutation(),
                "x-went-into-resp-headers"))
        .isNull();
  }

  /** Times between tokens are those between messages, so that a long one must count once. */
  @Test
  void aChunkOfAResponseIsReadAtOnce() {
    exchange(post(), body("{}", true), responseHeaders(false));
    AtomicInteger calls = new AtomicInteger();
    exchange.onResponseBody = calls::incrementAndGet;
    stream.message(responseBody(ByteString.copyFrom(new byte[200_000]), false));
    assertThat(calls).hasValue(1);
    assertThat(exchange.responseBytes.size()).isEqualTo(200_000);
  }

  /** There are no spans of ours: the client's context goes on as it came, once. */
  @ParameterizedTest
  @ValueSource(strings = {"traceparent", "tracestate", "baggage"})
  void theTraceOfTheClientIsNotTouched(String name) {
    HeaderMutation headers = headers(exchange(post(name, "a=1"), body("{}", true)));
    assertThat(set(headers, name)).isNull();
    assertThat(headers.getRemoveHeadersList()).isNotEmpty().doesNotContain(name);
  }

  /** Rule EPP-32. */
  @Test
  void repeatedHeadersKeepAllTheirValues() {
    stream.message(post("prefer", "a", "Prefer", "b, c", "cookie", "x=1", "cookie", "y=2"));
    RequestHeaders headers = exchange.headers;
    assertThat(headers).isNotNull();
    assertThat(headers.first("prefer")).isEqualTo("a");
    assertThat(headers.joined("prefer")).isEqualTo("a, b, c");
    assertThat(headers.joined("cookie")).isEqualTo("x=1; y=2");
    assertThat(headers.joined(":method")).isEqualTo("POST");
    assertThat(headers.joined("absent")).isNull();
  }

  @Test
  void statusTypeAndServedEndpointReachTheExchange() {
    exchange(post(), body("{}", true));
    stream.message(
        withMetadata(
            responseHeaders(false, ":status", "429", "content-type", "text/event-stream"),
            "envoy.lb",
            "x-gateway-destination-endpoint-served",
            text("10.0.0.2:8000")));
    stream.message(responseBody("data: x\n\n", true));
    assertThat(exchange.status).isEqualTo(429);
    assertThat(exchange.contentType).isEqualTo("text/event-stream");
    assertThat(exchange.served).isEqualTo("10.0.0.2:8000");
    assertThat(exchange.responseBytes.toString()).isEqualTo("data: x\n\n");
    assertThat(exchange.responseEnded).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "20", "2000", "-10"})
  void aStatusThatIsNoneCountsAsUnknown(String status) {
    exchange(post(), body("{}", true), responseHeaders(true, ":status", status));
    assertThat(exchange.status).isZero();
  }

  @Test
  void responseHeaderEditsAreSent() {
    exchange.responseEdits = Map.of("x-conformance-test-served-endpoint", "10.0.0.1:8000");
    exchange(post(), body("{}", true), responseHeaders(true));
    HeaderMutation mutation =
        replies.sent.get(2).getResponseHeaders().getResponse().getHeaderMutation();
    assertThat(set(mutation, "x-conformance-test-served-endpoint")).isEqualTo("10.0.0.1:8000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"headers", "body", "trailers"})
  void metadataOfPluginsTravelsWithTheLastReply(String end) {
    exchange.metadata =
        List.of(
            new ResponseMetadata("envoy.lb", "cost", 2.5),
            new ResponseMetadata("mine", "a", 1),
            new ResponseMetadata("envoy.lb", "tokens", 7));
    exchange(post(), body("{}", true), responseHeaders(end.equals("headers")));
    if (!end.equals("headers")) {
      stream.message(responseBody("x", end.equals("body")));
    }
    if (end.equals("trailers")) {
      stream.message(responseTrailers());
    }
    ProcessingResponse last = replies.sent.get(replies.sent.size() - 1);
    assertThat(
            last.getDynamicMetadata()
                .getFieldsOrThrow("envoy.lb")
                .getStructValue()
                .getFieldsMap()
                .keySet())
        .containsExactlyInAnyOrder("cost", "tokens");
    assertThat(last.getDynamicMetadata().getFieldsCount()).isEqualTo(2);
    assertThat(replies.sent.stream().filter(ProcessingResponse::hasDynamicMetadata)).hasSize(2);
  }

  @Test
  void aResetAtAnyPointClosesTheExchangeOnce() {
    ProcessingRequest[] whole = {
      post(), body("{", false), body("}", true), responseHeaders(false), responseBody("x", true)
    };
    for (int cut = 1; cut <= whole.length; cut++) {
      exchange.closed.set(0);
      stream = stream(false, false);
      for (int i = 0; i < cut; i++) {
        stream.message(whole[i]);
      }
      stream.cancelled();
      assertThat(exchange.closed).as("after %d messages", cut).hasValue(1);
    }
  }
}
