package io.igw.runtime.parse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Searches in bytes. Pure. */
final class Bytes {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final byte[] USAGE = {'"', 'u', 's', 'a', 'g', 'e', '"'};

  /** How far the pattern may move by the byte under its end (Horspool). */
  private static final byte[] SHIFTS = shifts();

  private Bytes() {}

  private static byte[] shifts() {
    byte[] shifts = new byte[256];
    Arrays.fill(shifts, (byte) USAGE.length);
    for (int i = 0; i < USAGE.length - 1; i++) {
      shifts[USAGE[i]] = (byte) (USAGE.length - 1 - i);
    }
    return shifts;
  }

  /** The first byte that is a quote, a backslash, a control character or not ASCII; or the end. */
  static int stringStop(byte[] s, int from, int end) {
    int at = from;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long v = (long) LONGS.get(s, at);
      // A byte's high bit is set if it stops the run; bytes above the first that does may be wrong.
      long stops = (v ^ '"' * EACH) - EACH | (v ^ '\\' * EACH) - EACH | v - ' ' * EACH | v;
      stops &= HIGH_BITS;
      if (stops != 0) {
        return at + (Long.numberOfTrailingZeros(stops) >>> 3);
      }
    }
    while (at < end && s[at] >= ' ' && s[at] != '"' && s[at] != '\\') {
      at++;
    }
    return at;
  }

  /** The first line feed or carriage return, or the end. */
  static int lineEnd(byte[] s, int from, int end) {
    int at = from;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long v = (long) LONGS.get(s, at);
      long feed = v ^ '\n' * EACH;
      long carriage = v ^ '\r' * EACH;
      long stops = (feed - EACH & ~feed | carriage - EACH & ~carriage) & HIGH_BITS;
      if (stops != 0) {
        return at + (Long.numberOfTrailingZeros(stops) >>> 3);
      }
    }
    while (at < end && s[at] != '\n' && s[at] != '\r') {
      at++;
    }
    return at;
  }

  /** Whether the bytes hold {@code "usage"} with its quotes, not followed by {@code :null}. */
  static boolean containsUsage(byte[] s, int from, int end) {
    int last = USAGE.length - 1;
    for (int at = from + last; at < end; at += SHIFTS[s[at] & 0xFF]) {
      if (s[at] == '"'
          && Arrays.equals(s, at - last, at + 1, USAGE, 0, USAGE.length)
          && !isNull(s, at + 1, end)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNull(byte[] s, int from, int end) {
    int at = from;
    while (at < end && (s[at] == ':' || s[at] == ' ')) {
      at++;
    }
    return at < end && s[at] == 'n';
  }
}
