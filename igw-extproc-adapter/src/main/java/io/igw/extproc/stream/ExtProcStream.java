package io.igw.extproc.stream;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
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

  /** The data plane sends no more: due answers still go out, then the stream ends (EPP-25). */
  public void halfClosed() {
    halfClosed = true;
    finishIfHalfClosed();
  }

  /** The data plane has reset the stream. */
  public void cancelled() {
    if (!over) {
      end();
      close();
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
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  @Override
  public void refuse(Rejection rejection) {
    if (over || responding()) {
      return;
    }
    end();
    replies.send(
        ProcessingResponse.newBuilder().setImmediateResponse(errors.render(rejection)).build());
    close();
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
      case REQUEST_BODY -> request.body(message.getRequestBody(), message.getMetadataContext());
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
          violation(name(kind) + " before response_headers");
        } else if (kind == RequestCase.RESPONSE_BODY) {
          response.body(message.getResponseBody());
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
      return;
    }
    if (kind != RequestCase.REQUEST_HEADERS) {
      violation(name(kind) + " before request_headers");
      return;
    }
    BodySendMode requestMode = BodySendMode.FULL_DUPLEX_STREAMED;
    BodySendMode responseMode = BodySendMode.FULL_DUPLEX_STREAMED;
    if (message.hasProtocolConfig()) {
      requestMode = message.getProtocolConfig().getRequestBodyMode();
      responseMode = message.getProtocolConfig().getResponseBodyMode();
    }
    RequestSide request = RequestSide.of(requestMode, this, handler.readsRequestBodies());
    this.request = request;
    response = new ResponseSide(this, responseMode == BodySendMode.FULL_DUPLEX_STREAMED);
    session = handler.open(loop);
    HttpHeaders headers = message.getRequestHeaders();
    session.requestHeaders(new HeaderList(headers.getHeaders()), message.getMetadataContext());
    request.headers(headers);
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
    end();
    close();
    replies.fail(text);
  }

  private void fail(RuntimeException cause) {
    events.fault(cause);
    if (over) {
      return;
    }
    if (!responding()) {
      refuse(INTERNAL);
      return;
    }
    end();
    close();
    replies.fail(INTERNAL.message());
  }

  /** The handler failed in the response phase: it sees no more of it. */
  void lose(RuntimeException cause) {
    events.fault(cause);
    close();
  }

  private void close() {
    StreamSession closing = session;
    session = StreamSession.PASSIVE;
    try {
      closing.close();
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

  private void finishIfHalfClosed() {
    if (!halfClosed || over || (request != null && request.answersDue())) {
      return;
    }
    end();
    if (decided && !responding()) {
      StreamSession leaving = session;
      session = StreamSession.PASSIVE;
      leaving.detach();
    } else {
      close();
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

  void ignored() {
    events.ignoredAfterEnd();
  }
}
