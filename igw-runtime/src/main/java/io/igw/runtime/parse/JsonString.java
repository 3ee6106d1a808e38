package io.igw.runtime.parse;

import java.util.Arrays;

/**
 * Reads one JSON string across cuts: checks escapes and UTF-8, and tells its decoded bytes.
 *
 * <p><b>Cost.</b> Long runs without escapes are told in place; short ones are gathered with what
 * escapes stand for. Half a surrogate pair is told as three bytes of its own, so that different
 * texts stay different.
 */
final class JsonString {
  /** Longer keys are unknown keys. */
  static final int MAX_KEY = 64;

  /** What becomes of the text. */
  static final int DISCARD = 0;

  static final int KEY = 1;
  static final int TEXT = 2;

  private static final int GATHERED = 512;
  private static final int SHORT_RUN = 96;

  private static final int PLAIN = 0;
  private static final int HEX_DIGITS = 4;
  private static final int BACKSLASH = 5;

  private static final byte[] HEX = hex();

  private final JsonSink sink;
  private final byte[] gathered = new byte[GATHERED];
  private final Utf8 utf8 = new Utf8();
  private int mode;
  private int length;

  /** The text is longer than any key. */
  private boolean tooLong;

  /** PLAIN, the number of hex digits to come, or BACKSLASH. */
  private int step;

  private int unit;
  private int highSurrogate;
  private boolean closed;
  private String expected = "";

  JsonString(JsonSink sink) {
    this.sink = sink;
  }

  private static byte[] hex() {
    byte[] values = new byte[256];
    Arrays.fill(values, (byte) -1);
    for (char c = '0'; c <= 'f'; c++) {
      values[c] = (byte) Character.digit(c, 16);
    }
    return values;
  }

  /** Begins behind the opening quote. */
  void start(int use) {
    mode = use;
    length = 0;
    tooLong = false;
    step = PLAIN;
    highSurrogate = 0;
    utf8.start();
    closed = false;
  }

  /** Whether the closing quote was seen. */
  boolean closed() {
    return closed;
  }

  /** The bytes of a key that was closed. */
  byte[] key() {
    return gathered;
  }

  /** Their number, -1 if the key is longer than {@link #MAX_KEY}. */
  int keyLength() {
    return tooLong || length > MAX_KEY ? -1 : length;
  }

  /** What was expected where {@link #scan} failed. */
  String expected() {
    return expected;
  }

  /**
   * Reads on; the position behind the closing quote, the end if the string goes on, or the
   * complement of the position of an error.
   *
   * @param from the first byte
   * @param plain bytes before this position are known to be plain
   */
  int scan(byte[] s, int from, int plain, int end) {
    int run = from;
    int at = plain;
    while (at < end) {
      if (step != PLAIN) {
        if (!escape(s[at])) {
          return ~at;
        }
        run = ++at;
        continue;
      }
      if (utf8.open()) {
        at = utf8.scan(s, at, end);
      } else {
        at = Bytes.stringStop(s, at, end);
        if (at == end) {
          break;
        }
        byte b = s[at];
        if (b == '\\') {
          deliver(s, run, at);
          do {
            at = backslash(s, at, end);
          } while (at < end && s[at] == '\\' && step == PLAIN);
          run = at;
        } else if (b == '"') {
          deliver(s, run, at);
          close();
          return at + 1;
        } else if (b >= 0) {
          expected = "no control character in a string";
          return ~at;
        } else {
          at = utf8.scan(s, at, end);
        }
      }
      if (at < 0) {
        expected = "UTF-8";
        return at;
      }
    }
    deliver(s, run, at);
    return at;
  }

  /** Reads an escape that is whole and right; of any other the backslash only. */
  private int backslash(byte[] s, int at, int end) {
    if (at + 5 < end) {
      byte b = s[at + 1];
      if (b != 'u') {
        int simple = simple(b);
        if (simple > 0) {
          unit = simple;
          unit();
          return at + 2;
        }
      } else {
        int code =
            HEX[s[at + 2] & 0xFF] << 12
                | HEX[s[at + 3] & 0xFF] << 8
                | HEX[s[at + 4] & 0xFF] << 4
                | HEX[s[at + 5] & 0xFF];
        if (code >= 0) {
          unit = code;
          unit();
          return at + 6;
        }
      }
    }
    step = BACKSLASH;
    return at + 1;
  }

  /** The next byte of an escape. */
  private boolean escape(byte b) {
    if (step == BACKSLASH) {
      step = b == 'u' ? HEX_DIGITS : PLAIN;
      unit = simple(b);
      if (unit < 0) {
        expected = "an escape";
        return false;
      }
    } else {
      int digit = HEX[b & 0xFF];
      if (digit < 0) {
        expected = "a hexadecimal digit";
        return false;
      }
      unit = unit << 4 | digit;
      step--;
    }
    if (step == PLAIN) {
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
    if (mode == DISCARD) {
      return;
    }
    if (Character.isLowSurrogate((char) unit) && highSurrogate != 0) {
      int code = Character.toCodePoint((char) highSurrogate, (char) unit);
      highSurrogate = 0;
      encode(code);
    } else {
      unpaired();
      if (Character.isHighSurrogate((char) unit)) {
        highSurrogate = unit;
      } else {
        encode(unit);
      }
    }
  }

  private void unpaired() {
    if (highSurrogate != 0) {
      encode(highSurrogate);
      highSurrogate = 0;
    }
  }

  private void encode(int code) {
    room(Utf8.MAX_LENGTH);
    length = Utf8.encode(code, gathered, length);
  }

  private void room(int bytes) {
    if (length + bytes > GATHERED) {
      flush();
    }
  }

  private void deliver(byte[] s, int from, int to) {
    int run = to - from;
    if (mode == DISCARD || run == 0) {
      return;
    }
    unpaired();
    if (run <= SHORT_RUN) {
      room(run);
      System.arraycopy(s, from, gathered, length, run);
      length += run;
    } else {
      flush();
      if (mode == TEXT) {
        sink.text(s, from, run);
      } else {
        tooLong = true;
      }
    }
  }

  private void close() {
    unpaired();
    if (mode == TEXT) {
      flush();
    }
    closed = true;
  }

  private void flush() {
    int gatheredLength = length;
    length = 0;
    if (gatheredLength > 0) {
      if (mode == TEXT) {
        sink.text(gathered, 0, gatheredLength);
      } else {
        tooLong = true; // a key is never flushed before it is over the limit
      }
    }
  }
}
