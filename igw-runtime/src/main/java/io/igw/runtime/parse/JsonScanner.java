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

  private final JsonSink sink;
  private final JsonString string;
  private final JsonNumber number = new JsonNumber();
  private int state;
  private int depth;

  /** Bit d tells whether level d is an object. */
  private long objects;

  /** Level of a value that is passed over, -1 if none is. */
  private int quiet;

  /** How the scalar under way is treated. */
  private int scalar;

  /** Whether the bytes from {@link #rawFrom} on belong to a raw value. */
  private boolean raw;

  private int rawFrom;
  private byte[] literal = NULL;
  private int matched;

  /** Offset in the document of position 0 of the array being read. */
  private long origin;

  private long length;
  private long errorAt;
  private @Nullable String expected;

  JsonScanner(JsonSink sink) {
    this.sink = sink;
    this.string = new JsonString(sink);
    reset();
  }

  /** Starts another document. */
  void reset() {
    state = ROOT;
    depth = 0;
    objects = 0;
    quiet = -1;
    raw = false;
    length = 0;
    expected = null;
  }

  /** Whether the whole object was read. */
  boolean complete() {
    return state == DONE;
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
    origin = length - offset;
    length += count;
    rawFrom = offset;
    int end = offset + count;
    int at = offset;
    while (at < end && state != FAILED) {
      at =
          switch (state) {
            case KEY, STRING -> string(s, at, end);
            case NUMBER -> number(s, at, end);
            case LITERAL -> literal(s, at, end);
            default -> structure(s, at, end);
          };
    }
    if (raw && state != FAILED && rawFrom < end) {
      sink.text(s, rawFrom, end - rawFrom);
    }
  }

  private int structure(byte[] s, int from, int end) {
    int at = from;
    while (at < end && state <= DONE) {
      byte b = s[at];
      if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
        at++;
      } else {
        at = structural(s, at, b);
      }
    }
    return at;
  }

  private int structural(byte[] s, int at, byte b) {
    switch (state) {
      case ROOT -> {
        return b == '{' ? value(at, b) : fail(at);
      }
      case VALUE -> {
        return value(at, b);
      }
      case FIRST_ELEMENT -> {
        return b == ']' ? close(s, at) : value(at, b);
      }
      case FIRST_KEY, NEXT_KEY -> {
        if (b == '"') {
          string.start(quiet < 0 ? JsonString.KEY : JsonString.DISCARD);
          state = KEY;
          return at + 1;
        }
        return b == '}' && state == FIRST_KEY ? close(s, at) : fail(at);
      }
      case COLON -> {
        if (b != ':') {
          return fail(at);
        }
        state = VALUE;
        return at + 1;
      }
      case AFTER -> {
        boolean object = (objects >>> depth - 1 & 1) != 0;
        if (b == ',') {
          state = object ? NEXT_KEY : VALUE;
          return at + 1;
        }
        return b == (object ? '}' : ']') ? close(s, at) : fail(at);
      }
      default -> {
        return fail(at);
      }
    }
  }

  private int value(int at, byte b) {
    switch (b) {
      case '"' -> {
        begin(JsonSink.STRING, at);
        string.start(scalar == JsonSink.READ ? JsonString.TEXT : JsonString.DISCARD);
        state = STRING;
        return at + 1;
      }
      case '{' -> {
        return open(JsonSink.OBJECT, at);
      }
      case '[' -> {
        return open(JsonSink.ARRAY, at);
      }
      case 't' -> {
        return word(JsonSink.TRUE, TRUE, at);
      }
      case 'f' -> {
        return word(JsonSink.FALSE, FALSE, at);
      }
      case 'n' -> {
        return word(JsonSink.NULL, NULL, at);
      }
      default -> {
        if (b != '-' && (b < '0' || b > '9')) {
          return fail(at);
        }
        begin(JsonSink.NUMBER, at);
        number.start();
        state = NUMBER;
        return at;
      }
    }
  }

  private void begin(int kind, int at) {
    scalar = quiet < 0 ? sink.begin(kind, origin + at) : JsonSink.SKIP;
    if (scalar == JsonSink.RAW) {
      raw = true;
      rawFrom = at;
    }
  }

  private int word(int kind, byte[] spelling, int at) {
    begin(kind, at);
    literal = spelling;
    matched = 0;
    state = LITERAL;
    return at;
  }

  private int open(int kind, int at) {
    if (depth == MAX_DEPTH) {
      return fail(at, "at most " + MAX_DEPTH + " levels");
    }
    begin(kind, at);
    if (scalar != JsonSink.READ && quiet < 0) {
      quiet = depth;
    }
    long bit = 1L << depth++;
    if (kind == JsonSink.OBJECT) {
      objects |= bit;
      state = FIRST_KEY;
    } else {
      objects &= ~bit;
      state = FIRST_ELEMENT;
    }
    return at + 1;
  }

  private int close(byte[] s, int at) {
    depth--;
    if (quiet < 0) {
      sink.end(origin + at + 1);
    } else if (quiet == depth) {
      quiet = -1;
      endRaw(s, at + 1);
    }
    after();
    return at + 1;
  }

  private void endRaw(byte[] s, int at) {
    if (raw) {
      raw = false;
      if (rawFrom < at) {
        sink.text(s, rawFrom, at - rawFrom);
      }
      sink.end(origin + at);
    }
  }

  /** A scalar ended; inside a raw object or array it is one of many. */
  private void endScalar(byte[] s, int at) {
    if (quiet < 0) {
      endRaw(s, at);
    }
    after();
  }

  private void after() {
    state = depth == 0 ? DONE : AFTER;
  }

  private int string(byte[] s, int from, int end) {
    int at = string.scan(s, from, end);
    if (at < 0) {
      return fail(~at, string.expected());
    }
    if (!string.closed()) {
      return at;
    }
    if (state == KEY) {
      if (quiet < 0) {
        sink.key(string.key(), string.keyLength());
      }
      state = COLON;
      return at;
    }
    if (scalar == JsonSink.READ && quiet < 0) {
      sink.end(origin + at);
    }
    endScalar(s, at);
    return at;
  }

  private int number(byte[] s, int from, int end) {
    int at = number.scan(s, from, end);
    if (number.tooLong()) {
      return fail(at, "a number of at most " + JsonNumber.MAX_LENGTH + " bytes");
    }
    if (at == end) {
      return at;
    }
    if (!number.complete()) {
      return fail(at);
    }
    if (scalar == JsonSink.READ && quiet < 0) {
      sink.number(number.whole());
    }
    endScalar(s, at);
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
      endScalar(s, at);
    }
    return at;
  }

  private int fail(int at) {
    return fail(at, EXPECTED[state]);
  }

  private int fail(int at, String what) {
    errorAt = origin + at;
    expected = what;
    state = FAILED;
    return at;
  }
}
