package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
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
  private @Nullable ArrayDeque<HttpBody> waiting;

  private boolean trailersWaiting;

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
  void body(HttpBody message, Metadata metadata) {
    if (ended) {
      stream.ignored();
      return;
    }
    ended = message.getEndOfStream();
    if (decided) {
      answer(message);
      return;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>();
    }
    waiting.add(message);
  }

  private void answer(HttpBody message) {
    if (!duplex) {
      stream.send(Answers.REQUEST_BODY);
      return;
    }
    ByteString body = message.getBody();
    int offset = 0;
    for (; body.size() - offset > HeldBody.PIECE_BYTES; offset += HeldBody.PIECE_BYTES) {
      stream.send(
          Answers.requestPiece(body.substring(offset, offset + HeldBody.PIECE_BYTES), false));
    }
    stream.send(
        Answers.requestPiece(
            offset == 0 ? body : body.substring(offset), message.getEndOfStream()));
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
    stream.send(Answers.requestHeaders(edits, edits.headers()));
    if (waiting != null) {
      waiting.forEach(this::answer);
      waiting = null;
    }
    if (trailersWaiting) {
      stream.send(Answers.REQUEST_TRAILERS);
    }
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
    if (!decided) {
      abandoned = true;
      ended = true;
    }
  }
}
