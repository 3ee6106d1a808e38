package io.igw.runtime.parse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Searches a document for a key. Immutable. */
final class Needle {
  private final byte[] quoted;

  /** How far the pattern may move by the byte under its end (Horspool). */
  private final byte[] shifts = new byte[256];

  /** A search for a key of ASCII letters, at most 100. */
  Needle(String key) {
    this.quoted = ('"' + key + '"').getBytes(StandardCharsets.US_ASCII);
    Arrays.fill(shifts, (byte) quoted.length);
    for (int i = 0; i < quoted.length - 1; i++) {
      shifts[quoted[i]] = (byte) (quoted.length - 1 - i);
    }
  }

  /** Whether the bytes hold the key with its quotes, not followed by {@code :null}. */
  boolean isIn(byte[] s, int from, int end) {
    byte[] pattern = quoted;
    int last = pattern.length - 1;
    for (int at = from + last; at < end; at += shifts[s[at] & 0xFF]) {
      if (s[at] == '"'
          && Arrays.equals(s, at - last, at + 1, pattern, 0, pattern.length)
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
