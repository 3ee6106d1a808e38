package io.igw.runtime.parse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A text of bounded length that arrives in pieces. */
final class ShortText {
  /** Longest text in bytes. */
  static final int LIMIT = 4096;

  private byte[] bytes = new byte[64];
  private int length;

  /** False if the text would be too long. */
  boolean append(byte[] source, int offset, int count) {
    if (count > LIMIT - length) {
      return false;
    }
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
    return true;
  }

  /** The text; empties this. */
  String take() {
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    length = 0;
    return text;
  }
}
