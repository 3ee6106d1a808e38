package io.igw.scheduler;

import io.igw.spi.Candidates;

/** Ordinals still eligible, ascending. Reused from cycle to cycle; one thread. */
final class CandidateSet implements Candidates {
  private int[] ordinals = {};
  private int size;
  private boolean all;
  private int version;

  /** Every ordinal below {@code count}. */
  void fill(int count) {
    size = count;
    all = true;
    version++;
  }

  void copy(CandidateSet other) {
    size = other.size;
    all = other.all;
    version++;
    if (!all) {
      reserve(size);
      System.arraycopy(other.ordinals, 0, ordinals, 0, size);
    }
  }

  /** Grows with every change: what was gathered under another version is stale. */
  int version() {
    return version;
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
    return all ? position : ordinals[position];
  }

  @Override
  public void retain(long[] ordinalBits) {
    materialise();
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int ordinal = ordinals[i];
      int word = ordinal >> 6;
      if (word < ordinalBits.length && (ordinalBits[word] >>> ordinal & 1) != 0) {
        ordinals[kept++] = ordinal;
      }
    }
    shrink(kept);
  }

  @Override
  public void retainIf(PositionTest test) {
    // Kept ordinals move down only behind the position under test, and the gathered columns stay as
    // they are
    // until the version changes, so the test sees the positions it was given.
    materialise();
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int ordinal = ordinals[i];
      if (test.keep(i)) {
        ordinals[kept++] = ordinal;
      }
    }
    shrink(kept);
  }

  /** Copies the ordinals out, so that a filter's input can be restored. */
  int[] save(int[] room) {
    int[] saved = room.length >= size ? room : new int[Math.max(size, 16)];
    if (!all) {
      System.arraycopy(ordinals, 0, saved, 0, size);
    }
    return saved;
  }

  void restore(int[] saved, int savedSize, boolean savedAll) {
    size = savedSize;
    all = savedAll;
    if (!savedAll) {
      System.arraycopy(saved, 0, ordinals, 0, savedSize);
    }
    version++;
  }

  void gather(double[] byOrdinal, double[] byPosition) {
    for (int i = 0; i < size; i++) {
      byPosition[i] = byOrdinal[ordinals[i]];
    }
  }

  private void materialise() {
    if (all) {
      reserve(size);
      for (int i = 0; i < size; i++) {
        ordinals[i] = i;
      }
    }
  }

  private void shrink(int kept) {
    if (kept < size) {
      size = kept;
      all = false;
      version++;
    }
  }

  private void reserve(int count) {
    if (ordinals.length < count) {
      ordinals = new int[Math.max(count, 2 * ordinals.length)];
    }
  }
}
