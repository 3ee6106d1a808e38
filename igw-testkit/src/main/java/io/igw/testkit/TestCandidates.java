package io.igw.testkit;

import io.igw.spi.Candidates;
import java.util.Arrays;

/** Candidates of a {@link TestCycle}; a change takes effect when the call that makes it returns. */
final class TestCandidates implements Candidates {
  private final int[] ordinals;
  private final int[] kept;
  private final boolean[] flags;
  private int size;
  private boolean inOrder = true;

  TestCandidates(int poolSize) {
    this.ordinals = new int[poolSize];
    this.kept = new int[poolSize];
    this.flags = new boolean[poolSize];
    Arrays.setAll(ordinals, i -> i);
    this.size = poolSize;
  }

  void only(int[] wanted) {
    int[] sorted = Arrays.stream(wanted).sorted().distinct().toArray();
    if (sorted.length > 0 && (sorted[0] < 0 || sorted[sorted.length - 1] >= ordinals.length)) {
      throw new IllegalArgumentException(
          "ordinals: " + Arrays.toString(wanted) + " (expected: 0.." + (ordinals.length - 1) + ")");
    }
    System.arraycopy(sorted, 0, ordinals, 0, sorted.length);
    size = sorted.length;
    inOrder = true;
  }

  /** As {@link #only} but in the given order, which no scheduler would choose. */
  void inOrder(int[] wanted) {
    only(wanted);
    System.arraycopy(wanted, 0, ordinals, 0, wanted.length);
    inOrder = false;
  }

  /** All again, at no cost in memory. */
  void everyone() {
    size = ordinals.length;
    for (int i = 0; i < size; i++) {
      ordinals[i] = i;
    }
    inOrder = true;
  }

  int[] ordinals() {
    return Arrays.copyOf(ordinals, size);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean all() {
    return inOrder && size == ordinals.length;
  }

  @Override
  public int ordinal(int position) {
    if (position < 0 || position >= size) {
      throw new IndexOutOfBoundsException("position: " + position + " (expected: < " + size + ")");
    }
    return ordinals[position];
  }

  @Override
  public void retain(long[] ordinalBits) {
    retainIf(i -> {
      int word = ordinals[i] >> 6;
      return word < ordinalBits.length && (ordinalBits[word] >>> ordinals[i] & 1) != 0;
    });
  }

  @Override
  public boolean[] flags() {
    return flags;
  }

  @Override
  public void retain(boolean[] byPosition) {
    retainIf(i -> byPosition[i]);
  }

  @Override
  public void retainIf(PositionTest test) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (test.keep(i)) {
        kept[count++] = ordinals[i];
      }
    }
    System.arraycopy(kept, 0, ordinals, 0, count);
    size = count;
  }
}
