package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import io.igw.api.EndpointSubset;
import io.igw.spi.Candidates;
import java.util.Arrays;

/**
 * Candidates as ordinals in ascending order; no array at all while nothing is filtered. Narrowing
 * writes into another buffer than the one that is read or saved, so that a test sees its positions
 * unchanged and a filter that fails half-way is undone at no cost. Reused from cycle to cycle; one
 * thread at a time.
 */
final class CandidateSet implements Candidates {
  /** Numbers the contents of the candidate sets of one workspace: equal number, equal content. */
  static final class Contents {
    private long last;

    long next() {
      return ++last;
    }
  }

  private static final int[] NONE = {};

  private final Contents contents;
  private int total;
  private int size;
  private boolean all;
  private long content;
  private int[] ordinals = NONE;

  private int savedSize;
  private boolean savedAll;
  private long savedContent;
  private int[] saved = NONE;

  private final int[][] buffers = {NONE, NONE, NONE};
  private boolean[] flags = {};
  private boolean open;

  CandidateSet(Contents contents) {
    this.contents = contents;
  }

  /** Every endpoint of a snapshot. */
  void reset(int endpoints) {
    total = endpoints;
    size = endpoints;
    all = true;
    open = false;
  }

  /** What another set holds, without sharing its arrays. */
  void copy(CandidateSet other) {
    reset(other.total);
    if (!other.all) {
      ordinals = room(0);
      System.arraycopy(other.ordinals, 0, ordinals, 0, other.size);
      size = other.size;
      all = false;
      content = other.content;
    }
  }

  /** Keeps what the data plane allows. */
  void retain(EndpointSubset subset, EndpointSnapshot snapshot) {
    int[] to = target();
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int ordinal = ordinal(i);
      if (subset.contains(snapshot.endpoint(ordinal).host(), snapshot.endpoint(ordinal).port())) {
        to[kept++] = ordinal;
      }
    }
    narrow(to, kept);
  }

  /** Lets a filter narrow; {@link #undo} restores what is here now. */
  void open() {
    savedSize = size;
    savedAll = all;
    savedContent = content;
    saved = ordinals;
    open = true;
  }

  void close() {
    open = false;
  }

  void undo() {
    size = savedSize;
    all = savedAll;
    content = savedContent;
    ordinals = saved;
  }

  /** Equal for two sets of one workspace only if they hold the same; meaningless while all. */
  long content() {
    return content;
  }

  /** Whether these are exactly the candidates with the given ordinals; not while all. */
  boolean equalTo(int[] others) {
    return size == others.length && Arrays.equals(ordinals, 0, size, others, 0, size);
  }

  /** A copy of the ordinals; not while all. */
  int[] ordinals() {
    return Arrays.copyOf(ordinals, size);
  }

  @Override
  public void gather(double[] byOrdinal, double[] byPosition) {
    if (all) {
      System.arraycopy(byOrdinal, 0, byPosition, 0, size);
      return;
    }
    int[] from = ordinals;
    for (int i = 0; i < size; i++) {
      byPosition[i] = byOrdinal[from[i]];
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean all() {
    return all;
  }

  @Override
  public int ordinal(int position) {
    if (position < 0 || position >= size) {
      throw new IndexOutOfBoundsException(
          "position: " + position + " (expected: 0.." + (size - 1) + ")");
    }
    return all ? position : ordinals[position];
  }

  @Override
  public void retain(long[] ordinalBits) {
    requireOpen();
    int[] to = target();
    narrow(to, all ? takeBits(ordinalBits, to) : testBits(ordinalBits, to));
  }

  private int takeBits(long[] bits, int[] to) {
    int kept = 0;
    int words = Math.min(bits.length, (total + 63) >>> 6);
    for (int w = 0; w < words; w++) {
      long word = bits[w];
      int beyond = ((w + 1) << 6) - total;
      if (beyond > 0) {
        word &= -1L >>> beyond;
      }
      while (word != 0) {
        to[kept++] = (w << 6) + Long.numberOfTrailingZeros(word);
        word &= word - 1;
      }
    }
    return kept;
  }

  private int testBits(long[] bits, int[] to) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int ordinal = ordinals[i];
      int word = ordinal >>> 6;
      if (word < bits.length && (bits[word] >>> ordinal & 1) != 0) {
        to[kept++] = ordinal;
      }
    }
    return kept;
  }

  @Override
  public void retainIf(PositionTest test) {
    requireOpen();
    int[] to = target();
    int kept = 0;
    open = false; // A test that narrows in turn would write into the same buffer.
    for (int i = 0; i < size; i++) {
      if (test.keep(i)) {
        to[kept++] = all ? i : ordinals[i];
      }
    }
    open = true;
    narrow(to, kept);
  }

  @Override
  public boolean[] flags() {
    if (flags.length < total) {
      flags = new boolean[total];
    }
    return flags;
  }

  @Override
  public void retain(boolean[] byPosition) {
    requireOpen();
    int[] to = target();
    int kept = 0;
    for (int i = 0; i < size; i++) {
      // Written in any case: cheaper than a branch on what no processor foresees.
      to[kept] = all ? i : ordinals[i];
      kept += byPosition[i] ? 1 : 0;
    }
    narrow(to, kept);
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException("candidates can be narrowed by a filter only");
    }
  }

  private void narrow(int[] to, int kept) {
    if (kept == size) {
      return;
    }
    ordinals = to;
    size = kept;
    all = false;
    content = contents.next();
  }

  /** A buffer that holds neither the current nor the saved candidates. */
  private int[] target() {
    for (int b = 0; b < buffers.length; b++) {
      if (buffers[b] != ordinals && buffers[b] != saved || buffers[b].length == 0) {
        return room(b);
      }
    }
    throw new AssertionError("three buffers, two in use");
  }

  private int[] room(int b) {
    if (buffers[b].length < total) {
      buffers[b] = new int[total];
    }
    return buffers[b];
  }
}
