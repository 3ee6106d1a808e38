package io.igw.runtime.parse;

/** Hears what a {@link JsonScanner} finds in the fields that somebody reads. */
interface JsonReader {
  /** An object, array or element begins; {@code kind} as in {@link Field}. */
  default void begin(Field field, int kind) {}

  /** A string value begins at this offset of the document: its opening quote. */
  default void beginText(Field field, long offset) {}

  /** The next decoded bytes of a string value. */
  default void text(Field field, byte[] source, int offset, int length) {}

  /** The string value has ended; the offset is just behind its closing quote. */
  default void endText(Field field, long offset) {}

  /**
   * A number; {@code whole}: it is a whole number from 0 that fits a long, and {@code value} is it.
   */
  default void number(Field field, long value, boolean whole) {}

  /** A boolean. */
  default void bool(Field field, boolean value) {}

  /** The next bytes of a value as they stand. */
  default void raw(Field field, byte[] source, int offset, int length) {}

  /** A value as it stands begins. */
  default void beginRaw(Field field) {}
}
