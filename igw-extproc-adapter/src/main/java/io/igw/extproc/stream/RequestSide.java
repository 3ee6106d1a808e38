package io.igw.extproc.stream;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.igw.api.Rejection;
import org.jspecify.annotations.Nullable;

/** The request direction of a stream; one subclass per way of answering a body mode. */
abstract class RequestSide {
  final ExtProcStream stream;

  RequestSide(ExtProcStream stream) {
    this.stream = stream;
  }

  static RequestSide of(BodySendMode mode, ExtProcStream stream, boolean readsBodies) {
    if (readsBodies && mode == BodySendMode.FULL_DUPLEX_STREAMED) {
      return new DuplexRequest(stream);
    }
    if (readsBodies && mode == BodySendMode.BUFFERED) {
      return new BufferedRequest(stream);
    }
    return new PassingRequest(stream, mode == BodySendMode.FULL_DUPLEX_STREAMED);
  }

  abstract void headers(HttpHeaders message);

  abstract void body(BodyPiece piece, Metadata metadata);

  abstract void trailers();

  /** The decision; comes at most once, and only after it was asked for. */
  abstract void go(RequestEdits edits);

  /** The transport takes more. */
  void writable() {}

  /** Whether pieces of the body wait for the transport. */
  boolean sending() {
    return false;
  }

  /** Whether the data plane is owed an answer to what it has sent. */
  abstract boolean answersDue();

  /** Bytes of the body that are held, as they count in memory. */
  long heldBytes() {
    return 0;
  }

  /** Whether a piece of the body that comes now would be held. */
  boolean holds() {
    return false;
  }

  /** The response has begun: an undecided request is not answered any more (rule EPP-27). */
  abstract void responseBegins();

  /** The stream is over: lets go of what is held. */
  abstract void abandon();

  /** Feeds a piece; true if the request was refused over it. */
  final boolean refused(BodyPiece piece) {
    if (piece.body().isEmpty()) {
      return false;
    }
    Rejection rejection = stream.session().requestBody(piece.body());
    if (rejection == null) {
      return false;
    }
    stream.refuse(rejection);
    return true;
  }

  final void metadata(Metadata metadata) {
    if (metadata.getFilterMetadataCount() > 0) {
      stream.session().requestMetadata(metadata);
    }
  }

  /** Answers the headers with the decision; {@code headers} are those of the edits, or more. */
  final void answerHeaders(RequestEdits edits, @Nullable HeaderMutation headers) {
    KeptReply kept = edits.answer();
    if (kept != null) {
      stream.send(kept);
    } else {
      stream.send(Answers.requestHeaders(edits, headers));
    }
  }

  /** The edits' headers, with the new content length if edits change it (rule EPP-44). */
  static @Nullable HeaderMutation headers(RequestEdits edits, long bodyLength) {
    if (edits.body().isEmpty() || HeldBody.growth(edits.body()) == 0) {
      return edits.headers();
    }
    HeaderMutation.Builder headers =
        edits.headers() == null ? HeaderMutation.newBuilder() : edits.headers().toBuilder();
    return headers.addSetHeaders(Answers.set("content-length", Long.toString(bodyLength))).build();
  }
}
