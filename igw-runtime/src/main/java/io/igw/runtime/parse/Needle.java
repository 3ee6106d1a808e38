package io.igw.runtime.parse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Searches a document for a key. Immutable.
 *
 * <p><b>Cost.</b> Eight bytes at a time look for the key's last letter and the quote behind it;
 * only where both are is the rest compared.
 */
final class Needle {
  private final byte[] quoted;
  private final byte lastLetter;

  /** A search for a key of ASCII letters, one at least. */
  Needle(String key) {
    this.quoted = ('"' + key + '"').getBytes(StandardCharsets.US_ASCII);
    this.lastLetter = quoted[quoted.length - 2];
  }

  /** Whether the bytes hold the key with its quotes, not followed by {@code :null}. */
  boolean isIn(byte[] s, int from, int end) {
    int at = from + quoted.length - 1;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long ends = Bytes.maybe(s, at, (byte) '"') & Bytes.maybe(s, at - 1, lastLetter);
      for (; ends != 0; ends &= ends - 1) {
        if (endsAt(s, at + Bytes.first(ends), end)) {
          return true;
        }
      }
    }
    for (; at < end; at++) {
      if (s[at] == '"' && endsAt(s, at, end)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the key with its quotes ends at this byte. */
  private boolean endsAt(byte[] s, int at, int end) {
    int start = at - quoted.length + 1;
    return Arrays.equals(s, start, at + 1, quoted, 0, quoted.length) && !isNull(s, at + 1, end);
  }

  private static boolean isNull(byte[] s, int from, int end) {
    int at = from;
    while (at < end && (s[at] == ':' || s[at] == ' ')) {
      at++;
    }
    return at < end && s[at] == 'n';
  }
}
