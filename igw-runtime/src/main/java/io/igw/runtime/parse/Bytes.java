package io.igw.runtime.parse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Searches in bytes. Pure. */
final class Bytes {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final int STRIDE = 4 * Long.BYTES;

  private Bytes() {}

  /** The first byte that is a quote, a backslash, a control character or not ASCII; or the end. */
  static int stringStop(byte[] s, int from, int end) {
    int at = from;
    // Long runs in strides: one branch for four words.
    for (; at <= end - STRIDE; at += STRIDE) {
      long stops =
          stops(s, at)
              | stops(s, at + Long.BYTES)
              | stops(s, at + 2 * Long.BYTES)
              | stops(s, at + 3 * Long.BYTES);
      if ((stops & HIGH_BITS) != 0) {
        break;
      }
    }
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long stops = stops(s, at) & HIGH_BITS;
      if (stops != 0) {
        return at + first(stops);
      }
    }
    while (at < end && s[at] >= ' ' && s[at] != '"' && s[at] != '\\') {
      at++;
    }
    return at;
  }

  /** A byte's high bit is set if it stops the run; bytes above the first that does may be wrong. */
  private static long stops(byte[] s, int at) {
    long v = (long) LONGS.get(s, at);
    return (v ^ '"' * EACH) - EACH | (v ^ '\\' * EACH) - EACH | v - ' ' * EACH | v;
  }

  /**
   * The high bit of each of eight bytes that equals {@code b}; bytes above the first that does may
   * be wrong, but none that does is left out.
   */
  static long maybe(byte[] s, int at, byte b) {
    long v = (long) LONGS.get(s, at) ^ b * EACH;
    return v - EACH & ~v & HIGH_BITS;
  }

  /** Place of the first byte whose high bit is set, 0 to 7. */
  static int first(long highBits) {
    return Long.numberOfTrailingZeros(highBits) >>> 3;
  }

  /** The first line feed or carriage return, or the end. */
  static int lineEnd(byte[] s, int from, int end) {
    int at = from;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long stops = maybe(s, at, (byte) '\n') | maybe(s, at, (byte) '\r');
      if (stops != 0) {
        return at + first(stops);
      }
    }
    while (at < end && s[at] != '\n' && s[at] != '\r') {
      at++;
    }
    return at;
  }
}
