package io.igw.runtime.parse;

/** Reads one JSON number across cuts, in constant memory. */
final class JsonNumber {
  /** Longest spelling. */
  static final int MAX_LENGTH = 1024;

  private static final int MINUS = 0;
  private static final int ZERO = 1;
  private static final int INTEGER = 2;
  private static final int POINT = 3;
  private static final int FRACTION = 4;
  private static final int E = 5;
  private static final int SIGN = 6;
  private static final int EXPONENT = 7;
  private static final int START = 8;

  private static final int MAX_PLAIN = 18;
  private static final long ROOM = (Long.MAX_VALUE - 9) / 10;
  private static final int MAX_EXPONENT = 100_000;

  private int state = START;
  private int length;
  private boolean negative;
  private long digits;
  private int scale;
  private boolean lost;
  private boolean fractionLost;
  private int exponent;
  private boolean exponentNegative;

  /**
   * End of a number of at most 18 digits and nothing else that does not reach the end of the input;
   * {@code from} if it is not one.
   */
  static int plainEnd(byte[] s, int from, int end) {
    int last = Math.min(end, from + MAX_PLAIN + 1);
    int at = from;
    while (at < last && isDigit(s[at])) {
      at++;
    }
    if (at == last || (s[from] == '0' && at > from + 1)) {
      return from;
    }
    byte b = s[at];
    return b == '.' || b == 'e' || b == 'E' ? from : at;
  }

  /** Value of the digits. */
  static long plain(byte[] s, int from, int end) {
    long value = 0;
    for (int at = from; at < end; at++) {
      value = value * 10 + (s[at] - '0');
    }
    return value;
  }

  void start() {
    state = START;
    length = 0;
    negative = false;
    digits = 0;
    scale = 0;
    lost = false;
    fractionLost = false;
    exponent = 0;
    exponentNegative = false;
  }

  /** Reads on; the position of the first byte that does not belong to the number, or the end. */
  int scan(byte[] s, int from, int end) {
    int at = from;
    int last = (int) Math.min(end, (long) from + MAX_LENGTH + 1 - length);
    while (at < last && take(s[at])) {
      at++;
    }
    length += at - from;
    return at;
  }

  /** Whether a number may end here. */
  boolean complete() {
    return length <= MAX_LENGTH
        && (state == INTEGER || state == ZERO || state == FRACTION || state == EXPONENT);
  }

  /** Whether the spelling is too long. */
  boolean tooLong() {
    return length > MAX_LENGTH;
  }

  /** The value if it is whole and not negative, Long.MAX_VALUE if larger than that, else -1. */
  long whole() {
    if (digits == 0) {
      return 0;
    }
    int power = scale + (exponentNegative ? -exponent : exponent);
    if (negative || fractionLost || (lost && exponentNegative)) {
      return -1;
    }
    if (lost) {
      return Long.MAX_VALUE;
    }
    long value = digits;
    for (; power < 0; power++) {
      if (value % 10 != 0) {
        return -1;
      }
      value /= 10;
    }
    for (; power > 0; power--) {
      if (value > Long.MAX_VALUE / 10) {
        return Long.MAX_VALUE;
      }
      value *= 10;
    }
    return value;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private boolean take(byte b) {
    if (isDigit(b)) {
      return digit(b - '0');
    }
    int next =
        switch (b) {
          case '-' -> state == START ? MINUS : state == E ? SIGN : -1;
          case '+' -> state == E ? SIGN : -1;
          case '.' -> state == ZERO || state == INTEGER ? POINT : -1;
          case 'e', 'E' -> state == ZERO || state == INTEGER || state == FRACTION ? E : -1;
          default -> -1;
        };
    if (next < 0) {
      return false;
    }
    negative |= next == MINUS;
    exponentNegative |= next == SIGN && b == '-';
    state = next;
    return true;
  }

  private boolean digit(int digit) {
    switch (state) {
      case START, MINUS -> {
        digits = digit;
        state = digit == 0 ? ZERO : INTEGER;
      }
      case INTEGER -> {
        if (digits <= ROOM) {
          digits = digits * 10 + digit;
        } else {
          scale++;
          lost |= digit != 0;
        }
      }
      case POINT, FRACTION -> {
        state = FRACTION;
        if (digits <= ROOM) {
          digits = digits * 10 + digit;
          scale--;
        } else {
          fractionLost |= digit != 0;
        }
      }
      case E, SIGN, EXPONENT -> {
        state = EXPONENT;
        exponent = Math.min(MAX_EXPONENT, exponent * 10 + digit);
      }
      default -> {
        return false; // a digit after a leading zero
      }
    }
    return true;
  }
}
