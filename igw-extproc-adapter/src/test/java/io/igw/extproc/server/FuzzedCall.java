package io.igw.extproc.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.Drainable;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.igw.extproc.server.ProcessMethod.Reply;
import io.igw.extproc.stream.BodyPiece;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC call without a transport: messages come as bytes and wait until they are asked for;
 * replies are read back from the bytes that they are written as. Throws what a real call would not
 * forgive.
 */
final class FuzzedCall extends ServerCall<Object, Reply> {
  /** In place of bytes: the data plane sends no more. */
  private static final byte[] HALF_CLOSE = {};

  final List<ProcessingResponse> replies = new ArrayList<>();

  /** What was asked for and delivered. */
  final List<ProcessingRequest> delivered = new ArrayList<>();

  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private ServerCall.@Nullable Listener<Object> listener;
  private int requested;
  private int budget = Integer.MAX_VALUE;
  private boolean headersSent;
  private boolean halfClosed;
  private boolean ended;
  @Nullable Status status;

  void start(ServerCall.Listener<Object> listener) {
    this.listener = listener;
  }

  void arrives(byte[] message) {
    waiting.add(message);
    pump();
  }

  void halfClose() {
    waiting.add(HALF_CLOSE);
    pump();
  }

  /** The transport takes so many replies more. */
  void ready(int replies) {
    budget = replies;
    if (!ended && isReady()) {
      listener().onReady();
    }
    pump();
  }

  /** Delivers what is asked for. */
  void pump() {
    while (!waiting.isEmpty() && !ended && !halfClosed) {
      if (waiting.peek() == HALF_CLOSE) {
        waiting.remove();
        halfClosed = true;
        listener().onHalfClose();
      } else if (requested > 0) {
        requested--;
        deliver(waiting.remove());
      } else {
        return;
      }
    }
  }

  private void deliver(byte[] bytes) {
    Object message = ProcessMethod.DESCRIPTOR.parseRequest(new ByteArrayInputStream(bytes));
    ProcessingRequest general = general(bytes);
    if (message instanceof BodyPiece piece) {
      assertSame(piece, general);
    } else if (message != ProcessMethod.MALFORMED && !message.equals(general)) {
      throw new AssertionError("read as " + message + "\nbut is " + general);
    }
    delivered.add(general);
    listener().onMessage(message);
  }

  private static ProcessingRequest general(byte[] bytes) {
    try {
      return ProcessingRequest.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return ProcessingRequest.getDefaultInstance();
    }
  }

  private static void assertSame(BodyPiece piece, ProcessingRequest general) {
    var body = piece.ofResponse() ? general.getResponseBody() : general.getRequestBody();
    boolean kind = piece.ofResponse() ? general.hasResponseBody() : general.hasRequestBody();
    if (!kind
        || !body.getBody().equals(piece.body())
        || body.getEndOfStream() != piece.endOfStream()) {
      throw new AssertionError("read as " + piece + "\nbut is " + general);
    }
  }

  /** The stream is over for the transport too: complete if it was closed, else cancelled. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    if (status != null) {
      listener().onComplete();
    } else {
      listener().onCancel();
    }
  }

  boolean ended() {
    return ended;
  }

  boolean closed() {
    return status != null;
  }

  /** Whether the stream is open and not read from. */
  boolean stuck() {
    return !ended && status == null && requested == 0;
  }

  /** Whether the stream is open and waits for its data plane. */
  boolean asked() {
    return !ended && status == null && requested > 0;
  }

  /** Whether the data plane has said its last word, and was heard. */
  boolean halfClosed() {
    return halfClosed;
  }

  private ServerCall.Listener<Object> listener() {
    if (listener == null) {
      throw new IllegalStateException("not started");
    }
    return listener;
  }

  @Override
  public void request(int messages) {
    requested += messages;
    if (requested > 1) {
      throw new AssertionError("asked for " + requested + " messages");
    }
  }

  @Override
  public void sendHeaders(Metadata headers) {
    if (headersSent || status != null) {
      throw new AssertionError("headers again or behind the end");
    }
    headersSent = true;
  }

  @Override
  public void sendMessage(Reply message) {
    if (!headersSent || status != null) {
      throw new AssertionError("a reply before headers or behind the end");
    }
    budget--;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      int written = ((Drainable) ProcessMethod.DESCRIPTOR.streamResponse(message)).drainTo(bytes);
      if (written != bytes.size()) {
        throw new AssertionError("length: " + written + " (expected: " + bytes.size() + ")");
      }
      replies.add(ProcessingResponse.parseFrom(bytes.toByteArray()));
    } catch (IOException e) {
      throw new AssertionError("a reply that cannot be read", e);
    }
  }

  @Override
  public boolean isReady() {
    return budget > 0 && status == null && !ended;
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (this.status != null) {
      throw new AssertionError("closed twice");
    }
    this.status = status;
  }

  @Override
  public boolean isCancelled() {
    return ended && status == null;
  }

  @Override
  public MethodDescriptor<Object, Reply> getMethodDescriptor() {
    return ProcessMethod.DESCRIPTOR;
  }

  /** Bytes of one direction's bodies as they were delivered. */
  ByteString delivered(boolean ofResponse) {
    ByteString all = ByteString.EMPTY;
    for (ProcessingRequest message : delivered) {
      if (ofResponse ? message.hasResponseBody() : message.hasRequestBody()) {
        all =
            all.concat(
                (ofResponse ? message.getResponseBody() : message.getRequestBody()).getBody());
      }
    }
    return all;
  }

  /** Bytes of one direction's bodies as they went back streamed. */
  ByteString returned(boolean ofResponse) {
    ByteString all = ByteString.EMPTY;
    for (ProcessingResponse reply : replies) {
      if (ofResponse ? reply.hasResponseBody() : reply.hasRequestBody()) {
        var body = ofResponse ? reply.getResponseBody() : reply.getRequestBody();
        all = all.concat(body.getResponse().getBodyMutation().getStreamedResponse().getBody());
      }
    }
    return all;
  }

  @Override
  public String toString() {
    return (ended ? "ended" : status != null ? "closed" : halfClosed ? "half-closed" : "open")
        + ", asked for "
        + requested
        + ", waiting "
        + waiting.size();
  }
}
