package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import org.jspecify.annotations.Nullable;

/**
 * The response direction of a stream: every message is answered at once and nothing is held back
 * (rule EPP-53). In FULL_DUPLEX_STREAMED mode a chunk goes back as the very bytes that came, unless
 * the session edits the response.
 */
final class ResponseSide {
  private static final String CONTENT_LENGTH = "content-length";

  private final ExtProcStream stream;
  private final BodySendMode mode;
  private final boolean duplex;
  private final boolean bodiless;
  private boolean editing;
  private boolean started;
  private boolean ended;

  ResponseSide(ExtProcStream stream, BodySendMode mode) {
    this.stream = stream;
    this.mode = mode;
    this.duplex = mode == BodySendMode.FULL_DUPLEX_STREAMED;
    this.bodiless = mode == BodySendMode.NONE;
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
      if (bodiless) {
        stream.session().withoutResponseBody();
      }
      edits = stream.session().responseHeaders(new HeaderList(message.getHeaders()), metadata);
      editing = !message.getEndOfStream() && changeable() && stream.session().editsResponse();
    } catch (RuntimeException e) {
      stream.lose(e);
    }
    if (editing && (duplex || mode == BodySendMode.STREAMED)) {
      edits = withoutLength(edits);
    }
    ProcessingResponse reply =
        edits == null ? Answers.RESPONSE_HEADERS : Answers.responseHeaders(edits);
    stream.send(message.getEndOfStream() ? last(reply) : reply);
  }

  /** Whether answers can change the body in this mode. */
  private boolean changeable() {
    return switch (mode) {
      case FULL_DUPLEX_STREAMED, STREAMED, BUFFERED, BUFFERED_PARTIAL -> true;
      default -> false;
    };
  }

  /** The length is not known while headers go out; without it the data plane frames the body. */
  private static HeaderMutation withoutLength(@Nullable HeaderMutation edits) {
    HeaderMutation.Builder headers =
        edits == null ? HeaderMutation.newBuilder() : edits.toBuilder();
    return headers.addRemoveHeaders(CONTENT_LENGTH).build();
  }

  void body(BodyPiece piece) {
    if (ended) {
      stream.ignored();
      return;
    }
    // A buffered body that may be cut off is left alone: what comes behind it is not seen.
    if (editing && (mode != BodySendMode.BUFFERED_PARTIAL || piece.endOfStream())) {
      edited(piece);
      return;
    }
    if (piece.endOfStream()) {
      feed(piece.body());
      lastPiece(piece);
    } else {
      // The client first: nothing a reader does may hold a token back.
      if (duplex) {
        stream.pass(piece);
      } else {
        stream.send(Answers.RESPONSE_BODY);
      }
      feed(piece.body());
    }
  }

  private void edited(BodyPiece piece) {
    ByteString before = piece.body();
    ByteString body = before.isEmpty() ? before : edited(before);
    if (!duplex) {
      ProcessingResponse reply =
          body == before ? Answers.RESPONSE_BODY : Answers.responseBody(body, length(before, body));
      stream.send(piece.endOfStream() ? last(reply) : reply);
      return;
    }
    BodyPiece goes = body == before ? piece : new BodyPiece(true, body, piece.endOfStream());
    if (piece.endOfStream()) {
      lastPiece(goes);
    } else if (!body.isEmpty() || before.isEmpty()) {
      stream.pass(goes);
    }
  }

  private ByteString edited(ByteString body) {
    try {
      return stream.session().editedResponse(body);
    } catch (RuntimeException e) {
      stream.lose(e);
      return body;
    }
  }

  /** Buffered bodies go out with headers that have not gone yet (rule EPP-21). */
  private @Nullable HeaderMutation length(ByteString before, ByteString after) {
    if (mode == BodySendMode.STREAMED || before.size() == after.size()) {
      return null;
    }
    return HeaderMutation.newBuilder()
        .addSetHeaders(Answers.set(CONTENT_LENGTH, Integer.toString(after.size())))
        .build();
  }

  private void lastPiece(BodyPiece piece) {
    if (!duplex) {
      stream.send(last(Answers.RESPONSE_BODY));
      return;
    }
    BodyPiece last = stream.passAllButLast(piece);
    Struct metadata = end();
    if (metadata == null) {
      stream.send(last);
    } else {
      stream.send(Answers.piece(last).toBuilder().setDynamicMetadata(metadata).build());
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

  void trailers() {
    if (ended) {
      stream.ignored();
      return;
    }
    stream.send(last(Answers.RESPONSE_TRAILERS));
  }

  /** Ends the response; its last reply carries the metadata that the handler has for it. */
  private ProcessingResponse last(ProcessingResponse reply) {
    Struct metadata = end();
    return metadata == null ? reply : reply.toBuilder().setDynamicMetadata(metadata).build();
  }

  /** The stream is over, which ends a response whose body is not sent (ext-proc.md 9.2). */
  void streamEnded() {
    if (bodiless && started && !ended) {
      end();
    }
  }

  private @Nullable Struct end() {
    ended = true;
    try {
      return stream.session().endResponse();
    } catch (RuntimeException e) {
      stream.lose(e);
      return null;
    }
  }
}
