package io.igw.extproc.stream;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.trailers;
import static io.igw.extproc.testing.Messages.withModes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse.ResponseCase;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.extproc.testing.Recorder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Whatever a data plane sends, in whatever order: nothing is thrown, replies of a direction stay in
 * order, nothing follows an end, and the handler hears of the end exactly once.
 */
class RandomStreamsTest {
  private static final int STREAMS = 4_000;

  private static final List<ResponseCase> REQUEST_ORDER =
      List.of(
          ResponseCase.REQUEST_HEADERS, ResponseCase.REQUEST_BODY, ResponseCase.REQUEST_TRAILERS);
  private static final List<ResponseCase> RESPONSE_ORDER =
      List.of(
          ResponseCase.RESPONSE_HEADERS,
          ResponseCase.RESPONSE_BODY,
          ResponseCase.RESPONSE_TRAILERS);

  @ParameterizedTest
  @EnumSource(value = BodySendMode.class, mode = Mode.EXCLUDE, names = "UNRECOGNIZED")
  void everySequenceEndsInOrder(BodySendMode mode) {
    for (int seed = 0; seed < STREAMS; seed++) {
      one(mode, new Random(seed), "seed " + seed);
    }
  }

  private static void one(BodySendMode mode, Random random, String name) {
    Recorder replies = new Recorder();
    replies.budget = random.nextInt(8);
    ScriptedSession session = new ScriptedSession();
    session.hold = random.nextInt(3) == 0;
    session.wantsResponse = random.nextBoolean();
    if (random.nextInt(8) == 0) {
      session.refusal = Rejection.of(Reason.SATURATED, "busy");
    }
    if (random.nextInt(10) == 0) {
      session.throwIn =
          List.of("requestHeaders", "requestBody", "endRequest", "responseHeaders", "responseBody")
              .get(random.nextInt(5));
    }
    ExtProcStream stream =
        new ExtProcStream(session, Runnable::run, replies, ErrorFormat.OPENAI, StreamEvents.NONE);
    int steps = random.nextInt(14);
    for (int i = 0; i < steps; i++) {
      step(stream, session, replies, mode, random, i == 0 && random.nextInt(10) > 0);
    }
    stream.cancelled();
    check(replies, session, name);
  }

  private static void step(
      ExtProcStream stream,
      ScriptedSession session,
      Recorder replies,
      BodySendMode mode,
      Random random,
      boolean begin) {
    if (begin) {
      stream.message(withModes(random.nextInt(4) == 0 ? get() : post(), mode, mode));
      return;
    }
    switch (random.nextInt(12)) {
      case 0 -> stream.halfClosed();
      case 1 -> {
        if (session.verdict != null) {
          session.release();
        }
      }
      case 2, 3 -> {
        replies.budget = random.nextInt(20);
        stream.writable();
      }
      default -> stream.message(message(random));
    }
  }

  private static ProcessingRequest message(Random random) {
    boolean end = random.nextInt(3) == 0;
    ByteString bytes = ByteString.copyFrom(new byte[random.nextInt(3) * random.nextInt(80_000)]);
    return switch (random.nextInt(20)) {
      case 0 -> post();
      case 1 -> trailers();
      case 2 -> responseTrailers();
      case 3 -> ProcessingRequest.getDefaultInstance();
      case 4, 5, 6 -> responseHeaders(end);
      case 7, 8, 9, 10, 11 -> responseBody(bytes, end);
      default -> body(bytes, end);
    };
  }

  private static void check(Recorder replies, ScriptedSession session, String name) {
    int request = -1;
    int response = -1;
    for (int i = 0; i < replies.sent.size(); i++) {
      ResponseCase kind = replies.sent.get(i).getResponseCase();
      if (kind == ResponseCase.IMMEDIATE_RESPONSE) {
        assertThat(i).as(name).isEqualTo(replies.sent.size() - 1);
        assertThat(response).as(name).isEqualTo(-1);
        assertThat(replies.completed).as(name).isTrue();
      } else if (REQUEST_ORDER.contains(kind)) {
        assertThat(REQUEST_ORDER.indexOf(kind)).as(name).isGreaterThanOrEqualTo(request);
        request = REQUEST_ORDER.indexOf(kind);
      } else {
        assertThat(RESPONSE_ORDER.indexOf(kind)).as(name).isGreaterThanOrEqualTo(response);
        response = RESPONSE_ORDER.indexOf(kind);
      }
    }
    long ends = session.log.stream().filter(e -> e.equals("close") || e.equals("detach")).count();
    assertThat(ends).as(name).isEqualTo(session.opened ? 1 : 0);
  }
}
