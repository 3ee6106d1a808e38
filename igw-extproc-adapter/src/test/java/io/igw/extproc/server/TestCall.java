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
import java.io.IOException;
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
final class TestCall extends ServerCall<Object, Reply> {
  private static final int SHORT = 2_000;
  private static final Map<ByteString, ProcessingResponse> KNOWN = new ConcurrentHashMap<>();

  final List<ProcessingResponse> sent = new ArrayList<>();

  /** What was asked for and handed over. */
  final List<ProcessingRequest> delivered = new ArrayList<>();

  @Nullable Status closed;
  private ServerCall.@Nullable Listener<Object> listener;
  private final ArrayDeque<ByteString> inbound = new ArrayDeque<>();
  private int window = Integer.MAX_VALUE;
  private int requested;
  private boolean headersSent;
  private boolean halfCloseDue;
  private boolean halfClosed;
  private boolean ended;

  void start(ServerCall.Listener<Object> listener) {
    this.listener = listener;
  }

  /** Queues a message, {@link #deliver} hands it over; one behind the half-close is lost. */
  void send(ByteString message) {
    if (!halfCloseDue) {
      inbound.add(message);
    }
  }

  void halfClose() {
    halfCloseDue = true;
  }

  /** The transport takes so many replies more. */
  void ready(int replies) {
    window = replies;
    if (listener != null && isReady()) {
      listener.onReady();
    }
  }

  /** Hands over the next message if it is asked for, null if it is not or there is none. */
  @Nullable ProcessingRequest deliver() {
    if (requested == 0 || inbound.isEmpty() || ended) {
      return null;
    }
    requested--;
    ByteString bytes = inbound.remove();
    Object message = ProcessMethod.DESCRIPTOR.parseRequest(bytes.newInput());
    ProcessingRequest general = general(bytes);
    if (message instanceof BodyPiece piece) {
      assertSame(piece, general);
    } else if (message != ProcessMethod.MALFORMED && !message.equals(general)) {
      throw new AssertionError("read as " + message + "\nbut is " + general);
    }
    delivered.add(general);
    listener().onMessage(message);
    return general;
  }

  private static ProcessingRequest general(ByteString bytes) {
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

  /** Tells of the half-close once nothing is before it; true if it did. */
  boolean deliverHalfClose() {
    if (!halfCloseDue || halfClosed || !inbound.isEmpty() || ended) {
      return false;
    }
    halfClosed = true;
    listener().onHalfClose();
    return true;
  }

  /** Hands over whatever is asked for. */
  void pump() {
    ProcessingRequest message;
    do {
      message = deliver();
    } while (message != null);
    deliverHalfClose();
  }

  /** Ends the call as the transport does: complete if the server has closed it, else cancelled. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    if (closed != null) {
      listener().onComplete();
    } else {
      listener().onCancel();
    }
  }

  /** Messages that nobody asked for. */
  int unread() {
    return inbound.size();
  }

  /** Whether either side has ended it. */
  boolean over() {
    return ended || closed != null;
  }

  /** Whether the stream is open and waits for its data plane. */
  boolean asked() {
    return !over() && requested > 0;
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
  public boolean isReady() {
    return window > 0 && !over();
  }

  @Override
  public void sendHeaders(Metadata headers) {
    if (headersSent || over()) {
      throw new AssertionError("headers again or behind the end");
    }
    headersSent = true;
  }

  @Override
  public void sendMessage(Reply reply) {
    if (!headersSent || over()) {
      throw new AssertionError("a reply before headers or behind the end");
    }
    window--;
    ByteString.Output bytes = ByteString.newOutput();
    try {
      int written = ((Drainable) ProcessMethod.DESCRIPTOR.streamResponse(reply)).drainTo(bytes);
      if (written != bytes.size()) {
        throw new AssertionError("length: " + written + " (expected: " + bytes.size() + ")");
      }
      sent.add(parsed(bytes.toByteString()));
    } catch (IOException e) {
      throw new AssertionError("a reply that cannot be read", e);
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
    if (over()) {
      throw new AssertionError("closed behind the end");
    }
    closed = status;
  }

  @Override
  public boolean isCancelled() {
    return ended && closed == null;
  }

  @Override
  public MethodDescriptor<Object, Reply> getMethodDescriptor() {
    return ProcessMethod.DESCRIPTOR;
  }

  @Override
  public String toString() {
    return (ended ? "ended" : closed != null ? "closed" : halfClosed ? "half-closed" : "open")
        + ", asked for "
        + requested
        + ", waiting "
        + inbound.size();
  }
}
