package io.igw.runtime.parse;

/**
 * Hears what a {@link JsonScanner} finds. Arrays are only valid during the call; offsets count from
 * the first byte of the document.
 */
interface JsonSink {
  /** Kinds of values; a set of kinds is their sum. */
  int OBJECT = 1;

  int ARRAY = 2;
  int STRING = 4;
  int NUMBER = 8;
  int TRUE = 16;
  int FALSE = 32;
  int NULL = 64;
  int ANY = 127;

  /** The value is checked and nothing of it is told. */
  int SKIP = 0;

  /** The members, elements or decoded text of the value are told. */
  int READ = 1;

  /** The bytes of the value are told as they stand, brackets and quotes included. */
  int RAW = 2;

  /** As READ, for an array; plain numbers in it may be told in runs. */
  int RUNS = 3;

  /** A key, decoded; length -1 if it is longer than any that matters. */
  void key(byte[] source, int offset, int length);

  /** A value begins: how it is treated. */
  int begin(int kind, long at);

  /** The next bytes of a string that is read, or of a raw value. */
  void text(byte[] source, int offset, int length);

  /**
   * A number that is read: its value if it is whole and not negative (Long.MAX_VALUE if it is
   * larger), else -1.
   */
  void number(long whole);

  /**
   * May read elements of an array that is told in runs, each with the comma behind it; only called
   * where an element begins and not for the first.
   *
   * @return the position of the first element that was not read; {@code from} to read none
   */
  int numbers(byte[] source, int from, int end);

  /** A string, object or array that is read, or any raw value, has ended just before {@code at}. */
  void end(long at);
}
