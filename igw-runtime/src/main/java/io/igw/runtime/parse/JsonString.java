package io.igw.runtime.parse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads one JSON string across cuts: checks escapes and UTF-8, and tells its decoded bytes.
 *
 * <p><b>Cost.</b> Plain ASCII is looked at eight bytes at a time and told in place; only escapes
 * are copied. Half a surrogate pair is told as three bytes of its own, so that different texts stay
 * different.
 */
final class JsonString {
  /** Keys longer than this are unknown keys. */
  static final int MAX_KEY = 64;

  /** What becomes of the text. */
  static final int DISCARD = 0;

  static final int KEY = 1;
  static final int TEXT = 2;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x80 * EACH;
  private static final byte LEAD = (byte) 0xC0;

  private static final int PLAIN = 0;
  private static final int HEX_DIGITS = 4;
  private static final int BACKSLASH = 5;

  private final JsonSink sink;
  private final byte[] key = new byte[MAX_KEY];
  private final byte[] decoded = new byte[MAX_KEY];
  private int mode;
  private int keyLength;
  private int decodedLength;

  /** PLAIN, hex digits to come, or BACKSLASH. */
  private int step;

  private int unit;
  private int highSurrogate;

  /** Continuation bytes to come; the next one lies in least..most. */
  private int continuations;

  private int least;
  private int most;
  private boolean closed;
  private String expected = "";

  JsonString(JsonSink sink) {
    this.sink = sink;
  }

  /** Begins behind the opening quote. */
  void start(int use) {
    mode = use;
    keyLength = 0;
    decodedLength = 0;
    step = PLAIN;
    highSurrogate = 0;
    continuations = 0;
    closed = false;
  }

  /** Whether the closing quote was seen. */
  boolean closed() {
    return closed;
  }

  byte[] key() {
    return key;
  }

  /** -1 if longer than {@link #MAX_KEY}. */
  int keyLength() {
    return keyLength;
  }

  /** What was expected where {@link #scan} failed. */
  String expected() {
    return expected;
  }

  /**
   * Reads on; the position behind the closing quote, the end if the string goes on, or the
   * complement of the position of an error.
   */
  int scan(byte[] s, int from, int end) {
    int at = from;
    int run = from;
    while (at < end) {
      if (step != PLAIN) {
        if (!escape(s[at])) {
          return ~at;
        }
        run = ++at;
        continue;
      }
      if (continuations > 0) {
        if (!continuation(s[at] & 0xFF)) {
          return fail(at, "UTF-8");
        }
        at++;
        continue;
      }
      at = plain(s, at, end);
      if (at == end) {
        break;
      }
      byte b = s[at];
      if (b == '"') {
        deliver(s, run, at);
        close();
        return at + 1;
      } else if (b == '\\') {
        deliver(s, run, at);
        step = BACKSLASH;
        run = ++at;
      } else if (b >= 0) {
        return fail(at, "no control character in a string");
      } else {
        at = sequences(s, at, end);
        if (at < 0) {
          return fail(~at, "UTF-8");
        }
      }
    }
    deliver(s, run, at);
    return at;
  }

  /** The first byte that is a quote, a backslash, a control character or not ASCII; or the end. */
  private static int plain(byte[] s, int from, int end) {
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

  /** Reads multi-byte sequences as long as they follow each other; complement on an error. */
  private int sequences(byte[] s, int from, int end) {
    int at = from;
    while (at < end && s[at] < 0) {
      int lead = s[at] & 0xFF;
      if (lead > 0xE0 && lead < 0xED && at + 2 < end && s[at + 1] < LEAD && s[at + 2] < LEAD) {
        at += 3; // the greater part of all scripts beyond two bytes
        continue;
      }
      if (!lead(lead)) {
        return ~at;
      }
      at++;
      while (continuations > 0 && at < end) {
        if (!continuation(s[at] & 0xFF)) {
          return ~at;
        }
        at++;
      }
    }
    return at;
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

  private boolean escape(byte b) {
    if (step == BACKSLASH) {
      step = b == 'u' ? HEX_DIGITS : PLAIN;
      unit = simple(b);
      if (unit < 0) {
        expected = "an escape";
        return false;
      }
    } else {
      int digit = Character.digit(b, 16);
      if (digit < 0) {
        expected = "a hexadecimal digit";
        return false;
      }
      unit = unit << 4 | digit;
      step--;
    }
    if (step == PLAIN && mode != DISCARD) {
      unit();
    }
    return true;
  }

  private static int simple(byte b) {
    return switch (b) {
      case '"', '\\', '/' -> b;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> 0;
      default -> -1;
    };
  }

  /** An escaped UTF-16 unit is complete. */
  private void unit() {
    if (Character.isLowSurrogate((char) unit) && highSurrogate != 0) {
      int code = Character.toCodePoint((char) highSurrogate, (char) unit);
      highSurrogate = 0;
      encode(code);
      return;
    }
    unpaired();
    if (Character.isHighSurrogate((char) unit)) {
      highSurrogate = unit;
    } else {
      encode(unit);
    }
  }

  private void unpaired() {
    if (highSurrogate != 0) {
      encode(highSurrogate);
      highSurrogate = 0;
    }
  }

  private void encode(int code) {
    if (decodedLength + 4 > decoded.length) {
      flush();
    }
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      put(0x80 | code & 0x3F);
    } else {
      if (code < 0x10000) {
        put(0xE0 | code >> 12);
      } else {
        put(0xF0 | code >> 18);
        put(0x80 | code >> 12 & 0x3F);
      }
      put(0x80 | code >> 6 & 0x3F);
      put(0x80 | code & 0x3F);
    }
  }

  private void put(int b) {
    decoded[decodedLength++] = (byte) b;
  }

  private void deliver(byte[] s, int from, int to) {
    if (mode != DISCARD && from < to) {
      unpaired();
      flush();
      tell(s, from, to - from);
    }
  }

  private void close() {
    unpaired();
    flush();
    closed = true;
  }

  private void flush() {
    if (decodedLength > 0) {
      int length = decodedLength;
      decodedLength = 0;
      tell(decoded, 0, length);
    }
  }

  private void tell(byte[] s, int from, int length) {
    if (mode == TEXT) {
      sink.text(s, from, length);
    } else if (keyLength >= 0 && length <= MAX_KEY - keyLength) {
      System.arraycopy(s, from, key, keyLength, length);
      keyLength += length;
    } else {
      keyLength = -1;
    }
  }

  private int fail(int at, String what) {
    expected = what;
    return ~at;
  }
}
