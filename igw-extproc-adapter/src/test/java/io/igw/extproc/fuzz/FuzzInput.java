package io.igw.extproc.fuzz;

import java.util.Arrays;

/**
 * The bytes of one fuzz input, read from the front. Choices are letters, {@code a} for the first,
 * and counts are digits, so that inputs can be written by hand; every other byte means something
 * too. Behind the end all choices are the first and all counts zero.
 */
public final class FuzzInput {
  private final byte[] bytes;
  private int at;

  /** An input that is not changed. */
  public FuzzInput(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Whether bytes are left. */
  public boolean more() {
    return at < bytes.length;
  }

  /** One of so many: {@code a} is 0. */
  public int choice(int of) {
    return more() ? Math.floorMod(bytes[at++] - 'a', of) : 0;
  }

  /** A small number: {@code 0} is 0, {@code :} is 10; at most 255. */
  public int count() {
    return more() ? bytes[at++] - '0' & 0xFF : 0;
  }

  /** The next bytes, as many as there are. */
  public byte[] take(int length) {
    int from = at;
    at = Math.min(bytes.length, at + length);
    return Arrays.copyOfRange(bytes, from, at);
  }

  /** All bytes that are left. */
  public byte[] rest() {
    return take(bytes.length - at);
  }

  /** Lengths of pieces, for {@link Cuts}: at most 15, how many comes first. */
  public Cuts cuts() {
    int[] lengths = new int[count() & 15];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = count();
    }
    return new Cuts(lengths);
  }
}
