package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;

/**
 * FULL_DUPLEX_STREAMED: holds the body until the decision, then answers headers, pieces and
 * trailers in this order (rules EPP-17 to EPP-20).
 */
final class DuplexRequest extends RequestSide {
  private enum State {
    RECEIVING,
    DECIDING,
    SENDING,
    DONE
  }

  private enum End {
    HEADERS,
    BODY,
    TRAILERS
  }

  private final HeldBody held = new HeldBody();
  private State state = State.RECEIVING;
  private End end = End.HEADERS;

  DuplexRequest(ExtProcStream stream) {
    super(stream);
  }

  @Override
  void headers(HttpHeaders message) {
    if (message.getEndOfStream()) {
      decide(End.HEADERS);
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
    held.add(piece.body());
    metadata(metadata);
    if (piece.endOfStream()) {
      decide(End.BODY);
    }
  }

  @Override
  void trailers() {
    if (state != State.RECEIVING) {
      stream.ignored();
      return;
    }
    decide(End.TRAILERS);
  }

  private void decide(End by) {
    end = by;
    state = State.DECIDING;
    stream.session().endRequest(stream);
  }

  @Override
  void go(RequestEdits edits) {
    if (state != State.DECIDING) {
      return;
    }
    held.assemble(edits.body());
    answerHeaders(edits, headers(edits, held.length()));
    if (end == End.HEADERS) {
      state = State.DONE;
      return;
    }
    state = State.SENDING;
    if (held.drained() && end == End.BODY) {
      stream.send(new BodyPiece(false, ByteString.EMPTY, true));
      finish();
      return;
    }
    writable();
  }

  @Override
  void writable() {
    if (state != State.SENDING) {
      return;
    }
    while (!held.drained()) {
      if (!stream.ready()) {
        return;
      }
      ByteString piece = held.nextPiece();
      stream.send(new BodyPiece(false, piece, held.drained() && end == End.BODY));
    }
    if (end == End.TRAILERS) {
      stream.send(Answers.REQUEST_TRAILERS);
    }
    finish();
  }

  private void finish() {
    held.drop();
    state = State.DONE;
  }

  @Override
  boolean sending() {
    return state == State.SENDING;
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
    return state == State.DECIDING || state == State.SENDING;
  }

  @Override
  void responseBegins() {
    if (state == State.RECEIVING || state == State.DECIDING) {
      finish();
    }
  }

  @Override
  void abandon() {
    finish();
  }
}
