package io.igw.runtime.parse;

/**
 * Tells a {@link JsonSink} of values as it asks to be told: members of values that are passed over
 * and of raw ones not at all, raw bytes piece by piece. Knows values by their level and position;
 * the grammar is {@link JsonScanner}'s.
 */
final class JsonTeller {
  private static final int NONE = -1;

  private final JsonSink sink;

  /** Level of an object or array that is passed over or raw. */
  private int quiet = NONE;

  /** How the value that began last is treated. */
  private int treatment;

  /** The value that began last is told in runs. */
  private boolean inRuns;

  /** Level of the elements that are told in runs. */
  private int runs = NONE;

  /** Whether the bytes from {@link #rawFrom} on belong to a raw value. */
  private boolean raw;

  private int rawFrom;

  /** Offset in the document of position 0 of the array being read. */
  private long origin;

  JsonTeller(JsonSink sink) {
    this.sink = sink;
  }

  void reset() {
    quiet = NONE;
    runs = NONE;
    raw = false;
  }

  void startPiece(int offset, long documentOffset) {
    rawFrom = offset;
    origin = documentOffset - offset;
  }

  void endPiece(byte[] s, int end) {
    if (raw && rawFrom < end) {
      sink.text(s, rawFrom, end - rawFrom);
    }
  }

  /** Offset in the document of a position. */
  long offset(int at) {
    return origin + at;
  }

  /** Whether keys are told. */
  boolean wantsKeys() {
    return quiet == NONE;
  }

  /** Whether the content of the scalar under way is told. */
  boolean wantsContent() {
    return treatment == JsonSink.READ;
  }

  void key(byte[] s, int offset, int length) {
    sink.key(s, offset, length);
  }

  void begin(int kind, int at) {
    treatment = quiet == NONE ? sink.begin(kind, origin + at) : JsonSink.SKIP;
    inRuns = treatment == JsonSink.RUNS;
    if (inRuns) {
      treatment = JsonSink.READ;
    } else if (treatment == JsonSink.RAW) {
      raw = true;
      rawFrom = at;
    }
  }

  /** Reads a run of elements of this level, if it is told in runs; the position behind. */
  int numbers(byte[] s, int level, int at, int end) {
    return runs == level ? sink.numbers(s, at, end) : at;
  }

  /** The value that began last is an object or array whose members lie above this level. */
  void open(int level) {
    if (treatment != JsonSink.READ && quiet == NONE) {
      quiet = level;
    }
    if (inRuns) {
      inRuns = false;
      runs = level + 1;
    }
  }

  /** The object or array of this level ended before {@code at}. */
  void close(byte[] s, int level, int at) {
    if (runs == level + 1) {
      runs = NONE;
    }
    if (quiet == NONE) {
      sink.end(origin + at);
    } else if (quiet == level) {
      quiet = NONE;
      endRaw(s, at);
    }
  }

  void text(byte[] s, int offset, int length) {
    if (length > 0) {
      sink.text(s, offset, length);
    }
  }

  void endString(byte[] s, int at) {
    if (treatment == JsonSink.READ) {
      sink.end(origin + at);
    } else if (quiet == NONE) {
      endRaw(s, at);
    }
  }

  void endNumber(byte[] s, int at, long whole) {
    if (treatment == JsonSink.READ) {
      sink.number(whole);
    } else if (quiet == NONE) {
      endRaw(s, at);
    }
  }

  void endLiteral(byte[] s, int at) {
    if (quiet == NONE) {
      endRaw(s, at);
    }
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
}
