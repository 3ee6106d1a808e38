package io.igw.extproc.server;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.ExtProcStream;
import io.igw.extproc.stream.Replies;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.stream.StreamHandler;
import java.util.concurrent.Executor;

/**
 * Joins one gRPC call to one {@link ExtProcStream}. The next message is read only when nothing
 * waits to be written, so that a slow reader on the other side stops the flow, not the memory.
 *
 * <p><b>Threading.</b> Confined to the event loop of the call's connection.
 */
final class ProcessCall extends ServerCall.Listener<ProcessingRequest> implements Replies {
  private final ServerCall<ProcessingRequest, ProcessingResponse> call;
  private final ExtProcStream stream;
  private final OpenStreams open;
  private final StreamEvents events;
  private final long openedNanos = System.nanoTime();
  private boolean headersSent;
  private boolean asked;
  private boolean closed;
  private Status.Code code = Status.Code.OK;

  ProcessCall(
      ServerCall<ProcessingRequest, ProcessingResponse> call,
      StreamHandler handler,
      Executor loop,
      ErrorFormat errors,
      StreamEvents events,
      OpenStreams open) {
    this.call = call;
    this.open = open;
    this.events = events;
    this.stream = new ExtProcStream(handler, loop, this, errors, events);
    open.opened();
    events.opened();
  }

  void begin() {
    ask();
  }

  private void ask() {
    if (!asked) {
      asked = true;
      call.request(1);
    }
  }

  @Override
  public void onMessage(ProcessingRequest message) {
    asked = false;
    stream.message(message);
    if (stream.hungry()) {
      ask();
    }
  }

  @Override
  public void onReady() {
    stream.writable();
    if (stream.hungry()) {
      ask();
    }
  }

  @Override
  public void onHalfClose() {
    stream.halfClosed();
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
    open.closed();
    events.closed(how.name(), System.nanoTime() - openedNanos);
  }

  @Override
  public boolean ready() {
    return !closed && call.isReady();
  }

  @Override
  public void send(ProcessingResponse reply) {
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
