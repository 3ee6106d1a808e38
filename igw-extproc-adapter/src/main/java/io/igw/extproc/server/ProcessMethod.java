package io.igw.extproc.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.UnsafeByteOperations;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.igw.extproc.stream.BodyPiece;
import io.igw.extproc.stream.KeptReply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Process} method as the server reads and writes it. A request is read into one array
 * that its body shares, and comes as a {@link BodyPiece} if it is one, else as a {@link
 * ProcessingRequest}. A reply is written to the transport's buffer without an array of its own.
 */
final class ProcessMethod {
  /** Stands for bytes that are no request; the stream answers it with an error. */
  static final ProcessingRequest MALFORMED = ProcessingRequest.getDefaultInstance();

  static final MethodDescriptor<Object, Reply> DESCRIPTOR =
      ExternalProcessorGrpc.getProcessMethod().toBuilder(new Requests(), new Replies())
          .setSafe(false)
          .build();

  private static final int SCRATCH_BYTES = 4096;
  private static final int HEAD_BYTES = 256;

  /** Short replies are encoded here and copied out at once; one array per event loop. */
  private static final ThreadLocal<byte[]> SCRATCH =
      ThreadLocal.withInitial(() -> new byte[SCRATCH_BYTES]);

  private ProcessMethod() {}

  private static final class Requests implements MethodDescriptor.Marshaller<Object> {
    @Override
    public Object parse(InputStream stream) {
      byte[] bytes;
      try {
        int available = stream instanceof KnownLength ? stream.available() : 0;
        bytes = available > 0 ? exactly(stream, available) : stream.readAllBytes();
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("message not readable")
            .withCause(e)
            .asRuntimeException();
      }
      try {
        BodyPiece piece = BodyCodec.read(bytes);
        if (piece != null) {
          return piece;
        }
        CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
        input.enableAliasing(true);
        return ProcessingRequest.parser()
            .parseFrom(input, ExtensionRegistryLite.getEmptyRegistry());
      } catch (IOException e) {
        return MALFORMED;
      }
    }

    private static byte[] exactly(InputStream stream, int length) throws IOException {
      byte[] bytes = new byte[length];
      int read = stream.readNBytes(bytes, 0, length);
      return read == length ? bytes : Arrays.copyOf(bytes, read);
    }

    @Override
    public InputStream stream(Object value) {
      throw new UnsupportedOperationException("a server sends no requests");
    }
  }

  private static final class Replies implements MethodDescriptor.Marshaller<Reply> {
    @Override
    public InputStream stream(Reply value) {
      return value;
    }

    @Override
    public Reply parse(InputStream stream) {
      throw new UnsupportedOperationException("a server reads no replies");
    }
  }

  /** A reply that drains itself; reading it byte by byte is only the fallback of the interface. */
  abstract static class Reply extends InputStream implements Drainable, KnownLength {
    private @Nullable ByteArrayInputStream bytes;

    static Reply of(ProcessingResponse message) {
      return new MessageReply(message);
    }

    static Reply of(KeptReply reply) {
      return new EncodedReply(reply.encoded());
    }

    static Reply of(BodyPiece piece) {
      return new PieceReply(piece);
    }

    abstract int size();

    abstract void write(byte[] scratch, OutputStream target) throws IOException;

    @Override
    public int drainTo(OutputStream target) throws IOException {
      write(SCRATCH.get(), target);
      return size();
    }

    @Override
    public int available() {
      return bytes == null ? size() : bytes.available();
    }

    @Override
    public int read() throws IOException {
      return bytes().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return bytes().read(target, offset, length);
    }

    private ByteArrayInputStream bytes() throws IOException {
      ByteArrayInputStream known = bytes;
      if (known == null) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(size());
        write(SCRATCH.get(), whole);
        known = new ByteArrayInputStream(whole.toByteArray());
        bytes = known;
      }
      return known;
    }
  }

  private static final class MessageReply extends Reply {
    private final ProcessingResponse message;

    MessageReply(ProcessingResponse message) {
      this.message = message;
    }

    @Override
    int size() {
      return message.getSerializedSize();
    }

    @Override
    void write(byte[] scratch, OutputStream target) throws IOException {
      int size = size();
      if (size <= scratch.length) {
        message.writeTo(CodedOutputStream.newInstance(scratch, 0, size));
        target.write(scratch, 0, size);
        return;
      }
      // The body goes past this buffer, straight to the target.
      CodedOutputStream output = CodedOutputStream.newInstance(target, HEAD_BYTES);
      message.writeTo(output);
      output.flush();
    }
  }

  private static final class EncodedReply extends Reply {
    private final ByteString encoded;

    EncodedReply(ByteString encoded) {
      this.encoded = encoded;
    }

    @Override
    int size() {
      return encoded.size();
    }

    @Override
    void write(byte[] scratch, OutputStream target) throws IOException {
      int size = encoded.size();
      if (size <= scratch.length) {
        // Not writeTo, which makes an array for the target to keep.
        encoded.copyTo(scratch, 0);
        target.write(scratch, 0, size);
      } else {
        encoded.writeTo(target);
      }
    }
  }

  private static final class PieceReply extends Reply {
    private final BodyPiece piece;

    PieceReply(BodyPiece piece) {
      this.piece = piece;
    }

    @Override
    int size() {
      return BodyCodec.size(piece);
    }

    @Override
    void write(byte[] scratch, OutputStream target) throws IOException {
      BodyCodec.write(piece, scratch, target);
    }
  }
}
