package io.igw.extproc.server;

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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Process} method as the server reads and writes it. A request is read into one array
 * that its body shares; a reply is written to the transport's buffer without an array of its own.
 */
final class ProcessMethod {
  /** Stands for bytes that are no request; the stream answers it with an error. */
  static final ProcessingRequest MALFORMED = ProcessingRequest.getDefaultInstance();

  static final MethodDescriptor<ProcessingRequest, ProcessingResponse> DESCRIPTOR =
      ExternalProcessorGrpc.getProcessMethod().toBuilder(new Requests(), new Replies())
          .setSafe(false)
          .build();

  private static final int SCRATCH_BYTES = 4096;
  private static final int HEAD_BYTES = 256;

  /** Short replies are encoded here and copied out at once; one array per event loop. */
  private static final ThreadLocal<byte[]> SCRATCH =
      ThreadLocal.withInitial(() -> new byte[SCRATCH_BYTES]);

  private ProcessMethod() {}

  private static final class Requests implements MethodDescriptor.Marshaller<ProcessingRequest> {
    @Override
    public ProcessingRequest parse(InputStream stream) {
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
      return read == length ? bytes : java.util.Arrays.copyOf(bytes, read);
    }

    @Override
    public InputStream stream(ProcessingRequest value) {
      return new ByteArrayInputStream(value.toByteArray());
    }
  }

  private static final class Replies implements MethodDescriptor.Marshaller<ProcessingResponse> {
    @Override
    public InputStream stream(ProcessingResponse value) {
      return new ReplyStream(value);
    }

    @Override
    public ProcessingResponse parse(InputStream stream) {
      try {
        return ProcessingResponse.parseFrom(stream);
      } catch (IOException e) {
        throw new IllegalArgumentException("not a ProcessingResponse", e);
      }
    }
  }

  /** A reply that drains itself; reading it byte by byte is only the fallback of the interface. */
  private static final class ReplyStream extends InputStream implements Drainable, KnownLength {
    private final ProcessingResponse reply;
    private @Nullable ByteArrayInputStream bytes;

    ReplyStream(ProcessingResponse reply) {
      this.reply = reply;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int size = reply.getSerializedSize();
      byte[] scratch = SCRATCH.get();
      if (size <= scratch.length) {
        reply.writeTo(CodedOutputStream.newInstance(scratch, 0, size));
        target.write(scratch, 0, size);
        return size;
      }
      // The body goes past this buffer, straight to the target.
      CodedOutputStream output = CodedOutputStream.newInstance(target, HEAD_BYTES);
      reply.writeTo(output);
      output.flush();
      return size;
    }

    @Override
    public int available() {
      return bytes == null ? reply.getSerializedSize() : bytes.available();
    }

    @Override
    public int read() {
      if (bytes == null) {
        bytes = new ByteArrayInputStream(reply.toByteArray());
      }
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (bytes == null) {
        bytes = new ByteArrayInputStream(reply.toByteArray());
      }
      return bytes.read(target, offset, length);
    }
  }
}
