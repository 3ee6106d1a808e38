package io.igw.extproc.stream;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.trailers;
import static io.igw.extproc.testing.Messages.withModes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.igw.extproc.testing.Recorder;
import io.igw.runtime.Exchange.BodyEdit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Rules EPP-16 and EPP-21 to EPP-23: body modes other than FULL_DUPLEX_STREAMED. */
class BodyModesTest {
  private final Recorder replies = new Recorder();
  private final ScriptedSession session = new ScriptedSession();
  private final ExtProcStream stream =
      new ExtProcStream(session, Runnable::run, replies, ErrorFormat.OPENAI, StreamEvents.NONE);

  private void begin(ProcessingRequest headers, BodySendMode mode) {
    stream.message(withModes(headers, mode, mode));
  }

  private void messages(ProcessingRequest... messages) {
    for (ProcessingRequest message : messages) {
      stream.message(message);
    }
  }

  @Test
  void bufferedAnswersHeadersAtOnceAndPicksInTheBodyReply() {
    begin(post(), BodySendMode.BUFFERED);
    assertThat(replies.sent).containsExactly(Answers.REQUEST_HEADERS);
    messages(body("{\"model\":\"m\"}", true));
    assertThat(replies.kinds()).containsExactly("request_headers", "request_body");
    CommonResponse common = replies.sent.get(1).getRequestBody().getResponse();
    assertThat(common.getClearRouteCache()).isTrue();
    assertThat(common.hasBodyMutation()).isFalse();
    assertThat(session.bytes.size()).isEqualTo(13);
  }

  @Test
  void bufferedReplacesTheBodyOnlyWhereItIsEdited() {
    session.edits =
        new RequestEdits(
            null, null, true, List.of(new BodyEdit(1, 2, "BBB".getBytes(StandardCharsets.UTF_8))));
    begin(post(), BodySendMode.BUFFERED);
    messages(body("abc", true));
    CommonResponse common = replies.sent.get(1).getRequestBody().getResponse();
    assertThat(common.getBodyMutation().getBody().toStringUtf8()).isEqualTo("aBBBc");
    assertThat(set(common.getHeaderMutation(), "content-length")).isEqualTo("5");
  }

  @Test
  void bufferedWithTrailersAnswersEachMessage() {
    begin(post(), BodySendMode.BUFFERED);
    messages(body("abc", false), trailers());
    assertThat(replies.kinds())
        .containsExactly("request_headers", "request_body", "request_trailers");
  }

  @Test
  void bufferedTrailersWaitForTheDecision() {
    session.hold = true;
    begin(post(), BodySendMode.BUFFERED);
    messages(body("abc", false), trailers());
    assertThat(replies.kinds()).containsExactly("request_headers");
    session.release();
    assertThat(replies.kinds())
        .containsExactly("request_headers", "request_body", "request_trailers");
  }

  /**
   * Rule EPP-36: the headers went out unchanged, and an answer to trailers cannot change them, so a
   * destination that the client named would be dialled.
   */
  @Test
  void bufferedTrailersWithoutABodyAreRefused() {
    begin(post(), BodySendMode.BUFFERED);
    messages(trailers());
    assertThat(replies.kinds()).containsExactly("request_headers", "immediate_response");
    assertThat(replies.sent.get(1).getImmediateResponse().getStatus().getCodeValue())
        .isEqualTo(400);
    assertThat(replies.completed).isTrue();
    assertThat(session.log).doesNotContain("endRequest").endsWith("close");
  }

  /** Rule EPP-20. */
  @Test
  void trailersAfterTheEndOfABufferedRequestAreIgnored() {
    begin(post(), BodySendMode.BUFFERED);
    messages(body("abc", true), trailers());
    assertThat(replies.kinds()).containsExactly("request_headers", "request_body");
    ExtProcStream trailed =
        new ExtProcStream(session, Runnable::run, replies, ErrorFormat.OPENAI, StreamEvents.NONE);
    replies.sent.clear();
    trailed.message(withModes(post(), BodySendMode.BUFFERED, BodySendMode.BUFFERED));
    trailed.message(body("abc", false));
    trailed.message(trailers());
    trailed.message(trailers());
    assertThat(replies.kinds())
        .containsExactly("request_headers", "request_body", "request_trailers");
  }

  @ParameterizedTest
  @EnumSource(value = BodySendMode.class, mode = Mode.EXCLUDE, names = "UNRECOGNIZED")
  void aRequestWithoutBodyIsPickedAtItsHeaders(BodySendMode mode) {
    begin(get(), mode);
    assertThat(replies.kinds()).containsExactly("request_headers");
    assertThat(replies.sent.get(0).getRequestHeaders().getResponse().getClearRouteCache()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = BodySendMode.class,
      names = {"STREAMED", "NONE", "BUFFERED_PARTIAL"})
  void otherModesPickFromTheHeadersAndPassTheBody(BodySendMode mode) {
    begin(post(), mode);
    assertThat(replies.kinds()).containsExactly("request_headers");
    assertThat(replies.sent.get(0).getRequestHeaders().getResponse().getClearRouteCache()).isTrue();
    messages(body("abc", false), body("def", true));
    assertThat(replies.sent.subList(1, 3))
        .containsExactly(Answers.REQUEST_BODY, Answers.REQUEST_BODY);
    assertThat(session.bytes.size()).isZero();
  }

  @Test
  void chunksThatComeBeforeTheDecisionAreAnsweredAfterIt() {
    session.hold = true;
    begin(post(), BodySendMode.STREAMED);
    messages(body("abc", false), body("def", false), trailers());
    assertThat(replies.sent).isEmpty();
    session.release();
    assertThat(replies.kinds())
        .containsExactly("request_headers", "request_body", "request_body", "request_trailers");
  }

  @ParameterizedTest
  @EnumSource(
      value = BodySendMode.class,
      names = {"STREAMED", "BUFFERED", "BUFFERED_PARTIAL"})
  void responsesGetOneEmptyReplyPerMessage(BodySendMode mode) {
    begin(post(), mode);
    messages(body("abc", true), responseHeaders(false));
    int before = replies.sent.size();
    messages(responseBody("x", false), responseBody("y", false), responseTrailers());
    assertThat(replies.sent.subList(before, before + 3))
        .containsExactly(Answers.RESPONSE_BODY, Answers.RESPONSE_BODY, Answers.RESPONSE_TRAILERS);
    assertThat(session.log).contains("responseBody").endsWith("endResponse");
  }

  @Test
  void theHandlerThatOnlyContinuesPassesPiecesAsTheyCome() {
    ExtProcStream passing =
        new ExtProcStream(
            StreamHandler.CONTINUE, Runnable::run, replies, ErrorFormat.OPENAI, StreamEvents.NONE);
    passing.message(post());
    passing.message(body("abc", false));
    assertThat(replies.kinds()).containsExactly("request_headers", "request_body");
    passing.message(body(ByteString.copyFrom(new byte[100_000]), true));
    assertThat(Recorder.joined(replies.sent).size()).isEqualTo(100_003);
    assertThat(Recorder.pieces(replies.sent).get(2).getEndOfStream()).isTrue();
    passing.message(responseHeaders(false));
    passing.message(responseBody("xyz", true));
    assertThat(replies.kinds()).hasSize(6);
  }
}
