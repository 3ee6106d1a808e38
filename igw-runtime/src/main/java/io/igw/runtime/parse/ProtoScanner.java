package io.igw.runtime.parse;

import org.jspecify.annotations.Nullable;

/**
 * Reads one protobuf message that arrives in pieces and tells a visitor of the fields of a table;
 * the rest is passed over by its length. Keeps no bytes: a length is only ever compared with what
 * is left of the message around it. Groups, which proto3 has not, are errors. Not thread-safe.
 */
final class ProtoScanner {
  /** Hears the fields of the table. */
  interface Visitor {
    /** A text, bytes, message or packed list begins. */
    void begin(ProtoField field);

    /** A number. */
    void number(ProtoField field, long value);

    /** The next bytes of a text or of bytes. */
    void bytes(ProtoField field, byte[] source, int offset, int length);

    /** What began has ended. */
    void end(ProtoField field);
  }

  static final int VARINT = 0;
  static final int DELIMITED = 2;
  private static final int FIXED_64 = 1;
  private static final int FIXED_32 = 5;

  /** Deeper than any table. */
  private static final int LEVELS = 8;

  private static final int MAX_SHIFT = 63;
  private static final int MAX_TAG_BITS = 35;

  /** What comes next. */
  private enum State {
    TAG,
    NUMBER,
    LENGTH,
    CONTENT,
    SKIPPED,
    PACKED
  }

  private final Visitor visitor;
  private final ProtoField[] open = new ProtoField[LEVELS];
  private final long[] ends = new long[LEVELS];
  private final Utf8 utf8 = new Utf8();
  private State state = State.TAG;
  private int depth;
  private long position;

  /** The field under way; null for one that is not read. */
  private @Nullable ProtoField field;

  private int number;

  /** Bits of the varint under way, and how many there are. */
  private long bits;

  private int shift;

  /** Where it began. */
  private long varintStart;

  /** Where the content under way ends. */
  private long contentEnd;

  private @Nullable String error;

  ProtoScanner(Visitor visitor) {
    this.visitor = visitor;
  }

  /** Starts a message; its length, -1 if unknown. */
  void start(ProtoField root, long length) {
    open[0] = root;
    ends[0] = length < 0 ? Long.MAX_VALUE : length;
    depth = 1;
    position = 0;
    shift = 0;
    bits = 0;
    state = State.TAG;
    field = null;
    error = null;
  }

  /** What is wrong if the message ends here, null if nothing. */
  @Nullable String error() {
    if (error != null) {
      return error;
    }
    boolean whole = depth == 1 && state == State.TAG && shift == 0;
    return whole ? null : "offset " + position + ": unexpected end of the message";
  }

  /** The next bytes; ignored behind an error. */
  void feed(byte[] s, int offset, int count) {
    int at = offset;
    int end = offset + count;
    while (error == null) {
      closeEnded();
      if (at == end) {
        return;
      }
      int stop = (int) Math.min(end, at + Math.min(Integer.MAX_VALUE, ends[depth - 1] - position));
      if (stop == at) {
        fail("a field reaches beyond its message", shift == 0 ? position : varintStart);
        continue;
      }
      int next =
          switch (state) {
            case TAG, NUMBER, LENGTH -> varint(s, at, stop);
            case PACKED -> packed(s, at, stop);
            case CONTENT, SKIPPED -> content(s, at, stop);
          };
      position += next - at;
      at = next;
    }
  }

  private void closeEnded() {
    if (state == State.SKIPPED && position == contentEnd) {
      state = State.TAG;
    }
    while (depth > 1
        && shift == 0
        && position == ends[depth - 1]
        && (state == State.TAG || state == State.PACKED)) {
      ProtoField ended = open[--depth];
      state = State.TAG;
      visitor.end(ended);
    }
  }

  /** Reads on in a varint; acts on it when it is whole. */
  private int varint(byte[] s, int from, int stop) {
    int at = from;
    if (shift == 0) {
      varintStart = position;
    }
    while (at < stop) {
      byte b = s[at++];
      if (shift >= MAX_SHIFT && (b & 0xFE) != 0) {
        fail("a number of more than 64 bits", varintStart);
        return at;
      }
      bits |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        long value = bits;
        int width = shift;
        bits = 0;
        shift = 0;
        whole(value, width, position + (at - from));
        return at;
      }
      shift += 7;
    }
    return at;
  }

  private void whole(long value, int width, long behind) {
    switch (state) {
      case TAG -> tag(value, width, behind);
      case LENGTH -> length(value, behind);
      case PACKED -> visitor.number(open[depth - 1], value);
      default -> {
        if (field != null) {
          visitor.number(field, value);
        }
        state = State.TAG;
      }
    }
  }

  private void tag(long value, int width, long behind) {
    number = (int) (value >>> 3);
    if (width > MAX_TAG_BITS || value >>> Integer.SIZE != 0 || number == 0) {
      fail("no field has such a number", varintStart);
      return;
    }
    int wireType = (int) value & 7;
    field = open[depth - 1].member(number, wireType);
    switch (wireType) {
      case VARINT -> state = State.NUMBER;
      case DELIMITED -> state = State.LENGTH;
      case FIXED_64, FIXED_32 -> {
        state = State.SKIPPED;
        contentEnd = behind + (wireType == FIXED_64 ? Long.BYTES : Integer.BYTES);
      }
      default -> fail("wire type " + wireType, varintStart);
    }
  }

  private void length(long length, long behind) {
    if (length < 0 || length > ends[depth - 1] - behind) {
      fail("a field reaches beyond its message", varintStart);
      return;
    }
    contentEnd = behind + length;
    ProtoField begun = field;
    if (begun == null) {
      state = length == 0 ? State.TAG : State.SKIPPED;
      return;
    }
    visitor.begin(begun);
    if (begun.kind == ProtoField.Kind.MESSAGE || begun.kind == ProtoField.Kind.NUMBERS) {
      open[depth] = begun;
      ends[depth++] = contentEnd;
      state = begun.kind == ProtoField.Kind.MESSAGE ? State.TAG : State.PACKED;
      return;
    }
    utf8.start();
    state = State.CONTENT;
    if (length == 0) {
      endContent(begun);
    }
  }

  private int content(byte[] s, int at, int stop) {
    int part = (int) Math.min(stop - at, contentEnd - position);
    ProtoField told = field;
    if (state == State.CONTENT && told != null) {
      int wrong = told.kind == ProtoField.Kind.TEXT ? notUtf8(s, at, at + part) : -1;
      if (wrong >= 0) {
        fail("expected UTF-8", position + wrong - at);
        return at + part;
      }
      visitor.bytes(told, s, at, part);
    }
    if (position + part == contentEnd) {
      endContent(told);
    }
    return at + part;
  }

  private void endContent(@Nullable ProtoField ended) {
    boolean told = state == State.CONTENT && ended != null;
    state = State.TAG;
    if (told && ended != null) {
      if (ended.kind == ProtoField.Kind.TEXT && utf8.open()) {
        fail("expected UTF-8", contentEnd);
      } else {
        visitor.end(ended);
      }
    }
  }

  /** Position of the first byte that is no UTF-8, -1 if there is none. */
  private int notUtf8(byte[] s, int from, int end) {
    int at = from;
    while (at < end) {
      if (s[at] >= 0 && !utf8.open()) {
        at++;
      } else {
        at = utf8.scan(s, at, end);
        if (at < 0) {
          return ~at;
        }
      }
    }
    return -1;
  }

  /** Numbers of a packed list: most lie whole in the piece. */
  private int packed(byte[] s, int from, int stop) {
    ProtoField list = open[depth - 1];
    int at = from;
    if (shift == 0) {
      while (stop - at >= 4) {
        int first = s[at];
        if (first >= 0) {
          visitor.number(list, first);
          at++;
          continue;
        }
        int second = s[at + 1];
        int two = first & 0x7F | (second & 0x7F) << 7;
        if (second >= 0) {
          visitor.number(list, two);
          at += 2;
          continue;
        }
        int third = s[at + 2];
        if (third < 0) {
          break;
        }
        visitor.number(list, two | third << 14);
        at += 3;
      }
    }
    if (at > from) {
      return at;
    }
    return varint(s, at, stop);
  }

  /** What is wrong in a message that may be another is passed over with it. */
  private void fail(String what, long at) {
    for (int level = depth - 1; level > 0; level--) {
      if (open[level].lenient) {
        contentEnd = ends[level];
        depth = level;
        field = null;
        bits = 0;
        shift = 0;
        state = State.SKIPPED;
        return;
      }
    }
    error = "offset " + at + ": field " + number + ": " + what;
  }
}
