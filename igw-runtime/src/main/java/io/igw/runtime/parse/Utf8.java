package io.igw.runtime.parse;

/** Writes UTF-8, and checks its multi-byte sequences across cuts. */
final class Utf8 {
  /** Longest sequence. */
  static final int MAX_LENGTH = 4;

  private static final byte LEAD = (byte) 0xC0;

  /** Continuation bytes to come; the next one lies in least..most. */
  private int continuations;

  private int least;
  private int most;

  void start() {
    continuations = 0;
  }

  /** Whether a sequence is under way. */
  boolean open() {
    return continuations > 0;
  }

  /**
   * Reads sequences as long as they follow each other; the position behind, or the complement of
   * the position of an error.
   */
  int scan(byte[] s, int from, int end) {
    int at = from;
    while (at < end) {
      int b = s[at];
      if (continuations > 0) {
        if (!continuation(b & 0xFF)) {
          return ~at;
        }
        at++;
      } else if (b >= 0) {
        return at;
      } else if (threeBytes(s, at, end, b & 0xFF)) {
        at += 3;
      } else if (lead(b & 0xFF)) {
        at++;
      } else {
        return ~at;
      }
    }
    return at;
  }

  /** The common case of most scripts beyond two bytes. */
  private static boolean threeBytes(byte[] s, int at, int end, int lead) {
    return lead > 0xE0 && lead < 0xED && at + 2 < end && s[at + 1] < LEAD && s[at + 2] < LEAD;
  }

  private boolean lead(int lead) {
    if (lead < 0xC2 || lead > 0xF4) {
      return false;
    }
    continuations = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return true;
  }

  private boolean continuation(int b) {
    if (b < least || b > most) {
      return false;
    }
    least = 0x80;
    most = 0xBF;
    continuations--;
    return true;
  }

  /** Writes a code point, or half a surrogate pair in three bytes; the position behind. */
  static int encode(int code, byte[] target, int from) {
    int at = from;
    if (code < 0x80) {
      target[at++] = (byte) code;
      return at;
    }
    if (code < 0x800) {
      target[at++] = (byte) (0xC0 | code >> 6);
    } else {
      if (code < 0x10000) {
        target[at++] = (byte) (0xE0 | code >> 12);
      } else {
        target[at++] = (byte) (0xF0 | code >> 18);
        target[at++] = (byte) (0x80 | code >> 12 & 0x3F);
      }
      target[at++] = (byte) (0x80 | code >> 6 & 0x3F);
    }
    target[at++] = (byte) (0x80 | code & 0x3F);
    return at;
  }
}
