package io.igw.runtime.parse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A short string value put together from pieces. */
final class KeptText {
  private static final int MOST = 4096;

  private byte[] bytes = new byte[64];
  private int length;

  void begin() {
    length = 0;
  }

  void add(byte[] source, int offset, int count) {
    int kept = Math.min(count, MOST + 1 - length);
    if (length + kept > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + kept, 2 * bytes.length));
    }
    System.arraycopy(source, offset, bytes, length, kept);
    length += kept;
  }

  boolean tooLong() {
    return length > MOST;
  }

  String text() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
