package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;

/**
 * The response direction of a stream: every message is answered at once and nothing is held back
 * (rule EPP-53). In FULL_DUPLEX_STREAMED mode a chunk goes back as the very bytes that came.
 */
final class ResponseSide {
  private final ExtProcStream stream;
  private final boolean duplex;
  private boolean started;
  private boolean ended;

  ResponseSide(ExtProcStream stream, boolean duplex) {
    this.stream = stream;
    this.duplex = duplex;
  }

  boolean started() {
    return started;
  }

  boolean ended() {
    return ended;
  }

  void headers(HttpHeaders message, Metadata metadata) {
    started = true;
    HeaderMutation edits = null;
    try {
      edits = stream.session().responseHeaders(new HeaderList(message.getHeaders()), metadata);
    } catch (RuntimeException e) {
      stream.lose(e);
    }
    stream.send(edits == null ? Answers.RESPONSE_HEADERS : Answers.responseHeaders(edits));
    if (message.getEndOfStream()) {
      end();
    }
  }

  void body(HttpBody message) {
    if (ended) {
      stream.ignored();
      return;
    }
    ByteString body = message.getBody();
    boolean last = message.getEndOfStream();
    if (duplex) {
      pass(body, last);
    } else {
      stream.send(Answers.RESPONSE_BODY);
    }
    try {
      if (!body.isEmpty() && stream.session().wantsResponseBody()) {
        stream.session().responseBody(body);
      }
    } catch (RuntimeException e) {
      stream.lose(e);
    }
    if (last) {
      end();
    }
  }

  private void pass(ByteString body, boolean last) {
    int offset = 0;
    for (; body.size() - offset > HeldBody.PIECE_BYTES; offset += HeldBody.PIECE_BYTES) {
      stream.send(
          Answers.responsePiece(body.substring(offset, offset + HeldBody.PIECE_BYTES), false));
    }
    stream.send(Answers.responsePiece(offset == 0 ? body : body.substring(offset), last));
  }

  void trailers() {
    if (ended) {
      stream.ignored();
      return;
    }
    end();
    stream.send(Answers.RESPONSE_TRAILERS);
  }

  private void end() {
    ended = true;
    try {
      stream.session().endResponse();
    } catch (RuntimeException e) {
      stream.lose(e);
    }
  }
}
