package io.igw.runtime.parse;

import org.jspecify.annotations.Nullable;

/**
 * Follows a table of {@link Field}s through a document: hands known values to a visitor, passes
 * over the rest, and names the path of a value of the wrong kind. A wrong value is forgotten when
 * its key comes again at the top, since the last of equal keys counts.
 */
final class FieldWalker implements JsonSink {
  /** Acts on known values. */
  interface Visitor {
    /** A value begins; false to pass over it. */
    boolean begin(Field field, int kind, long at);

    /** The next bytes of a string or raw value. */
    void text(Field field, byte[] source, int offset, int length);

    /** A number, as {@link JsonSink#number}. */
    void number(Field field, long whole);

    /**
     * May read a run of elements, as {@link JsonSink#numbers}; {@code field} is the element.
     *
     * @return the position of the first that was not read, and the number of those that were in the
     *     upper half
     */
    default long numbers(Field field, byte[] source, int from, int end) {
      return from;
    }

    /** A string, list, object or raw value has ended. */
    void end(Field field, long at);
  }

  /** Deeper than any table. */
  private static final int LEVELS = 10;

  private final Visitor visitor;
  private final Field root;
  private final Field[] open = new Field[LEVELS];
  private final int[] indexes = new int[LEVELS];
  private int depth;

  /** The member whose key was read, null if it is unknown. */
  private @Nullable Field named;

  /** The string or raw value under way, null if none is. */
  private @Nullable Field scalar;

  private @Nullable String error;

  /** The top-level field that holds the wrong value. */
  private @Nullable Field wrong;

  FieldWalker(Field root, Visitor visitor) {
    this.root = root;
    this.visitor = visitor;
  }

  /** Starts another document. */
  void reset() {
    depth = 0;
    scalar = null;
    error = null;
    wrong = null;
  }

  /** Path and expectation of the first value that is wrong, null if none is. */
  @Nullable String error() {
    return error;
  }

  /** Reports the value under way, or the one that begins, as wrong. */
  void fail(Field field, String expectation) {
    if (error != null) {
      return;
    }
    StringBuilder path = new StringBuilder();
    for (int level = 0; level < depth; level++) {
      Field next = level + 1 < depth ? open[level + 1] : field;
      if (!next.name.isEmpty()) {
        path.append(path.length() == 0 ? "" : ".").append(next.name);
      } else {
        path.append('[').append(indexes[level]).append(']');
      }
    }
    error = path.append(": ").append(expectation).toString();
    wrong = depth > 1 ? open[1] : field;
  }

  @Override
  public void key(byte[] source, int offset, int length) {
    named = open[depth - 1].member(source, offset, length);
  }

  @Override
  public int begin(int kind, long at) {
    Field field = next();
    if (field == null) {
      return SKIP;
    }
    if (error != null) {
      if (depth != 1 || field != wrong) {
        return SKIP;
      }
      error = null;
    }
    if ((field.accepted & kind) == 0) {
      fail(field, field.expectation());
      return SKIP;
    }
    if (!visitor.begin(field, kind, at)) {
      return SKIP;
    }
    int treatment = field.treatment(kind);
    if (treatment == READ && (kind & (OBJECT | ARRAY)) != 0) {
      indexes[depth] = -1;
      open[depth++] = field;
      if (field.isListOfNumbers() && kind == ARRAY) {
        return RUNS;
      }
    } else if (treatment != SKIP) {
      scalar = field;
    }
    return treatment;
  }

  private @Nullable Field next() {
    if (depth == 0) {
      return root;
    }
    Field parent = open[depth - 1];
    if (parent.isList()) {
      indexes[depth - 1]++;
      return parent.element();
    }
    return named;
  }

  @Override
  public void text(byte[] source, int offset, int length) {
    if (scalar != null) {
      visitor.text(scalar, source, offset, length);
    }
  }

  @Override
  public void number(long whole) {
    if (scalar != null) {
      Field field = scalar;
      scalar = null;
      visitor.number(field, whole);
    }
  }

  @Override
  public int numbers(byte[] source, int from, int end) {
    if (error != null) {
      return from;
    }
    long read = visitor.numbers(open[depth - 1].element(), source, from, end);
    indexes[depth - 1] += (int) (read >>> Integer.SIZE);
    return (int) read;
  }

  @Override
  public void end(long at) {
    Field field = scalar;
    if (field == null) {
      field = open[--depth];
    }
    scalar = null;
    visitor.end(field, at);
  }
}
