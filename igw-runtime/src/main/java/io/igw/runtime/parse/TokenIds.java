package io.igw.runtime.parse;

import io.igw.api.PromptBuilder;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads lists of token ids, eight bytes at a time. Pure but for the prompt.
 *
 * <p><b>Cost.</b> A prompt of a million ids is seven megabytes of digits: a call per number through
 * scanner and walker would cost several times what a text of that size does.
 */
final class TokenIds {
  /** The largest id. */
  static final long MAX = 0xFFFF_FFFFL;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private TokenIds() {}

  /**
   * Reads ids of at most seven digits, each with the comma behind it and at most one space behind
   * that, until something else comes.
   *
   * @return the position of the first element that was not read, and their number in the upper half
   */
  static long read(byte[] s, int from, int end, PromptBuilder prompt) {
    int at = from;
    long count = 0;
    // One byte more than the digits: what is behind the comma.
    while (at < end - Long.BYTES) {
      long v = (long) LONGS.get(s, at) ^ '0' * EACH;
      // A byte's high bit is set if it is no digit; bytes above the first that is none may be
      // wrong.
      long others = (v + 0x76 * EACH | v) & HIGH_BITS;
      int digits = Long.numberOfTrailingZeros(others) >>> 3;
      if (digits == 0
          || digits == Long.BYTES
          || s[at + digits] != ','
          || (v & 0xFF) == 0 && digits > 1) {
        break;
      }
      prompt.token(value(v << Long.SIZE - 8 * digits));
      count++;
      at += digits + 1;
      if (s[at] == ' ') {
        at++;
      }
    }
    return count << Integer.SIZE | at;
  }

  /** The number that eight digits spell, the first in the lowest byte. */
  private static int value(long digits) {
    long pairs = digits * 10 + (digits >>> 8);
    long upper = (pairs & 0x0000_00FF_0000_00FFL) * (100 + (1_000_000L << 32));
    long lower = (pairs >>> 16 & 0x0000_00FF_0000_00FFL) * (1 + (10_000L << 32));
    return (int) (upper + lower >>> 32);
  }
}
