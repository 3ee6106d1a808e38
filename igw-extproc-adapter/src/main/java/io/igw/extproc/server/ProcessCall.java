package io.igw.extproc.server;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.extproc.stream.BodyPiece;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.ExtProcStream;
import io.igw.extproc.stream.KeptReply;
import io.igw.extproc.stream.Replies;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.stream.StreamHandler;
import java.util.concurrent.Executor;

/**
 * Joins one gRPC call to one {@link ExtProcStream}. The next message is read only when nothing
 * waits to be written, so that a slow reader on the other side stops the flow, not the memory, and
 * a piece of a body only once {@link HeldBytes} has room for it.
 *
 * <p><b>Threading.</b> Confined to the event loop of the call's connection.
 */
final class ProcessCall extends ServerCall.Listener<Object> implements Replies {
  private static final Rejection TOO_MANY_WAIT =
      Rejection.of(
          Reason.QUEUE_FULL, "request bodies fill their memory, and too many requests wait");

  private final ServerCall<Object, ProcessMethod.Reply> call;
  private final ExtProcStream stream;
  private final Executor loop;
  private final OpenStreams open;
  private final StreamEvents events;
  private final Limits limits;
  private final BodyLength length;
  private final BodyClaim claim;
  private final long openedNanos = System.nanoTime();
  private final boolean surplus;
  private boolean headersSent;
  private boolean begun;
  private boolean asked;
  private boolean paused;
  private boolean closed;
  private Status.Code code = Status.Code.OK;

  ProcessCall(
      ServerCall<Object, ProcessMethod.Reply> call,
      StreamHandler handler,
      Executor loop,
      ErrorFormat errors,
      StreamEvents events,
      OpenStreams open) {
    this.call = call;
    this.loop = loop;
    this.open = open;
    this.events = events;
    this.limits = open.limits();
    this.length = new BodyLength(open.maxMessageBytes());
    this.claim = new BodyClaim(open.bodies(), openedNanos, loop, this::proceed);
    this.stream = new ExtProcStream(handler, loop, this, errors, events);
    this.surplus = open.opened();
    events.opened();
  }

  /** Reads the first message: nothing waits to be written yet, though gRPC says so only later. */
  void begin() {
    asked = true;
    call.request(1);
  }

  /** Accounts for what is held, and reads on if the stream may. */
  private void proceed() {
    boolean holds = stream.holdsBody();
    if (asked) {
      if (!holds) {
        claim.keep(stream.heldBytes());
      }
      return;
    }
    if (holds && claim.waiting()) {
      return;
    }
    if (!stream.hungry() || holds && full()) {
      claim.keep(stream.heldBytes());
      return;
    }
    if (holds) {
      switch (claim.take(stream.heldBytes() + length.expected())) {
        case TAKEN -> {}
        case WAITS -> {
          events.limited("held_body_bytes");
          return;
        }
        case REFUSED -> {
          events.limited("waiting_bodies");
          stream.refuse(TOO_MANY_WAIT);
          return;
        }
      }
    } else {
      claim.keep(stream.heldBytes());
    }
    asked = true;
    call.request(1);
  }

  /** Whether as much came before the decision as a stream may send that is not read from. */
  private boolean full() {
    boolean full = stream.awaitsDecision() && stream.heldBytes() >= limits.streamBufferBytes();
    if (full && !paused) {
      paused = true;
      events.limited("stream_buffer_bytes");
    }
    return full;
  }

  @Override
  public void onMessage(Object message) {
    asked = false;
    if (message instanceof BodyPiece piece) {
      length.saw(piece.body().size());
      stream.piece(piece);
    } else {
      ProcessingRequest request = (ProcessingRequest) message;
      if (begun || accepts(request)) {
        length.saw(request);
        stream.message(request);
      }
    }
    begun = true;
    proceed();
  }

  private boolean accepts(ProcessingRequest first) {
    Rejection refusal =
        surplus
            ? limits.surplus()
            : limits.refuses(first.getRequestHeaders().getHeaders().getHeadersList());
    if (refusal == null || first.getObservabilityMode()) {
      return true;
    }
    events.limited(surplus ? "streams" : "request_header_bytes");
    stream.refuse(first, refusal);
    return false;
  }

  /**
   * Comes from within the transport's flush. To read on there gives window back to the peer in a
   * frame that this flush leaves behind and nobody flushes later: a peer that has no other window
   * left would wait for it for ever. So that is a task of its own.
   */
  @Override
  public void onReady() {
    stream.writable();
    if (asked) {
      proceed();
    } else {
      loop.execute(this::proceed);
    }
  }

  @Override
  public void onHalfClose() {
    stream.halfClosed();
    // If it has ended, what was expected of it is free for others.
    proceed();
  }

  @Override
  public void onCancel() {
    ended(closed ? code : Status.Code.CANCELLED);
  }

  @Override
  public void onComplete() {
    ended(code);
  }

  private void ended(Status.Code how) {
    closed = true;
    stream.cancelled();
    claim.keep(0);
    open.closed();
    events.closed(how.name(), System.nanoTime() - openedNanos);
  }

  @Override
  public boolean ready() {
    return !closed && call.isReady();
  }

  @Override
  public void send(ProcessingResponse reply) {
    send(ProcessMethod.Reply.of(reply));
  }

  @Override
  public void send(KeptReply reply) {
    send(ProcessMethod.Reply.of(reply));
  }

  @Override
  public void send(BodyPiece piece) {
    send(ProcessMethod.Reply.of(piece));
  }

  private void send(ProcessMethod.Reply reply) {
    if (closed) {
      return;
    }
    if (!headersSent) {
      headersSent = true;
      call.sendHeaders(new Metadata());
    }
    call.sendMessage(reply);
  }

  @Override
  public void decided() {
    proceed();
  }

  @Override
  public void complete() {
    close(Status.OK);
  }

  @Override
  public void fail(String description) {
    close(Status.INVALID_ARGUMENT.withDescription(description));
  }

  private void close(Status status) {
    if (!closed) {
      closed = true;
      code = status.getCode();
      call.close(status, new Metadata());
    }
  }
}
