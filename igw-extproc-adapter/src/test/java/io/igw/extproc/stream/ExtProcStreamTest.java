package io.igw.extproc.stream;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.trailers;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProtocolConfiguration;
import io.envoyproxy.envoy.service.ext_proc.v3.StreamedBodyResponse;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.extproc.testing.Recorder;
import io.igw.runtime.Exchange.BodyEdit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** FULL_DUPLEX_STREAMED and header-only streams, and everything that ends one. */
class ExtProcStreamTest {
  private final Recorder replies = new Recorder();
  private final ScriptedSession session = new ScriptedSession();
  private final Swallowed swallowed = new Swallowed();
  private final ExtProcStream stream =
      new ExtProcStream(session, Runnable::run, replies, ErrorFormat.OPENAI, swallowed);

  private void messages(ProcessingRequest... messages) {
    for (ProcessingRequest message : messages) {
      stream.message(message);
    }
  }

  @Test
  void nothingIsAnsweredBeforeTheBodyHasEnded() {
    messages(post(), body("{\"model\":", false));
    assertThat(replies.sent).isEmpty();
    messages(body("\"m\"}", true));
    assertThat(replies.kinds()).containsExactly("request_headers", "request_body");
    assertThat(Recorder.joined(replies.sent).toStringUtf8()).isEqualTo("{\"model\":\"m\"}");
    assertThat(session.bytes.toString(StandardCharsets.UTF_8)).isEqualTo("{\"model\":\"m\"}");
    assertThat(replies.completed).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 1",
    "61999, 1",
    "62000, 1",
    "62001, 2",
    "1000000, 17",
  })
  void bodiesLeaveInPiecesWithOneEndMarker(int size, int pieces) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    ByteString whole = ByteString.copyFrom(bytes);
    for (int chunk : new int[] {Math.max(1, size), 16_384}) {
      Recorder out = new Recorder();
      ExtProcStream each =
          new ExtProcStream(
              new ScriptedSession(), Runnable::run, out, ErrorFormat.OPENAI, swallowed);
      each.message(post());
      for (int from = 0; from < size; from += chunk) {
        each.message(body(whole.substring(from, Math.min(size, from + chunk)), false));
      }
      each.message(body(ByteString.EMPTY, true));
      List<StreamedBodyResponse> sent = Recorder.pieces(out.sent);
      assertThat(sent).hasSize(pieces);
      assertThat(Recorder.joined(out.sent)).isEqualTo(whole);
      assertThat(sent).allMatch(p -> p.getBody().size() <= 62_000);
      assertThat(sent.get(pieces - 1).getEndOfStream()).isTrue();
      assertThat(sent.subList(0, pieces - 1)).noneMatch(StreamedBodyResponse::getEndOfStream);
    }
  }

  @Test
  void anUncutMessageGoesBackAsTheSameBytes() {
    ByteString whole = ByteString.copyFrom(new byte[400_000]);
    messages(post(), body(whole, true));
    byte[] back = new byte[1];
    assertThat(Recorder.pieces(replies.sent).get(1).getBody().byteAt(0)).isEqualTo(back[0]);
    assertThat(Recorder.joined(replies.sent)).isEqualTo(whole);
  }

  @Test
  void trailersEndTheBody() {
    messages(post(), body("abc", false), trailers());
    assertThat(replies.kinds())
        .containsExactly("request_headers", "request_body", "request_trailers");
    assertThat(Recorder.pieces(replies.sent)).noneMatch(StreamedBodyResponse::getEndOfStream);
  }

  @Test
  void trailersWithoutABodyAreAnsweredWithoutPieces() {
    messages(post(), trailers());
    assertThat(replies.kinds()).containsExactly("request_headers", "request_trailers");
  }

  @Test
  void aRequestThatEndsWithItsHeadersGetsOneReply() {
    messages(get());
    assertThat(replies.kinds()).containsExactly("request_headers");
    assertThat(replies.sent.get(0).getRequestHeaders().getResponse().getClearRouteCache()).isTrue();
  }

  @Test
  void whatComesAfterTheEndIsCountedAndIgnored() {
    messages(post(), body("abc", true), body("", true), body("more", false), trailers());
    assertThat(replies.kinds()).containsExactly("request_headers", "request_body");
    assertThat(swallowed.ignored).isEqualTo(3);
    messages(responseHeaders(false), responseBody("x", true), responseBody("", true));
    messages(responseTrailers());
    assertThat(replies.kinds().subList(2, 4)).containsExactly("response_headers", "response_body");
    assertThat(swallowed.ignored).isEqualTo(5);
    assertThat(replies.completed).isFalse();
  }

  @Test
  void responseChunksAreAnsweredOneForOneWithTheSameBytes() {
    messages(post(), body("abc", true), responseHeaders(false));
    for (int i = 0; i < 100; i++) {
      ByteString chunk = ByteString.copyFromUtf8("data: " + i + "\n\n");
      messages(responseBody(chunk, false));
      StreamedBodyResponse last =
          replies
              .sent
              .get(replies.sent.size() - 1)
              .getResponseBody()
              .getResponse()
              .getBodyMutation()
              .getStreamedResponse();
      assertThat(last.getBody()).isSameAs(chunk);
      assertThat(last.getEndOfStream()).isFalse();
    }
    messages(responseTrailers());
    assertThat(replies.sent).hasSize(2 + 1 + 100 + 1);
    assertThat(session.log).endsWith("endResponse");
  }

  @Test
  void unwantedResponseBodiesAreNotFed() {
    session.wantsResponse = false;
    messages(post(), body("abc", true), responseHeaders(false), responseBody("x", true));
    assertThat(session.log).doesNotContain("responseBody").endsWith("endResponse");
  }

  @Test
  void longResponseChunksAreCut() {
    messages(post(), body("a", true), responseHeaders(false));
    messages(responseBody(ByteString.copyFrom(new byte[130_000]), true));
    List<Integer> sizes = new ArrayList<>();
    replies.sent.stream()
        .filter(r -> r.hasResponseBody())
        .map(r -> r.getResponseBody().getResponse().getBodyMutation().getStreamedResponse())
        .forEach(p -> sizes.add(p.getBody().size() * (p.getEndOfStream() ? -1 : 1)));
    assertThat(sizes).containsExactly(62_000, 62_000, -6_000);
  }

  @Test
  void anEarlyResponseIsAnsweredAndTheRequestIsNotWaitedFor() {
    messages(post(), body("abc", false), responseHeaders(false), responseBody("no", true));
    assertThat(replies.kinds()).containsExactly("response_headers", "response_body");
    messages(body("late", true));
    assertThat(replies.sent).hasSize(2);
    assertThat(swallowed.ignored).isEqualTo(1);
  }

  @Test
  void aDecisionAfterAnEarlyResponseIsDropped() {
    session.hold = true;
    messages(post(), body("abc", true), responseHeaders(false));
    session.release();
    assertThat(replies.kinds()).containsExactly("response_headers");
    stream.cancelled();
    assertThat(session.log).endsWith("close");
  }

  @Test
  void piecesWaitForTheTransportAndNothingIsReadMeanwhile() {
    replies.budget = 3;
    messages(post(), body(ByteString.copyFrom(new byte[400_000]), true));
    assertThat(replies.sent).hasSize(3);
    assertThat(stream.hungry()).isFalse();
    replies.budget = 100;
    stream.writable();
    assertThat(replies.sent).hasSize(1 + 7);
    assertThat(stream.hungry()).isTrue();
  }

  @Test
  void earlyResponsesDoNotCutABodyThatIsOnItsWay() {
    replies.budget = 3;
    messages(post(), body(ByteString.copyFrom(new byte[400_000]), true));
    replies.budget = 100;
    messages(responseHeaders(false));
    stream.writable();
    assertThat(Recorder.joined(replies.sent).size()).isEqualTo(400_000);
  }

  @Test
  void editsAreSplicedAndTheLengthFollows() {
    session.edits =
        new RequestEdits(
            HeaderMutation.getDefaultInstance(),
            null,
            true,
            List.of(new BodyEdit(4, 7, "longer".getBytes(StandardCharsets.UTF_8))));
    messages(post(), body("abc ", false), body("xyz def", true));
    assertThat(Recorder.joined(replies.sent).toStringUtf8()).isEqualTo("abc longer def");
    HeaderMutation headers =
        replies.sent.get(0).getRequestHeaders().getResponse().getHeaderMutation();
    assertThat(set(headers, "content-length")).isEqualTo("14");
  }

  @Test
  void editsOfTheSameLengthLeaveContentLengthAlone() {
    session.edits =
        new RequestEdits(
            null, null, true, List.of(new BodyEdit(0, 3, "xyz".getBytes(StandardCharsets.UTF_8))));
    messages(post(), body("abc", true));
    assertThat(Recorder.joined(replies.sent).toStringUtf8()).isEqualTo("xyz");
    assertThat(
            replies
                .sent
                .get(0)
                .getRequestHeaders()
                .getResponse()
                .getHeaderMutation()
                .getSetHeadersCount())
        .isZero();
  }

  @Test
  void aRefusalIsTheLastThingSent() {
    session.refusal = Rejection.of(Reason.NO_ENDPOINTS, "nobody");
    messages(post(), body("abc", true));
    assertThat(replies.kinds()).containsExactly("immediate_response");
    assertThat(replies.completed).isTrue();
    assertThat(session.log).endsWith("close");
    messages(body("x", true), responseHeaders(true));
    stream.cancelled();
    stream.halfClosed();
    assertThat(replies.sent).hasSize(1);
    assertThat(session.log.stream().filter("close"::equals)).hasSize(1);
  }

  @Test
  void aBodyOverTheLimitIsRefusedAtOnce() {
    session.bodyRefusal = Rejection.of(Reason.TOO_LARGE, "body: 70 bytes (expected: <= 64)");
    messages(post(), body("abc", false));
    assertThat(replies.sent.get(0).getImmediateResponse().getStatus().getCodeValue())
        .isEqualTo(413);
    assertThat(session.log).doesNotContain("endRequest").endsWith("close");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"body", "trailers", "response_headers", "response_body", "empty", "twice"})
  void messagesOutOfOrderGetAClearError(String what) {
    switch (what) {
      case "body" -> messages(body("x", true));
      case "trailers" -> messages(trailers());
      case "response_headers" -> messages(responseHeaders(true));
      case "response_body" -> messages(post(), responseBody("x", true));
      case "empty" -> messages(ProcessingRequest.getDefaultInstance());
      default -> messages(post(), post());
    }
    assertThat(replies.kinds()).containsExactly("immediate_response");
    assertThat(replies.sent.get(0).getImmediateResponse().getStatus().getCodeValue())
        .isEqualTo(400);
    assertThat(replies.sent.get(0).getImmediateResponse().getBody().toStringUtf8())
        .contains("expected: headers, body, trailers, in order");
    assertThat(replies.completed).isTrue();
  }

  @Test
  void aSecondResponseFailsTheStreamInsteadOfHanging() {
    messages(post(), body("x", true), responseHeaders(false), responseHeaders(false));
    assertThat(replies.failure).contains("second response_headers");
    assertThat(session.log).endsWith("close");
  }

  @Test
  void halfCloseEndsTheStreamOnceTheAnswersAreOut() {
    session.hold = true;
    messages(post(), body("x", true));
    stream.halfClosed();
    assertThat(replies.completed).isFalse();
    session.release();
    assertThat(replies.kinds()).containsExactly("request_headers", "request_body");
    assertThat(replies.completed).isTrue();
    assertThat(session.log).endsWith("detach").doesNotContain("close");
  }

  /** Envoy, whose client went away while the model server had the request. */
  @ParameterizedTest
  @CsvSource({"FULL_DUPLEX_STREAMED, close", "STREAMED, close", "NONE, detach"})
  void halfCloseInPlaceOfAnExpectedResponseGivesTheLeaseBack(BodySendMode mode, String end) {
    ProtocolConfiguration told =
        ProtocolConfiguration.newBuilder()
            .setRequestBodyMode(BodySendMode.FULL_DUPLEX_STREAMED)
            .setResponseBodyMode(mode)
            .build();
    messages(post().toBuilder().setProtocolConfig(told).build(), body("x", true));
    stream.halfClosed();
    assertThat(replies.completed).isTrue();
    assertThat(session.log).endsWith(end);
  }

  @Test
  void halfCloseWaitsForPiecesOnTheirWay() {
    replies.budget = 2;
    messages(post(), body(ByteString.copyFrom(new byte[200_000]), true));
    stream.halfClosed();
    assertThat(replies.completed).isFalse();
    replies.budget = 100;
    stream.writable();
    assertThat(replies.completed).isTrue();
  }

  @Test
  void halfCloseInTheMiddleOfABodyEndsTheStream() {
    messages(post(), body("x", false));
    stream.halfClosed();
    assertThat(replies.sent).isEmpty();
    assertThat(replies.completed).isTrue();
    assertThat(session.log).endsWith("close");
  }

  @Test
  void halfCloseBeforeAnythingEndsTheStream() {
    stream.halfClosed();
    assertThat(replies.completed).isTrue();
  }

  @Test
  void observationGetsNoReplies() {
    messages(post().toBuilder().setObservabilityMode(true).build());
    messages(body("x", true), responseHeaders(true));
    assertThat(replies.sent).isEmpty();
    assertThat(session.log).isEmpty();
    assertThat(swallowed.observed).isOne();
    stream.halfClosed();
    assertThat(replies.completed).isTrue();
  }

  @Test
  void cancellationIsTheNormalEnd() {
    messages(post(), body("x", true), responseHeaders(false), responseBody("y", true));
    stream.cancelled();
    stream.cancelled();
    messages(responseBody("z", true));
    assertThat(session.log.stream().filter("close"::equals)).hasSize(1);
    assertThat(swallowed.faults).isEmpty();
    assertThat(replies.completed).isFalse();
    assertThat(replies.failure).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"requestHeaders", "requestBody", "endRequest"})
  void aFaultBeforeTheResponseIsAnInternalError(String where) {
    session.throwIn = where;
    messages(post(), body("x", true));
    assertThat(replies.kinds()).containsExactly("immediate_response");
    assertThat(replies.sent.get(0).getImmediateResponse().getStatus().getCodeValue())
        .isEqualTo(500);
    assertThat(replies.sent.get(0).getImmediateResponse().getBody().toStringUtf8())
        .contains("internal error of the endpoint picker")
        .doesNotContain("planted");
    assertThat(swallowed.faults).hasSize(1);
    assertThat(replies.completed).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"responseHeaders", "responseBody", "endResponse"})
  void aFaultInTheResponseCostsNobodyTheResponse(String where) {
    session.throwIn = where;
    messages(post(), body("x", true), responseHeaders(false));
    messages(responseBody("y", false), responseBody("z", true));
    assertThat(replies.kinds().subList(2, 5))
        .containsExactly("response_headers", "response_body", "response_body");
    assertThat(swallowed.faults).hasSize(1);
    assertThat(session.log.stream().filter("close"::equals)).hasSize(1);
  }
}
