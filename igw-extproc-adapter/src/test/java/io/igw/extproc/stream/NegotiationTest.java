package io.igw.extproc.stream;

import static io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode.NONE;
import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.withModes;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.HeaderSendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.extproc.stream.DataPlaneTraits.Reports;
import io.igw.extproc.testing.Recorder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Negotiated body modes (ext-proc.md 9.3). */
class NegotiationTest {
  private final Recorder replies = new Recorder();
  private final ScriptedSession session = new ScriptedSession();
  private final ExtProcStream stream =
      new ExtProcStream(session, Runnable::run, replies, ErrorFormat.OPENAI, StreamEvents.NONE);

  @BeforeEach
  void negotiates() {
    session.traits =
        new DataPlaneTraits(DataPlaneTraits.UNKNOWN.bodyModes(), Reports.AS_ANNOUNCED, true);
  }

  private void messages(ProcessingRequest... messages) {
    for (ProcessingRequest message : messages) {
      stream.message(message);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // request has a body, body needed, response needed, then what is asked for
    "true, true, true, FULL_DUPLEX_STREAMED, FULL_DUPLEX_STREAMED",
    "true, true, false, FULL_DUPLEX_STREAMED, NONE",
    "true, false, true, FULL_DUPLEX_STREAMED, FULL_DUPLEX_STREAMED",
    "true, false, false, ,",
    "false, true, true, FULL_DUPLEX_STREAMED, FULL_DUPLEX_STREAMED",
    "false, true, false, ,",
  })
  void whatIsNeededIsAskedForBeforeAnyAnswer(
      boolean body,
      boolean needsRequest,
      boolean needsResponse,
      BodySendMode request,
      BodySendMode response) {
    session.needsRequest = needsRequest;
    session.needsResponse = needsResponse;
    messages(withModes(body ? post() : get(), NONE, NONE));
    boolean decidedAtHeaders = !body || request == null;
    assertThat(replies.kinds().contains("request_headers")).isEqualTo(decidedAtHeaders);
    if (request == null) {
      assertThat(replies.sent).noneMatch(ProcessingResponse::hasModeOverride);
      return;
    }
    ProcessingResponse question = replies.sent.get(0);
    assertThat(question.getResponseCase())
        .isEqualTo(ProcessingResponse.ResponseCase.RESPONSE_NOT_SET);
    ProcessingMode asked = question.getModeOverride();
    assertThat(asked.getRequestBodyMode()).isEqualTo(request);
    assertThat(asked.getResponseBodyMode()).isEqualTo(response);
    assertThat(asked.getRequestTrailerMode()).isEqualTo(HeaderSendMode.SEND);
    assertThat(asked.getResponseTrailerMode()).isEqualTo(HeaderSendMode.SEND);
  }

  @Test
  void afterTheQuestionTheStreamIsAsAnyOther() {
    messages(withModes(post(), NONE, NONE), body("abc", false), body("def", true));
    messages(responseHeaders(false), responseBody("x", false), responseBody("", true));
    assertThat(replies.kinds().subList(1, replies.sent.size()))
        .containsExactly(
            "request_headers",
            "request_body",
            "response_headers",
            "response_body",
            "response_body");
    assertThat(Recorder.joined(replies.sent).toStringUtf8()).isEqualTo("abcdef");
    assertThat(session.log).endsWith("endResponse").doesNotContain("withoutResponseBody");
  }

  /** Bodies that come anyway cannot be asked away, and bodies are asked for only on request. */
  @ParameterizedTest
  @CsvSource({
    "true, FULL_DUPLEX_STREAMED, FULL_DUPLEX_STREAMED",
    "true, BUFFERED, NONE",
    "true, NONE, STREAMED",
    "false, NONE, NONE",
  })
  void nothingIsAskedOtherwise(boolean negotiates, BodySendMode request, BodySendMode response) {
    session.traits =
        new DataPlaneTraits(DataPlaneTraits.UNKNOWN.bodyModes(), Reports.AS_ANNOUNCED, negotiates);
    messages(withModes(post(), request, response));
    assertThat(replies.sent).noneMatch(ProcessingResponse::hasModeOverride);
  }

  @Test
  void withoutAnAnnouncementNothingIsAsked() {
    messages(post());
    assertThat(replies.sent).isEmpty();
  }

  /** Where no response bodies come, the lease ends with the stream, as with a complete response. */
  @ParameterizedTest
  @ValueSource(strings = {"cancel", "half-close", "trailers", "headers"})
  void aResponseWithoutBodiesEndsWithItsStream(String end) {
    session.needsResponse = false;
    messages(withModes(post(), NONE, NONE), body("abc", true));
    messages(responseHeaders(end.equals("headers")));
    assertThat(session.log.contains("endResponse")).isEqualTo(end.equals("headers"));
    assertThat(session.log).containsSubsequence("withoutResponseBody", "responseHeaders");
    switch (end) {
      case "cancel" -> stream.cancelled();
      case "half-close" -> stream.halfClosed();
      case "trailers" -> messages(responseTrailers());
      default -> {}
    }
    stream.cancelled();
    assertThat(session.log.stream().filter("endResponse"::equals)).hasSize(1);
    assertThat(session.log).endsWith("endResponse", "close");
  }

  /** A client that leaves before the response has no response to end. */
  @Test
  void aStreamThatEndsBeforeTheResponseGivesTheLeaseBack() {
    session.needsResponse = false;
    messages(withModes(post(), NONE, NONE), body("abc", true));
    stream.halfClosed();
    assertThat(session.log).doesNotContain("endResponse", "detach").endsWith("close");
  }
}
