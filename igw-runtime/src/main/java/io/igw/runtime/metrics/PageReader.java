package io.igw.runtime.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Finds the sample lines of needed families in a metrics page that arrives in pieces of any size.
 *
 * <p>A line is followed along the {@link FamilyTrie} until a byte leaves it; the rest of an
 * unneeded line is then skipped eight bytes at a time. Only the tail of a needed line that a cut
 * runs through is copied. The result does not depend on the cuts (epp-protocol.md MS-6, MS-13,
 * MS-14).
 *
 * <p><b>Threading.</b> One thread at a time; reused from page to page.
 *
 * <p><b>Cost.</b> Nothing per unneeded line but the scan; memory is bounded by {@link
 * #MAX_LINE_BYTES}.
 */
final class PageReader {
  /** A longer needed line is skipped and counted as malformed. */
  static final int MAX_LINE_BYTES = 64 * 1024;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long NEWLINES = 0x0A0A0A0A0A0A0A0AL;
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private enum State {
    /** Before the first byte of a line that is no blank. */
    LINE_START,
    /** Within a name that may be a needed one. */
    NAME,
    /** Behind a needed name. */
    SAMPLE,
    /** Within a line that nobody needs. */
    SKIP
  }

  private final FamilyTrie trie;
  private final Family[] families;
  private final Readings readings;
  private final SampleReader samples;

  private State state = State.LINE_START;
  private int node;
  private int family;
  private byte[] kept = new byte[256];
  private int keptLength;

  /** A reader of one engine's families. */
  PageReader(FamilyTrie trie, Family[] families, Readings readings) {
    this.trie = trie;
    this.families = families;
    this.readings = readings;
    this.samples = new SampleReader(readings);
  }

  /** Starts a page; whatever an aborted one left is forgotten. */
  void begin() {
    state = State.LINE_START;
    keptLength = 0;
  }

  /** Reads the next piece; the array is only read during the call. */
  void read(byte[] source, int offset, int length) {
    int end = offset + length;
    int p = offset;
    while (p < end) {
      switch (state) {
        case LINE_START -> {
          byte b = source[p];
          if (b == '\n' || SampleReader.isBlank(b)) {
            p++;
          } else {
            node = FamilyTrie.ROOT;
            state = State.NAME;
          }
        }
        case NAME -> p = name(source, p, end);
        case SAMPLE -> p = sample(source, p, end);
        case SKIP -> {
          p = newline(source, p, end);
          if (p < end) {
            state = State.LINE_START;
          }
        }
      }
    }
  }

  /** Ends the page; a last line without newline counts. */
  void end() {
    if (state == State.SAMPLE || (state == State.NAME && trie.family(node) >= 0)) {
      if (state == State.SAMPLE) {
        samples.read(families[family], kept, 0, keptLength);
      } else {
        readings.malformed();
      }
    }
    begin();
  }

  private int name(byte[] source, int from, int end) {
    int n = node;
    for (int p = from; p < end; p++) {
      byte b = source[p];
      int next = trie.child(n, b);
      if (next < 0) {
        int found = trie.family(n);
        boolean needed = found >= 0 && (b == '{' || b == '\n' || SampleReader.isBlank(b));
        family = found;
        state = needed ? State.SAMPLE : State.SKIP;
        return p;
      }
      n = next;
    }
    node = n;
    return end;
  }

  private int sample(byte[] source, int from, int end) {
    int p = newline(source, from, end);
    if (keptLength + p - from > MAX_LINE_BYTES) {
      readings.malformed();
      keptLength = 0;
      state = State.SKIP;
      return p;
    }
    if (p < end && keptLength == 0) {
      samples.read(families[family], source, from, p);
      state = State.LINE_START;
      return p;
    }
    keep(source, from, p);
    if (p < end) {
      samples.read(families[family], kept, 0, keptLength);
      keptLength = 0;
      state = State.LINE_START;
    }
    return p;
  }

  private void keep(byte[] source, int from, int to) {
    int needed = keptLength + to - from;
    if (needed > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(needed, kept.length * 2));
    }
    System.arraycopy(source, from, kept, keptLength, to - from);
    keptLength = needed;
  }

  /** Position of the next newline, or {@code to}. */
  static int newline(byte[] source, int from, int to) {
    int p = from;
    for (; p + Long.BYTES <= to; p += Long.BYTES) {
      // A byte of word is zero where there is a newline; the lowest high bit set marks the first.
      long word = (long) LONGS.get(source, p) ^ NEWLINES;
      long zeros = (word - ONES) & ~word & HIGH_BITS;
      if (zeros != 0) {
        return p + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
    }
    while (p < to && source[p] != '\n') {
      p++;
    }
    return p;
  }
}
