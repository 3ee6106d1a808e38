package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;

/**
 * BUFFERED: one answer per message; the headers are answered at once and the decision travels in
 * the answer to the body (rule EPP-21). Without a body there is no such answer, and no decision.
 */
final class BufferedRequest extends RequestSide {
  private enum State {
    RECEIVING,
    DECIDING,
    DONE
  }

  private static final Rejection UNPICKABLE =
      Rejection.of(
          Reason.BAD_REQUEST, "trailers without a body cannot be routed in the body mode BUFFERED");

  private enum Answer {
    HEADERS,
    BODY
  }

  private final HeldBody held = new HeldBody();
  private State state = State.RECEIVING;
  private Answer answer = Answer.HEADERS;
  private boolean trailersDue;
  private boolean ended;

  BufferedRequest(ExtProcStream stream) {
    super(stream);
  }

  @Override
  void headers(HttpHeaders message) {
    ended = message.getEndOfStream();
    if (ended) {
      decide(Answer.HEADERS);
    } else {
      stream.send(Answers.REQUEST_HEADERS);
    }
  }

  @Override
  void body(BodyPiece piece, Metadata metadata) {
    if (state != State.RECEIVING) {
      stream.ignored();
      return;
    }
    if (refused(piece)) {
      return;
    }
    ended = piece.endOfStream();
    held.add(piece.body());
    metadata(metadata);
    decide(Answer.BODY);
  }

  @Override
  void trailers() {
    if (ended) {
      stream.ignored();
      return;
    }
    ended = true;
    switch (state) {
      // The headers have gone, with whatever destination the client named, and an answer to
      // trailers changes none of them.
      case RECEIVING -> stream.refuse(UNPICKABLE);
      case DECIDING -> trailersDue = true;
      default -> stream.send(Answers.REQUEST_TRAILERS);
    }
  }

  private void decide(Answer where) {
    answer = where;
    state = State.DECIDING;
    stream.session().endRequest(stream);
  }

  @Override
  void go(RequestEdits edits) {
    if (state != State.DECIDING) {
      return;
    }
    state = State.DONE;
    switch (answer) {
      case HEADERS -> answerHeaders(edits, edits.headers());
      case BODY -> {
        held.assemble(edits.body());
        ByteString body = edits.body().isEmpty() ? null : held.whole();
        stream.send(Answers.bufferedBody(edits, headers(edits, held.length()), body));
      }
    }
    held.drop();
    if (trailersDue) {
      stream.send(Answers.REQUEST_TRAILERS);
    }
  }

  @Override
  long heldBytes() {
    return held.bytes();
  }

  @Override
  boolean holds() {
    return state == State.RECEIVING;
  }

  @Override
  boolean answersDue() {
    return state == State.DECIDING;
  }

  @Override
  void responseBegins() {
    abandon();
  }

  @Override
  void abandon() {
    held.drop();
    ended |= state != State.DONE;
    state = State.DONE;
  }
}
