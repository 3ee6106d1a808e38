package io.igw.runtime.parse;

import io.igw.runtime.parse.Field.Capture;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Walks one JSON document that arrives in pieces cut anywhere, and tells a {@link JsonReader} about
 * the fields of a table. It keeps nothing but its position: one byte of state, a stack of fields,
 * the current key.
 *
 * <p><b>Limits.</b> 64 levels of nesting; a key over 64 bytes counts as unknown; a number has at
 * most 1,000 characters.
 *
 * <p><b>Cost.</b> String contents are passed over eight bytes at a time. No allocation after
 * construction but for an error's text.
 */
final class JsonScanner {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_KEY = 64;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private static final int VALUE = 0;
  private static final int FIRST_ELEMENT = 1;
  private static final int FIRST_KEY = 2;
  private static final int NEXT_KEY = 3;
  private static final int COLON = 4;
  private static final int AFTER = 5;
  private static final int TEXT = 6;
  private static final int KEY = 7;
  private static final int ATOM = 8;
  private static final int END = 9;
  private static final int FAILED = 10;

  private final JsonReader reader;
  private final Field root;
  private final Field[] fields = new Field[MAX_DEPTH];
  private final int[] indexes = new int[MAX_DEPTH];
  private final byte[] key = new byte[MAX_KEY];
  private final JsonEscape escape = new JsonEscape();
  private final JsonAtom atom = new JsonAtom();

  private int state;
  private int depth;
  private long objects;
  private Field field;
  private @Nullable Field rawField;
  private int rawDepth;
  private int rawStart;
  private Field rawEnded = Field.SKIP;
  private int keyLength;
  private boolean escaping;
  private long base;
  private @Nullable String error;
  private boolean mistyped;

  JsonScanner(Field root, JsonReader reader) {
    this.root = root;
    this.reader = reader;
    this.field = root;
  }

  /** Ready for another document. */
  void reset() {
    state = VALUE;
    depth = 0;
    field = root;
    rawField = null;
    escaping = false;
    base = 0;
    error = null;
    mistyped = false;
  }

  /** What is wrong, with a position; null if nothing so far. */
  @Nullable String error() {
    return error;
  }

  /** The document must be complete now. */
  @Nullable String finish() {
    if (state == ATOM && depth == 0) {
      endAtom(base);
    }
    if (error == null && state != END) {
      fail("unexpected end", base);
    }
    return error;
  }

  void feed(byte[] source, int offset, int length) {
    int end = offset + length;
    int at = offset;
    // Position in the document of index 0 of this array.
    long zero = base - offset;
    int rawFrom = offset;
    while (at < end && state != FAILED) {
      boolean rawBefore = rawField != null;
      switch (state) {
        case TEXT, KEY -> at = string(source, at, end, zero);
        case ATOM -> at = atom(source, at, end, zero);
        default -> at = structure(source, at, end, zero);
      }
      if (rawField != null && !rawBefore) {
        rawFrom = rawStart;
      } else if (rawBefore && rawField == null) {
        reader.raw(rawEnded, source, rawFrom, at - rawFrom);
      }
    }
    if (rawField != null && state != FAILED) {
      reader.raw(rawField, source, rawFrom, end - rawFrom);
    }
    base += length;
  }

  private int structure(byte[] source, int from, int end, long zero) {
    for (int at = from; at < end; at++) {
      int c = source[at];
      if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        continue;
      }
      switch (state) {
        case VALUE -> value(c, at, zero);
        case FIRST_ELEMENT -> {
          if (c == ']') {
            close();
          } else {
            value(c, at, zero);
          }
        }
        case FIRST_KEY, NEXT_KEY -> {
          if (c == '"') {
            state = KEY;
            keyLength = 0;
          } else if (c == '}' && state == FIRST_KEY) {
            close();
          } else {
            fail("expected a key", zero + at);
          }
        }
        case COLON -> {
          if (c == ':') {
            state = VALUE;
          } else {
            fail("expected ':'", zero + at);
          }
        }
        case AFTER -> after(c, zero + at);
        default -> fail("expected the end of the document", zero + at);
      }
      return at + 1 - (state == ATOM ? 1 : 0);
    }
    return end;
  }

  private void after(int c, long position) {
    boolean object = (objects >>> depth - 1 & 1) != 0;
    if (c == ',') {
      if (object) {
        state = NEXT_KEY;
      } else {
        state = VALUE;
        indexes[depth - 1]++;
        field = fields[depth - 1].element();
      }
    } else if (c == (object ? '}' : ']')) {
      close();
    } else {
      fail(object ? "expected ',' or '}'" : "expected ',' or ']'", position);
    }
  }

  private void value(int c, int at, long zero) {
    int kind = kind(c);
    if (kind == 0) {
      fail("expected a value", zero + at);
      return;
    }
    if (rawField == null && !field.allows(kind)) {
      mistyped();
      return;
    }
    if (rawField == null
        && kind != Field.NULL
        && (field.capture() == Capture.RAW_CONTENT || field.capture() == Capture.RAW_SEED)) {
      rawField = field;
      rawDepth = depth;
      rawStart = at;
      reader.beginRaw(field);
    }
    switch (kind) {
      case Field.STRING -> {
        state = TEXT;
        if (reads(Capture.CONTENT) || reads(Capture.TEXT)) {
          reader.beginText(field, zero + at);
        }
      }
      case Field.OBJECT, Field.ARRAY -> open(kind, zero + at);
      default -> {
        atom.begin();
        state = ATOM;
      }
    }
  }

  private boolean reads(Capture capture) {
    return rawField == null && field.capture() == capture;
  }

  private static int kind(int c) {
    return switch (c) {
      case '"' -> Field.STRING;
      case '{' -> Field.OBJECT;
      case '[' -> Field.ARRAY;
      case 't', 'f' -> Field.BOOLEAN;
      case 'n' -> Field.NULL;
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Field.NUMBER;
      default -> 0;
    };
  }

  private void open(int kind, long position) {
    if (depth == MAX_DEPTH) {
      fail("nested deeper than " + MAX_DEPTH, position);
      return;
    }
    Field opened = rawField == null ? field : Field.SKIP;
    if (opened != Field.SKIP) {
      reader.begin(opened, kind);
    }
    fields[depth] = opened;
    indexes[depth] = 0;
    boolean object = kind == Field.OBJECT;
    objects = object ? objects | 1L << depth : objects & ~(1L << depth);
    depth++;
    state = object ? FIRST_KEY : FIRST_ELEMENT;
    field = object ? Field.SKIP : opened.element();
  }

  private void close() {
    depth--;
    valueEnded();
  }

  private void valueEnded() {
    if (rawField != null && depth == rawDepth) {
      rawEnded = rawField;
      rawField = null;
    }
    state = depth == 0 ? END : AFTER;
  }

  /** The rest of a string; returns where to go on. */
  private int string(byte[] source, int from, int end, long zero) {
    int at = from;
    while (at < end) {
      if (escaping) {
        at = escape(source, at, end, zero);
        if (escaping || state == FAILED) {
          return at;
        }
        continue;
      }
      int run = at;
      at = special(source, at, end);
      piece(source, run, at - run);
      if (at == end) {
        return at;
      }
      int c = source[at++];
      if (c == '"') {
        endString(zero + at);
        return at;
      }
      if (c != '\\') {
        fail("control character in a string", zero + at - 1);
        return at;
      }
      escape.begin();
      escaping = true;
    }
    return at;
  }

  private int escape(byte[] source, int from, int end, long zero) {
    int at = from;
    while (at < end) {
      JsonEscape.Step step = escape.next(source[at]);
      switch (step) {
        case MORE -> at++;
        case DONE -> {
          piece(escape.bytes(), 0, escape.length());
          escaping = false;
          return at + 1;
        }
        case BEFORE -> {
          // A lone surrogate: what follows is not part of it.
          piece(escape.bytes(), 0, escape.length());
          escaping = false;
          return at;
        }
        default -> {
          fail("bad escape in a string", zero + at);
          return at;
        }
      }
    }
    return at;
  }

  private void piece(byte[] source, int offset, int length) {
    if (length == 0) {
      return;
    }
    if (state == KEY) {
      int kept = Math.min(length, MAX_KEY - Math.min(MAX_KEY, keyLength));
      System.arraycopy(source, offset, key, Math.min(keyLength, MAX_KEY), kept);
      keyLength += length;
    } else if (reads(Capture.CONTENT) || reads(Capture.TEXT)) {
      reader.text(field, source, offset, length);
    }
  }

  private void endString(long position) {
    if (state == KEY) {
      Field parent = fields[depth - 1];
      field = rawField != null || keyLength > MAX_KEY ? Field.SKIP : parent.child(key, keyLength);
      state = COLON;
      return;
    }
    if (reads(Capture.CONTENT) || reads(Capture.TEXT)) {
      reader.endText(field, position);
    }
    valueEnded();
  }

  /** Index of the next quote, backslash or control character, or {@code end}. */
  private static int special(byte[] source, int from, int end) {
    int at = from;
    for (; at + 8 <= end; at += 8) {
      long word = (long) LONGS.get(source, at);
      long quote = word ^ 0x22 * ONES;
      long slash = word ^ 0x5C * ONES;
      long found =
          ((quote - ONES & ~quote) | (slash - ONES & ~slash) | (word - 0x20 * ONES & ~word))
              & HIGHS;
      if (found != 0) {
        return at + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    while (at < end && source[at] != '"' && source[at] != '\\' && (source[at] & 0xFF) >= 0x20) {
      at++;
    }
    return at;
  }

  private int atom(byte[] source, int from, int end, long zero) {
    int at = from;
    while (at < end && atom.takes(source[at])) {
      at++;
    }
    if (atom.tooLong()) {
      fail("number too long", zero + at);
    } else if (at < end) {
      endAtom(zero + at);
    }
    return at;
  }

  private void endAtom(long position) {
    int kind = atom.kind();
    if (kind == 0) {
      fail("expected a value", position);
      return;
    }
    if (rawField == null && field.capture() != Capture.NONE) {
      if (kind == Field.NUMBER) {
        reader.number(field, atom.value(), atom.whole());
      } else if (kind == Field.BOOLEAN) {
        reader.bool(field, atom.isTrue());
      }
    }
    valueEnded();
  }

  private void fail(String cause, long position) {
    state = FAILED;
    error = cause + " at byte " + position;
  }

  private void mistyped() {
    state = FAILED;
    error = path() + ": expected " + field.expected();
    mistyped = true;
  }

  /** {@code messages[2].content}. */
  private String path() {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < depth; i++) {
      boolean array = (objects >>> i & 1) == 0;
      if (array) {
        path.append('[').append(indexes[i]).append(']');
      } else {
        Field below = i + 1 < depth ? fields[i + 1] : field;
        path.append(path.isEmpty() ? "" : ".").append(below.name());
      }
    }
    return path.isEmpty() ? root.name() : path.toString();
  }

  /** Whether the error is a value of the wrong kind rather than broken JSON. */
  boolean wrongKind() {
    return mistyped;
  }
}
