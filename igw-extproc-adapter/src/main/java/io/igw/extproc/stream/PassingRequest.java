package io.igw.extproc.stream;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Decides from the headers and passes the body unread: STREAMED, NONE and BUFFERED_PARTIAL (rules
 * EPP-22 and EPP-23), and every mode where the handler reads no bodies. One answer per message.
 */
final class PassingRequest extends RequestSide {
  private final boolean duplex;
  private boolean decided;
  private boolean abandoned;
  private boolean ended;

  /** Messages that came before the decision; a null body stands for trailers. */
  private @Nullable ArrayDeque<BodyPiece> waiting;

  private boolean trailersWaiting;
  private long waitingBytes;

  PassingRequest(ExtProcStream stream, boolean duplex) {
    super(stream);
    this.duplex = duplex;
  }

  @Override
  void headers(HttpHeaders message) {
    ended = message.getEndOfStream();
    stream.session().endRequest(stream);
  }

  @Override
  void body(BodyPiece piece, Metadata metadata) {
    if (ended) {
      stream.ignored();
      return;
    }
    ended = piece.endOfStream();
    if (decided) {
      answer(piece);
      return;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>();
    }
    waiting.add(piece);
    waitingBytes += piece.body().size() + HeldBody.PIECE_OVERHEAD;
  }

  private void answer(BodyPiece piece) {
    if (!duplex) {
      stream.send(Answers.REQUEST_BODY);
      return;
    }
    stream.pass(piece);
  }

  @Override
  void trailers() {
    if (ended) {
      stream.ignored();
      return;
    }
    ended = true;
    if (decided) {
      stream.send(Answers.REQUEST_TRAILERS);
    } else {
      trailersWaiting = true;
    }
  }

  @Override
  void go(RequestEdits edits) {
    if (decided || abandoned) {
      return;
    }
    decided = true;
    answerHeaders(edits, edits.headers());
    if (waiting != null) {
      waiting.forEach(this::answer);
      waiting = null;
      waitingBytes = 0;
    }
    if (trailersWaiting) {
      stream.send(Answers.REQUEST_TRAILERS);
    }
  }

  @Override
  long heldBytes() {
    return waitingBytes;
  }

  @Override
  boolean holds() {
    return !decided && !ended;
  }

  @Override
  boolean answersDue() {
    return !decided && !abandoned;
  }

  @Override
  void responseBegins() {
    abandon();
  }

  @Override
  void abandon() {
    waiting = null;
    waitingBytes = 0;
    if (!decided) {
      abandoned = true;
      ended = true;
    }
  }
}
