package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;

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
    ProcessingResponse reply =
        edits == null ? Answers.RESPONSE_HEADERS : Answers.responseHeaders(edits);
    stream.send(message.getEndOfStream() ? last(reply) : reply);
  }

  void body(HttpBody message) {
    if (ended) {
      stream.ignored();
      return;
    }
    ByteString body = message.getBody();
    if (message.getEndOfStream()) {
      feed(body);
      stream.send(last(pass(body, true)));
    } else {
      // The client first: nothing a reader does may hold a token back.
      stream.send(pass(body, false));
      feed(body);
    }
  }

  private void feed(ByteString body) {
    try {
      if (!body.isEmpty() && stream.session().wantsResponseBody()) {
        stream.session().responseBody(body);
      }
    } catch (RuntimeException e) {
      stream.lose(e);
    }
  }

  /** Sends all pieces of a chunk but the last, and returns that. */
  private ProcessingResponse pass(ByteString body, boolean endOfStream) {
    if (!duplex) {
      return Answers.RESPONSE_BODY;
    }
    int offset = 0;
    for (; body.size() - offset > HeldBody.PIECE_BYTES; offset += HeldBody.PIECE_BYTES) {
      stream.send(
          Answers.responsePiece(body.substring(offset, offset + HeldBody.PIECE_BYTES), false));
    }
    return Answers.responsePiece(offset == 0 ? body : body.substring(offset), endOfStream);
  }

  void trailers() {
    if (ended) {
      stream.ignored();
      return;
    }
    stream.send(last(Answers.RESPONSE_TRAILERS));
  }

  /** Ends the response; its last reply carries the metadata that the handler has for it. */
  private ProcessingResponse last(ProcessingResponse reply) {
    ended = true;
    try {
      Struct metadata = stream.session().endResponse();
      return metadata == null ? reply : reply.toBuilder().setDynamicMetadata(metadata).build();
    } catch (RuntimeException e) {
      stream.lose(e);
      return reply;
    }
  }
}
