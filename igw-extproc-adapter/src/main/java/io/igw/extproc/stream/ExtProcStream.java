package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest.RequestCase;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import java.util.Locale;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One ext-proc stream: one HTTP request and its response. Messages, half-close, cancellation and
 * transport readiness go in; replies come out through {@link Replies}. After the stream has ended
 * nothing goes out any more, whatever comes in: a cancellation is the normal end.
 *
 * <p><b>Threading.</b> Confined to one event loop, which is also the session's.
 *
 * <p><b>Failure.</b> A handler that throws before response headers were answered costs the client a
 * 500; later it only loses sight of the response, which passes unchanged.
 */
public final class ExtProcStream implements StreamSession.Verdict {
  private static final Rejection INTERNAL =
      Rejection.of(Reason.INTERNAL, "internal error of the endpoint picker");

  private final StreamHandler handler;
  private final Executor loop;
  private final Replies replies;
  private final ErrorFormat errors;
  private final StreamEvents events;

  private StreamSession session = StreamSession.PASSIVE;
  private @Nullable RequestSide request;
  private @Nullable ResponseSide response;
  private boolean observing;
  private boolean decided;

  /** Whether the data plane will tell of the response. */
  private boolean responseExpected;

  private boolean grpc;
  private boolean halfClosed;
  private boolean over;

  /** A stream whose first message has not come yet. */
  public ExtProcStream(
      StreamHandler handler,
      Executor loop,
      Replies replies,
      ErrorFormat errors,
      StreamEvents events) {
    this.handler = handler;
    this.loop = loop;
    this.replies = replies;
    this.errors = errors;
    this.events = events;
  }

  /** The next message of the data plane. */
  public void message(ProcessingRequest message) {
    if (over || observing) {
      return;
    }
    try {
      dispatch(message);
      finishIfHalfClosed();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /** The next message of the data plane, when it is a piece of a body and nothing else. */
  public void piece(BodyPiece piece) {
    if (over || observing) {
      return;
    }
    try {
      RequestCase kind = piece.ofResponse() ? RequestCase.RESPONSE_BODY : RequestCase.REQUEST_BODY;
      RequestSide request = this.request;
      ResponseSide response = this.response;
      if (request == null || response == null) {
        early(kind);
      } else if (!piece.ofResponse()) {
        request.body(piece, Metadata.getDefaultInstance());
      } else if (response.started()) {
        response.body(piece);
      } else {
        beforeResponseHeaders(kind);
      }
      finishIfHalfClosed();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /** The data plane sends no more: due answers still go out, then the stream ends (EPP-25). */
  public void halfClosed() {
    halfClosed = true;
    finishIfHalfClosed();
  }

  /** The data plane has reset the stream. */
  public void cancelled() {
    if (!over) {
      end();
      endUntoldResponse();
      close(false);
    }
  }

  /** The transport takes more. */
  public void writable() {
    if (over) {
      return;
    }
    try {
      if (request != null) {
        request.writable();
      }
      finishIfHalfClosed();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /** Whether the next message may be read: nothing waits to be written. */
  public boolean hungry() {
    return !over && (request == null || !request.sending()) && replies.ready();
  }

  /** Bytes of the request body that are held, as they count in memory. */
  public long heldBytes() {
    return request == null ? 0 : request.heldBytes();
  }

  /** Whether a piece of the request body that comes now would be held. */
  public boolean holdsBody() {
    return !over && request != null && request.holds();
  }

  /** Whether the decision waits for nothing that the data plane has yet to send. */
  public boolean awaitsDecision() {
    return !over && request != null && request.answersDue();
  }

  /** Whether the stream has ended. */
  public boolean over() {
    return over;
  }

  @Override
  public void go(RequestEdits edits) {
    if (over || request == null || responding()) {
      return;
    }
    try {
      decided = true;
      request.go(edits);
      finishIfHalfClosed();
      replies.decided();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /** Refuses a stream over its first message, of which nothing else is looked at. */
  public void refuse(ProcessingRequest first, Rejection rejection) {
    grpc = new HeaderList(first.getRequestHeaders().getHeaders()).ofGrpc();
    refuse(rejection);
  }

  @Override
  public void refuse(Rejection rejection) {
    if (!over && !responding()) {
      answer(rejection, false);
    }
  }

  /** The client gets an error and the stream ends. */
  private void answer(Rejection rejection, boolean faulty) {
    end();
    if (rejection.reason() == Reason.TOO_LARGE) {
      events.limited("request_body_bytes");
    }
    replies.send(
        ProcessingResponse.newBuilder()
            .setImmediateResponse(errors.render(rejection, grpc))
            .build());
    close(faulty);
    replies.complete();
  }

  private void dispatch(ProcessingRequest message) {
    RequestCase kind = message.getRequestCase();
    RequestSide request = this.request;
    ResponseSide response = this.response;
    if (request == null || response == null) {
      start(message, kind);
      return;
    }
    switch (kind) {
      case REQUEST_HEADERS -> violation("second request_headers");
      case REQUEST_BODY ->
          request.body(piece(false, message.getRequestBody()), message.getMetadataContext());
      case REQUEST_TRAILERS -> request.trailers();
      case RESPONSE_HEADERS -> {
        if (response.started()) {
          violation("second response_headers");
        } else {
          request.responseBegins();
          response.headers(message.getResponseHeaders(), message.getMetadataContext());
        }
      }
      case RESPONSE_BODY, RESPONSE_TRAILERS -> {
        if (!response.started()) {
          beforeResponseHeaders(kind);
        } else if (kind == RequestCase.RESPONSE_BODY) {
          response.body(piece(true, message.getResponseBody()));
        } else {
          response.trailers();
        }
      }
      case REQUEST_NOT_SET -> violation("message without content");
    }
  }

  private void start(ProcessingRequest message, RequestCase kind) {
    if (message.getObservabilityMode()) {
      observing = true;
      events.observed();
      return;
    }
    if (kind != RequestCase.REQUEST_HEADERS) {
      early(kind);
      return;
    }
    StreamModes modes = StreamModes.of(message, handler.traits());
    responseExpected = modes.reported();
    session = handler.open(loop);
    HttpHeaders headers = message.getRequestHeaders();
    HeaderList list = new HeaderList(headers.getHeaders());
    grpc = list.ofGrpc();
    session.requestHeaders(list, message.getMetadataContext());
    modes = modes.agreed(headers.getEndOfStream(), session, replies, handler.traits(), events);
    RequestSide request = RequestSide.of(modes.request(), this, handler.readsRequestBodies());
    this.request = request;
    response = new ResponseSide(this, modes.response());
    request.headers(headers);
  }

  private static BodyPiece piece(boolean ofResponse, HttpBody body) {
    return new BodyPiece(ofResponse, body.getBody(), body.getEndOfStream());
  }

  private void early(RequestCase kind) {
    violation(name(kind) + " before request_headers");
  }

  private void beforeResponseHeaders(RequestCase kind) {
    violation(name(kind) + " before response_headers");
  }

  private static String name(RequestCase kind) {
    return kind == RequestCase.REQUEST_NOT_SET
        ? "message without content"
        : kind.name().toLowerCase(Locale.ROOT);
  }

  /** The data plane broke the protocol: the client hears a 400, or the stream fails. */
  private void violation(String what) {
    String text = "ext_proc stream: " + what + " (expected: headers, body, trailers, in order)";
    if (!responding()) {
      refuse(Rejection.of(Reason.BAD_REQUEST, text));
      return;
    }
    breakOff(text);
  }

  private void breakOff(String why) {
    end();
    close(true);
    replies.fail(why);
  }

  @Override
  public void fail(RuntimeException cause) {
    events.fault(cause);
    if (over) {
      return;
    }
    if (!responding()) {
      answer(INTERNAL, true);
      return;
    }
    breakOff(INTERNAL.message());
  }

  /** The handler failed in the response phase: it sees no more of it. */
  void lose(RuntimeException cause) {
    events.fault(cause);
    close(true);
  }

  private void close(boolean faulty) {
    StreamSession closing = session;
    session = StreamSession.PASSIVE;
    try {
      if (faulty) {
        closing.fail();
      } else {
        closing.close();
      }
    } catch (RuntimeException e) {
      events.fault(e);
    }
  }

  private void end() {
    over = true;
    if (request != null) {
      request.abandon();
    }
  }

  /** Whether response headers were answered: no immediate response is possible any more. */
  private boolean responding() {
    return response != null && response.started();
  }

  /** Where no response bodies are sent, the end of the stream is all that tells of their end. */
  private void endUntoldResponse() {
    if (response != null) {
      response.streamEnded();
    }
  }

  private void finishIfHalfClosed() {
    if (!halfClosed || over || (request != null && request.answersDue())) {
      return;
    }
    end();
    endUntoldResponse();
    // Envoy half-closes too when its client is gone; then there will be no response.
    if (decided && !responding() && !responseExpected) {
      StreamSession leaving = session;
      session = StreamSession.PASSIVE;
      leaving.detach();
    } else {
      close(false);
    }
    replies.complete();
  }

  StreamSession session() {
    return session;
  }

  boolean ready() {
    return replies.ready();
  }

  void send(ProcessingResponse reply) {
    replies.send(reply);
  }

  void send(KeptReply reply) {
    replies.send(reply);
  }

  void send(BodyPiece piece) {
    replies.send(piece);
  }

  /** Sends a piece on in as many as its size makes necessary. */
  void pass(BodyPiece piece) {
    replies.send(passAllButLast(piece));
  }

  /** Sends all but the last of what a piece has to be cut into, and returns that. */
  BodyPiece passAllButLast(BodyPiece piece) {
    ByteString body = piece.body();
    if (body.size() <= HeldBody.PIECE_BYTES) {
      return piece;
    }
    int offset = 0;
    for (; body.size() - offset > HeldBody.PIECE_BYTES; offset += HeldBody.PIECE_BYTES) {
      ByteString cut = body.substring(offset, offset + HeldBody.PIECE_BYTES);
      replies.send(new BodyPiece(piece.ofResponse(), cut, false));
    }
    return new BodyPiece(piece.ofResponse(), body.substring(offset), piece.endOfStream());
  }

  void ignored() {
    events.ignoredAfterEnd();
  }
}
