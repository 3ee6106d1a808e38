package io.igw.runtime.parse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one place of a JSON document means: which kinds of values may stand there, what is done with
 * them, and the fields below it. Immutable but for {@link #elements}, which closes recursive tables
 * while they are built.
 */
final class Field {
  static final int STRING = 1;
  static final int NUMBER = 2;
  static final int BOOLEAN = 4;
  static final int NULL = 8;
  static final int OBJECT = 16;
  static final int ARRAY = 32;
  static final int ANY = 63;

  /** A value that nobody reads. */
  static final Field SKIP = new Field("", ANY, Capture.NONE, 0);

  /** What is done with a value. */
  enum Capture {
    /** Looked through for fields below it, else nothing. */
    NONE,
    /** A string is prompt content. */
    CONTENT,
    /** The bytes as they stand are prompt content. */
    RAW_CONTENT,
    /** The bytes as they stand go into the digest that seeds the chain. */
    RAW_SEED,
    /** A string that is kept. */
    TEXT,
    /** A number or boolean that is kept. */
    SCALAR
  }

  private final String name;
  private final byte[] key;
  private final int kinds;
  private final Capture capture;
  private final int id;
  private Field[] below = {};
  private @Nullable Field element;

  Field(String name, int kinds, Capture capture, int id) {
    this.name = name;
    this.key = name.getBytes(StandardCharsets.UTF_8);
    this.kinds = kinds;
    this.capture = capture;
    this.id = id;
  }

  /** The fields of an object that stands here; others are skipped. */
  Field fields(Field... below) {
    this.below = below;
    return this;
  }

  /** The elements of an array that stands here. */
  Field elements(Field element) {
    this.element = element;
    return this;
  }

  String name() {
    return name;
  }

  /** Whether a value of this kind may stand here. */
  boolean allows(int kind) {
    return (kinds & kind) != 0;
  }

  Capture capture() {
    return capture;
  }

  /** What the reader knows the value by; for content, the kind of border before it. */
  int id() {
    return id;
  }

  Field element() {
    return element == null ? SKIP : element;
  }

  Field child(byte[] source, int length) {
    for (Field field : below) {
      if (field.key.length == length && Arrays.equals(field.key, 0, length, source, 0, length)) {
        return field;
      }
    }
    return SKIP;
  }

  boolean hasFields() {
    return below.length > 0;
  }

  /** {@code string or array}. */
  String expected() {
    StringBuilder text = new StringBuilder();
    String[] names = {"string", "number", "boolean", "null", "object", "array"};
    for (int bit = 0; bit < names.length; bit++) {
      if ((kinds >> bit & 1) != 0) {
        text.append(text.isEmpty() ? "" : " or ").append(names[bit]);
      }
    }
    return text.toString();
  }
}
