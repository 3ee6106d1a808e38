package io.igw.extproc.server;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The transport of one stream, without one: messages go in and out as bytes, and in only as far as
 * they were asked for; whoever breaks the rules of a call hears of it.
 */
final class TestCall extends ServerCall<Object, ProcessMethod.Reply> {
  private static final int SHORT = 2_000;
  private static final Map<ByteString, ProcessingResponse> KNOWN = new ConcurrentHashMap<>();

  final List<ProcessingResponse> sent = new ArrayList<>();

  /** How many more replies may be sent before the transport has to be waited for. */
  int window = Integer.MAX_VALUE;

  @Nullable Status closed;
  boolean cancelled;
  ServerCall.@Nullable Listener<Object> listener;

  private final ArrayDeque<ProcessingRequest> inbound = new ArrayDeque<>();
  private int requested;
  private boolean headersSent;
  private boolean halfClosed;
  private boolean halfCloseTold;

  /** Queues a message; {@link #deliver} hands it over once it is asked for. */
  void send(ProcessingRequest message) {
    if (halfClosed) {
      throw new IllegalStateException("message after the half-close");
    }
    inbound.add(message);
  }

  void halfClose() {
    halfClosed = true;
  }

  /** Hands over the next message if it is asked for, null if it is not or there is none. */
  @Nullable ProcessingRequest deliver() {
    if (requested == 0 || inbound.isEmpty() || cancelled) {
      return null;
    }
    requested--;
    ProcessingRequest message = inbound.remove();
    listener().onMessage(ProcessMethod.DESCRIPTOR.parseRequest(message.toByteString().newInput()));
    return message;
  }

  /** Tells of the half-close once nothing is before it; true if it did. */
  boolean deliverHalfClose() {
    if (!halfClosed || halfCloseTold || !inbound.isEmpty() || cancelled) {
      return false;
    }
    halfCloseTold = true;
    listener().onHalfClose();
    return true;
  }

  /** Ends the call as the transport does: complete if the server has closed it, else cancelled. */
  void end() {
    if (closed != null) {
      listener().onComplete();
    } else {
      cancelled = true;
      listener().onCancel();
    }
  }

  /** Messages that nobody asked for. */
  int unread() {
    return inbound.size();
  }

  ServerCall.Listener<Object> listener() {
    if (listener == null) {
      throw new IllegalStateException("no listener");
    }
    return listener;
  }

  @Override
  public void request(int messages) {
    requested += messages;
  }

  @Override
  public boolean isReady() {
    return window > 0;
  }

  @Override
  public void sendHeaders(Metadata headers) {
    if (headersSent) {
      throw new IllegalStateException("headers sent twice");
    }
    headersSent = true;
  }

  @Override
  public void sendMessage(ProcessMethod.Reply reply) {
    if (!headersSent || closed != null || cancelled) {
      throw new IllegalStateException("reply outside of the call");
    }
    window--;
    ByteString.Output bytes = ByteString.newOutput();
    try {
      reply.drainTo(bytes);
      sent.add(parsed(bytes.toByteString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Most replies come again and again. */
  private static ProcessingResponse parsed(ByteString bytes) throws IOException {
    if (bytes.size() > SHORT) {
      return ProcessingResponse.parseFrom(bytes);
    }
    ProcessingResponse known = KNOWN.get(bytes);
    if (known == null) {
      known = ProcessingResponse.parseFrom(bytes);
      if (KNOWN.size() < 1_000) {
        KNOWN.put(bytes, known);
      }
    }
    return known;
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (closed != null || cancelled) {
      throw new IllegalStateException("closed twice");
    }
    closed = status;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public MethodDescriptor<Object, ProcessMethod.Reply> getMethodDescriptor() {
    return ProcessMethod.DESCRIPTOR;
  }
}
