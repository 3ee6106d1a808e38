package io.igw.extproc.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.StreamedBodyResponse;
import io.igw.extproc.stream.BodyPiece;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Bodies on the wire. A piece comes as {@code ProcessingRequest{HttpBody{body, end_of_stream}}} and
 * goes as a {@code ProcessingResponse} with a {@code StreamedBodyResponse} four messages deep; both
 * are read and written here as bytes, since generated code makes ten objects of them.
 */
final class BodyCodec {
  private static final int REQUEST_BODY_IN = bytesTag(ProcessingRequest.REQUEST_BODY_FIELD_NUMBER);
  private static final int RESPONSE_BODY_IN =
      bytesTag(ProcessingRequest.RESPONSE_BODY_FIELD_NUMBER);
  private static final int BODY_IN = bytesTag(HttpBody.BODY_FIELD_NUMBER);
  private static final int END_IN = varintTag(HttpBody.END_OF_STREAM_FIELD_NUMBER);

  private static final int REQUEST_BODY_OUT =
      bytesTag(ProcessingResponse.REQUEST_BODY_FIELD_NUMBER);
  private static final int RESPONSE_BODY_OUT =
      bytesTag(ProcessingResponse.RESPONSE_BODY_FIELD_NUMBER);

  /** From the outside in; each is followed by a length. */
  private static final int[] NESTED_OUT = {
    bytesTag(BodyResponse.RESPONSE_FIELD_NUMBER),
    bytesTag(CommonResponse.BODY_MUTATION_FIELD_NUMBER),
    bytesTag(BodyMutation.STREAMED_RESPONSE_FIELD_NUMBER)
  };

  private static final int BODY_OUT = bytesTag(StreamedBodyResponse.BODY_FIELD_NUMBER);
  private static final byte[] END_OUT = {
    (byte) varintTag(StreamedBodyResponse.END_OF_STREAM_FIELD_NUMBER), 1
  };

  /** Five tags and lengths are no longer. */
  static final int HEAD_LIMIT = 5 * (1 + 5);

  private BodyCodec() {}

  private static int bytesTag(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  private static int varintTag(int field) {
    return field << 3 | WireFormat.WIRETYPE_VARINT;
  }

  /**
   * A message that holds a piece of a body and nothing else, in the order in which protobuf writes
   * it; null for every other, which the general parser has to read.
   */
  static @Nullable BodyPiece read(byte[] message) throws IOException {
    if (message.length == 0 || message[0] != REQUEST_BODY_IN && message[0] != RESPONSE_BODY_IN) {
      return null;
    }
    CodedInputStream input = CodedInputStream.newInstance(message, 1, message.length - 1);
    int length = input.readRawVarint32();
    if (length != message.length - 1 - input.getTotalBytesRead()) {
      return null;
    }
    ByteString body = ByteString.EMPTY;
    boolean end = false;
    int tag = input.readTag();
    if (tag == BODY_IN) {
      int size = input.readRawVarint32();
      int start = 1 + input.getTotalBytesRead();
      if (size < 0 || size > message.length - start) {
        return null;
      }
      body = UnsafeByteOperations.unsafeWrap(message, start, size);
      input.skipRawBytes(size);
      tag = input.readTag();
    }
    if (tag == END_IN) {
      end = input.readBool();
      tag = input.readTag();
    }
    return tag == 0 ? new BodyPiece(message[0] == RESPONSE_BODY_IN, body, end) : null;
  }

  /** Length of the message for a piece, in bytes. */
  static int size(BodyPiece piece) {
    int length = innerSize(piece);
    for (int i = 0; i <= NESTED_OUT.length; i++) {
      length = withHead(length);
    }
    return length;
  }

  private static int innerSize(BodyPiece piece) {
    int body = piece.body().size();
    return (body == 0 ? 0 : withHead(body)) + (piece.endOfStream() ? END_OUT.length : 0);
  }

  /** With one byte of tag and the length in front. */
  private static int withHead(int length) {
    return 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
  }

  /**
   * Writes the message for a piece.
   *
   * @param scratch at least {@value #HEAD_LIMIT} bytes; free again after the call
   */
  static void write(BodyPiece piece, byte[] scratch, OutputStream target) throws IOException {
    ByteString body = piece.body();
    int inner = innerSize(piece);
    int at = HEAD_LIMIT;
    if (!body.isEmpty()) {
      at = head(scratch, at, BODY_OUT, body.size());
    }
    int length = inner;
    for (int i = NESTED_OUT.length - 1; i >= 0; i--) {
      at = head(scratch, at, NESTED_OUT[i], length);
      length = withHead(length);
    }
    at = head(scratch, at, piece.ofResponse() ? RESPONSE_BODY_OUT : REQUEST_BODY_OUT, length);
    int end = HEAD_LIMIT;
    if (body.size() <= scratch.length - HEAD_LIMIT - END_OUT.length) {
      body.copyTo(scratch, end);
      end += body.size();
    } else {
      target.write(scratch, at, end - at);
      body.writeTo(target);
      at = end;
    }
    if (piece.endOfStream()) {
      System.arraycopy(END_OUT, 0, scratch, end, END_OUT.length);
      end += END_OUT.length;
    }
    if (end > at) {
      target.write(scratch, at, end - at);
    }
  }

  /** Writes a tag and a length that end at {@code end}; returns where they begin. */
  private static int head(byte[] target, int end, int tag, int length) {
    int at = end - CodedOutputStream.computeUInt32SizeNoTag(length);
    int rest = length;
    for (int i = at; i < end; i++) {
      target[i] = (byte) (i < end - 1 ? rest | 0x80 : rest);
      rest >>>= 7;
    }
    target[--at] = (byte) tag;
    return at;
  }
}
