package io.igw.runtime;

/** Checks of numbers that embedders set: what is wrong is named with what was expected. */
final class Ranges {
  private Ranges() {}

  /** {@code value} if it is in {@code least..most}; no bound above if that is the greatest long. */
  static long in(String name, long value, long least, long most) {
    if (value < least || value > most) {
      String expected = most == Long.MAX_VALUE ? ">= " + least : least + ".." + most;
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
    return value;
  }
}
