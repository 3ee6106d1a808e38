package io.igw.runtime.parse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** Writes protobuf messages and gRPC frames for tests. */
final class Proto {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Proto varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  Proto number(int field, long value) {
    return varint((long) field << 3).varint(value);
  }

  Proto fixed(int field, int bytes) {
    varint((long) field << 3 | (bytes == 8 ? 1 : 5));
    out.writeBytes(new byte[bytes]);
    return this;
  }

  Proto bytes(int field, byte[] bytes) {
    varint((long) field << 3 | 2).varint(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  Proto text(int field, String text) {
    return bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  Proto message(int field, Proto message) {
    return bytes(field, message.bytes());
  }

  Proto packed(int field, long... values) {
    Proto list = new Proto();
    for (long value : values) {
      list.varint(value);
    }
    return message(field, list);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** The message in its frame. */
  byte[] frame() {
    return frame(0, bytes());
  }

  /** The message in its frame, compressed. */
  byte[] gzipFrame() {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return frame(1, packed.toByteArray());
  }

  static byte[] frame(int flag, byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) flag)
        .putInt(message.length)
        .put(message)
        .array();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
