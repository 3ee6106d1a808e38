package io.igw.runtime.parse;

/** A number, boolean or null of a JSON document, byte by byte. */
final class JsonAtom {
  private static final int MAX_LENGTH = 1000;
  private static final byte[][] WORDS = {
    {'t', 'r', 'u', 'e'}, {'f', 'a', 'l', 's', 'e'}, {'n', 'u', 'l', 'l'}
  };
  private static final long LAST_SAFE = (Long.MAX_VALUE - 9) / 10;

  // Where in a number: sign, zero, digits, point, fraction, exponent mark, its sign, its digits.
  private static final int START = 0;
  private static final int SIGN = 1;
  private static final int ZERO = 2;
  private static final int DIGITS = 3;
  private static final int POINT = 4;
  private static final int FRACTION = 5;
  private static final int MARK = 6;
  private static final int MARK_SIGN = 7;
  private static final int EXPONENT = 8;
  private static final int WORD = 9;
  private static final int BAD = 10;

  private int place;
  private int word;
  private int length;
  private long value;
  private boolean whole;

  void begin() {
    place = START;
    length = 0;
    value = 0;
    whole = true;
  }

  /** Whether the byte belongs to the atom. */
  boolean takes(byte b) {
    boolean mine =
        b >= '0' && b <= '9'
            || b >= 'a' && b <= 'z'
            || b == '-'
            || b == '+'
            || b == '.'
            || b == 'E';
    if (mine) {
      place = next(b);
      length++;
    }
    return mine;
  }

  private int next(byte b) {
    if (place == START && (b == 't' || b == 'f' || b == 'n')) {
      word = b == 't' ? 0 : b == 'f' ? 1 : 2;
      return WORD;
    }
    if (place == WORD) {
      return length < WORDS[word].length && WORDS[word][length] == b ? WORD : BAD;
    }
    if (b >= '0' && b <= '9') {
      return digit(b);
    }
    whole = false;
    return switch (b) {
      case '-' -> place == START ? SIGN : place == MARK ? MARK_SIGN : BAD;
      case '+' -> place == MARK ? MARK_SIGN : BAD;
      case '.' -> place == ZERO || place == DIGITS ? POINT : BAD;
      case 'e', 'E' -> place == ZERO || place == DIGITS || place == FRACTION ? MARK : BAD;
      default -> BAD;
    };
  }

  private int digit(byte b) {
    switch (place) {
      case START, SIGN, DIGITS -> {
        if (value > LAST_SAFE) {
          whole = false;
        }
        value = value * 10 + (b - '0');
        return place != DIGITS && b == '0' ? ZERO : DIGITS;
      }
      case POINT, FRACTION -> {
        return FRACTION;
      }
      case MARK, MARK_SIGN, EXPONENT -> {
        return EXPONENT;
      }
      default -> {
        return BAD;
      }
    }
  }

  boolean tooLong() {
    return length > MAX_LENGTH;
  }

  /** Kind as in {@link Field}, 0 if it is no value. */
  int kind() {
    return switch (place) {
      case ZERO, DIGITS, FRACTION, EXPONENT -> Field.NUMBER;
      case WORD -> length != WORDS[word].length ? 0 : word == 2 ? Field.NULL : Field.BOOLEAN;
      default -> 0;
    };
  }

  long value() {
    return value;
  }

  boolean whole() {
    return whole;
  }

  boolean isTrue() {
    return word == 0;
  }
}
