package io.igw.runtime.parse;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The beginnings of images. */
final class Images {
  private Images() {}

  static String base64(byte[] image) {
    return Base64.getEncoder().encodeToString(image);
  }

  static byte[] png(int width, int height) {
    return ByteBuffer.allocate(40)
        .putLong(0x89504E470D0A1A0AL)
        .putInt(13)
        .put(ascii("IHDR"))
        .putInt(width)
        .putInt(height)
        .array();
  }

  static byte[] gif(int width, int height) {
    return ByteBuffer.allocate(20)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(ascii("GIF89a"))
        .putShort((short) width)
        .putShort((short) height)
        .array();
  }

  /** With thumbnails, tables and fill bytes before the frame; {@code frame} is its marker. */
  static byte[] jpeg(int width, int height, int frame) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD8});
    segment(out, 0xE0, 16);
    segment(out, 0xE1, 20_001);
    out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x01});
    segment(out, 0xC4, 33);
    segment(out, 0xDB, 2);
    out.writeBytes(
        ByteBuffer.allocate(15)
            .put((byte) 0xFF)
            .put((byte) frame)
            .putShort((short) 11)
            .put((byte) 8)
            .putShort((short) height)
            .putShort((short) width)
            .array());
    return out.toByteArray();
  }

  private static void segment(ByteArrayOutputStream out, int marker, int length) {
    out.writeBytes(
        ByteBuffer.allocate(2 + length)
            .put((byte) 0xFF)
            .put((byte) marker)
            .putShort((short) length)
            .array());
  }

  static byte[] webpLossy(int width, int height) {
    return webp("VP8 ")
        .position(23)
        .put(new byte[] {(byte) 0x9D, 0x01, 0x2A})
        .putShort((short) (width | 0x4000))
        .putShort((short) (height | 0x8000))
        .array();
  }

  static byte[] webpLossless(int width, int height) {
    return webp("VP8L")
        .position(20)
        .put((byte) 0x2F)
        .putInt(width - 1 | height - 1 << 14 | 1 << 28)
        .array();
  }

  static byte[] webpExtended(int width, int height) {
    byte[] image = webp("VP8X").position(24).putInt(width - 1).array();
    int rest = height - 1;
    for (int at = 27; at < 30; at++) {
      image[at] = (byte) rest;
      rest >>>= 8;
    }
    return image;
  }

  private static ByteBuffer webp(String kind) {
    return ByteBuffer.allocate(40)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(ascii("RIFF"))
        .putInt(1000)
        .put(ascii("WEBP"))
        .put(ascii(kind));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
