package io.igw.runtime.parse;

/** Decodes one escape of a JSON string, byte by byte; a surrogate pair is one escape. */
final class JsonEscape {
  private static final int REPLACEMENT = 0xFFFD;

  /** What the last byte did. */
  enum Step {
    /** More bytes belong to it. */
    MORE,
    /** It is complete with this byte. */
    DONE,
    /** It was complete before this byte. */
    BEFORE,
    /** It is none. */
    BAD
  }

  private final byte[] utf8 = new byte[8];
  private int length;
  private int digits;
  private int code;
  private int high;
  private boolean slash;

  /** A backslash was read. */
  void begin() {
    length = 0;
    digits = -1;
    high = 0;
    slash = false;
  }

  byte[] bytes() {
    return utf8;
  }

  int length() {
    return length;
  }

  Step next(byte b) {
    if (digits >= 0) {
      return digit(b);
    }
    if (high != 0) {
      return second(b);
    }
    int plain =
        switch (b) {
          case '"', '\\', '/' -> b;
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'u' -> -1;
          default -> -2;
        };
    if (plain == -2) {
      return Step.BAD;
    }
    if (plain == -1) {
      digits = 0;
      code = 0;
      return Step.MORE;
    }
    put(plain);
    return Step.DONE;
  }

  /** After a high surrogate: either {@code \\u} of the low one follows, or it stands alone. */
  private Step second(byte b) {
    if (!slash && b == '\\') {
      slash = true;
      return Step.MORE;
    }
    if (slash && b == 'u') {
      slash = false;
      digits = 0;
      code = 0;
      return Step.MORE;
    }
    put(REPLACEMENT);
    high = 0;
    if (slash) {
      // Another escape begins here: its backslash has been taken already.
      slash = false;
      Step step = next(b);
      return step;
    }
    return Step.BEFORE;
  }

  private Step digit(byte b) {
    int value = Character.digit(b, 16);
    if (value < 0) {
      return Step.BAD;
    }
    code = code << 4 | value;
    if (++digits < 4) {
      return Step.MORE;
    }
    digits = -1;
    if (high != 0) {
      if (Character.isLowSurrogate((char) code)) {
        put(Character.toCodePoint((char) high, (char) code));
        high = 0;
        return Step.DONE;
      }
      put(REPLACEMENT);
      high = 0;
    }
    if (Character.isHighSurrogate((char) code)) {
      high = code;
      return Step.MORE;
    }
    put(Character.isLowSurrogate((char) code) ? REPLACEMENT : code);
    return Step.DONE;
  }

  private void put(int c) {
    if (length > utf8.length - 4) {
      return;
    }
    if (c < 0x80) {
      utf8[length++] = (byte) c;
    } else if (c < 0x800) {
      utf8[length++] = (byte) (0xC0 | c >> 6);
      utf8[length++] = (byte) (0x80 | c & 0x3F);
    } else if (c < 0x10000) {
      utf8[length++] = (byte) (0xE0 | c >> 12);
      utf8[length++] = (byte) (0x80 | c >> 6 & 0x3F);
      utf8[length++] = (byte) (0x80 | c & 0x3F);
    } else {
      utf8[length++] = (byte) (0xF0 | c >> 18);
      utf8[length++] = (byte) (0x80 | c >> 12 & 0x3F);
      utf8[length++] = (byte) (0x80 | c >> 6 & 0x3F);
      utf8[length++] = (byte) (0x80 | c & 0x3F);
    }
  }
}
