package io.igw.runtime.parse;

import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object that arrives in pieces and tells a {@link JsonSink} what it asks for;
 * everything else is checked and passed over. Builds no tree and keeps no bytes. Not thread-safe.
 *
 * <p>Limits: {@value #MAX_DEPTH} levels, numbers of {@value JsonNumber#MAX_LENGTH} bytes.
 */
final class JsonScanner {
  static final int MAX_DEPTH = 64;

  private static final int ROOT = 0;
  private static final int VALUE = 1;
  private static final int FIRST_ELEMENT = 2;
  private static final int FIRST_KEY = 3;
  private static final int NEXT_KEY = 4;
  private static final int COLON = 5;
  private static final int AFTER = 6;
  private static final int DONE = 7;
  private static final int KEY = 8;
  private static final int STRING = 9;
  private static final int NUMBER = 10;
  private static final int LITERAL = 11;
  private static final int FAILED = 12;

  private static final String[] EXPECTED = {
    "an object",
    "a value",
    "a value or ']'",
    "a key or '}'",
    "a key",
    "':'",
    "',' or the end of the object or array",
    "nothing behind the object",
    "the end of a key",
    "the end of a string",
    "a number",
    "true, false or null"
  };
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private final JsonTeller teller;
  private final JsonString string;
  private final JsonNumber number = new JsonNumber();
  private int state;
  private int depth;
  private int mostLevels = MAX_DEPTH;
  private boolean tooDeep;

  /** Bit d tells whether level d is an object. */
  private long objects;

  private byte[] literal = NULL;
  private int matched;
  private long length;
  private long errorAt;
  private @Nullable String expected;

  JsonScanner(JsonSink sink) {
    this.teller = new JsonTeller(sink);
    this.string = new JsonString(sink);
  }

  /** Starts another document. */
  void reset() {
    state = ROOT;
    depth = 0;
    tooDeep = false;
    length = 0;
    expected = null;
    teller.reset();
  }

  /** Whether the whole object was read. */
  boolean complete() {
    return state == DONE;
  }

  /** Whether something is wrong already, so that what comes is not read. */
  boolean failed() {
    return state == FAILED;
  }

  /** Sets a limit of nesting, 1..{@value #MAX_DEPTH}, before the first byte. */
  void limitDepth(int levels) {
    mostLevels = levels;
  }

  /** Whether the error is the nesting. */
  boolean tooDeep() {
    return tooDeep;
  }

  /** What is wrong if the input ends here: where, and what was expected; null if nothing. */
  @Nullable String error() {
    if (state == DONE) {
      return null;
    }
    return state == FAILED
        ? "offset " + errorAt + ": expected " + expected
        : "offset " + length + ": expected " + EXPECTED[state] + ", not the end";
  }

  /** The next bytes. */
  void feed(byte[] s, int offset, int count) {
    teller.startPiece(offset, length);
    length += count;
    int end = offset + count;
    int at = offset;
    while (at < end && state != FAILED) {
      at =
          switch (state) {
            case KEY, STRING -> string(s, at, at, end);
            case NUMBER -> number(s, at, end);
            case LITERAL -> literal(s, at, end);
            default -> structure(s, at, end);
          };
    }
    if (state != FAILED) {
      teller.endPiece(s, end);
    }
  }

  /** Reads on until a scalar is cut. */
  private int structure(byte[] s, int from, int end) {
    int at = from;
    while (at < end && state <= DONE) {
      byte b = s[at];
      if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
        at++;
        continue;
      }
      switch (state) {
        case VALUE -> {
          int behind = teller.numbers(s, depth, at, end);
          at = behind > at ? behind : value(s, at, end);
        }
        case AFTER -> {
          boolean object = (objects >>> depth - 1 & 1) != 0;
          if (b == ',') {
            state = object ? NEXT_KEY : VALUE;
            at++;
          } else {
            at = b == (object ? '}' : ']') ? close(s, at) : fail(at);
          }
        }
        case NEXT_KEY -> at = b == '"' ? key(s, at + 1, end) : fail(at);
        case FIRST_KEY -> at = b == '"' ? key(s, at + 1, end) : b == '}' ? close(s, at) : fail(at);
        case FIRST_ELEMENT -> at = b == ']' ? close(s, at) : value(s, at, end);
        case COLON -> {
          if (b == ':') {
            state = VALUE;
            at++;
          } else {
            at = fail(at);
          }
        }
        case ROOT -> at = b == '{' ? value(s, at, end) : fail(at);
        default -> at = fail(at);
      }
    }
    return at;
  }

  private int key(byte[] s, int at, int end) {
    boolean wanted = teller.wantsKeys();
    int stop = Bytes.stringStop(s, at, end);
    if (stop < end && s[stop] == '"') {
      if (wanted) {
        teller.key(s, at, stop - at);
      }
      state = COLON;
      return stop + 1;
    }
    string.start(wanted ? JsonString.KEY : JsonString.DISCARD);
    state = KEY;
    return string(s, at, stop, end);
  }

  private int value(byte[] s, int at, int end) {
    byte b = s[at];
    return switch (b) {
      case '"' -> text(s, at, end);
      case '{' -> open(JsonSink.OBJECT, at);
      case '[' -> open(JsonSink.ARRAY, at);
      case 't' -> word(JsonSink.TRUE, TRUE, s, at, end);
      case 'f' -> word(JsonSink.FALSE, FALSE, s, at, end);
      case 'n' -> word(JsonSink.NULL, NULL, s, at, end);
      default -> b == '-' || (b >= '0' && b <= '9') ? figure(s, at, end) : fail(at);
    };
  }

  private int text(byte[] s, int quote, int end) {
    teller.begin(JsonSink.STRING, quote);
    boolean wanted = teller.wantsContent();
    int at = quote + 1;
    int stop = Bytes.stringStop(s, at, end);
    if (stop < end && s[stop] == '"') {
      if (wanted) {
        teller.text(s, at, stop - at);
      }
      teller.endString(s, stop + 1);
      after();
      return stop + 1;
    }
    string.start(wanted ? JsonString.TEXT : JsonString.DISCARD);
    state = STRING;
    return string(s, at, stop, end);
  }

  private int figure(byte[] s, int at, int end) {
    teller.begin(JsonSink.NUMBER, at);
    int stop = JsonNumber.plainEnd(s, at, end);
    if (stop > at) {
      teller.endNumber(s, stop, JsonNumber.plain(s, at, stop));
      after();
      return stop;
    }
    number.start();
    state = NUMBER;
    return number(s, at, end);
  }

  private int word(int kind, byte[] spelling, byte[] s, int at, int end) {
    teller.begin(kind, at);
    literal = spelling;
    matched = 0;
    state = LITERAL;
    return literal(s, at, end);
  }

  private int open(int kind, int at) {
    if (depth == mostLevels) {
      tooDeep = true;
      return fail(at, "at most " + mostLevels + " levels");
    }
    teller.begin(kind, at);
    teller.open(depth);
    long bit = 1L << depth++;
    boolean object = kind == JsonSink.OBJECT;
    objects = object ? objects | bit : objects & ~bit;
    state = object ? FIRST_KEY : FIRST_ELEMENT;
    return at + 1;
  }

  private int close(byte[] s, int at) {
    teller.close(s, --depth, at + 1);
    after();
    return at + 1;
  }

  private void after() {
    state = depth == 0 ? DONE : AFTER;
  }

  private int string(byte[] s, int from, int plain, int end) {
    int at = string.scan(s, from, plain, end);
    if (at < 0) {
      return fail(~at, string.expected());
    }
    if (string.closed()) {
      if (state == STRING) {
        teller.endString(s, at);
        after();
      } else {
        if (teller.wantsKeys()) {
          teller.key(string.key(), 0, string.keyLength());
        }
        state = COLON;
      }
    }
    return at;
  }

  private int number(byte[] s, int from, int end) {
    int at = number.scan(s, from, end);
    if (number.tooLong()) {
      return fail(at, "a number of at most " + JsonNumber.MAX_LENGTH + " bytes");
    }
    if (at < end) {
      if (!number.complete()) {
        return fail(at);
      }
      teller.endNumber(s, at, number.whole());
      after();
    }
    return at;
  }

  private int literal(byte[] s, int from, int end) {
    int at = from;
    while (at < end && matched < literal.length) {
      if (s[at] != literal[matched]) {
        return fail(at);
      }
      at++;
      matched++;
    }
    if (matched == literal.length) {
      teller.endLiteral(s, at);
      after();
    }
    return at;
  }

  private int fail(int at) {
    return fail(at, EXPECTED[state]);
  }

  private int fail(int at, String what) {
    errorAt = teller.offset(at);
    expected = what;
    state = FAILED;
    return at;
  }
}
