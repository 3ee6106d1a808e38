package io.igw.extproc.fuzz;

import java.util.Arrays;

/**
 * Feeds bytes in pieces whose lengths come round again and again; without any, byte by byte. Each
 * piece stands in the middle of an array that is overwritten afterwards.
 */
public class Cuts {
  /** As one piece, from the array itself. */
  static final Cuts NONE =
      new Cuts() {
        @Override
        public void feed(byte[] bytes, Feed feed) {
          feed.feed(bytes, 0, bytes.length);
        }
      };

  private static final int FRAME = 3;
  private static final int[] SINGLE = {1};

  private final int[] lengths;

  Cuts(int... lengths) {
    this.lengths = Arrays.stream(lengths).sum() == 0 ? SINGLE : lengths;
  }

  /** Takes a piece. */
  @FunctionalInterface
  public interface Feed {
    /** The next bytes. */
    void feed(byte[] source, int offset, int length);
  }

  /** Feeds all bytes. */
  public void feed(byte[] bytes, Feed feed) {
    int from = 0;
    for (int i = 0; from < bytes.length; i++) {
      int length = Math.min(lengths[i % lengths.length], bytes.length - from);
      byte[] piece = new byte[length + 2 * FRAME];
      Arrays.fill(piece, (byte) '"');
      System.arraycopy(bytes, from, piece, FRAME, length);
      feed.feed(piece, FRAME, length);
      Arrays.fill(piece, (byte) '}');
      from += length;
    }
  }
}
