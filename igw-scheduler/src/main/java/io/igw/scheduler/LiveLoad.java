package io.igw.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Requests and tokens in flight by slot: the only mutable state that a cycle sees. Chunks never
 * move once made, so a lease may keep counting while the pool grows.
 *
 * <p><b>Threading.</b> Any thread adds and reads; only the pool's writer grows. An addition is one
 * atomic instruction, a read is opaque: it sees every reservation that happened before it and some
 * that happen at the same time. Wait-free.
 *
 * <p><b>Guarantee.</b> A slot is handed to another endpoint only when both of its counters are back
 * at zero, so a late release never lands on a stranger.
 */
final class LiveLoad {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int CHUNK_BITS = 10;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int MASK = CHUNK - 1;

  /** Per chunk: requests in the lower half, tokens in the upper. */
  private volatile long[][] chunks = {new long[2 * CHUNK]};

  /** Makes room for slots below {@code limit}; the pool's writer only. */
  void grow(int limit) {
    long[][] now = chunks;
    int needed = (limit + CHUNK - 1) >> CHUNK_BITS;
    if (needed <= now.length) {
      return;
    }
    long[][] grown = new long[needed][];
    System.arraycopy(now, 0, grown, 0, now.length);
    for (int i = now.length; i < needed; i++) {
      grown[i] = new long[2 * CHUNK];
    }
    chunks = grown;
  }

  void add(int slot, int requests, long tokens) {
    long[] chunk = chunks[slot >> CHUNK_BITS];
    if (requests != 0) {
      CELL.getAndAdd(chunk, slot & MASK, (long) requests);
    }
    if (tokens != 0) {
      CELL.getAndAdd(chunk, CHUNK + (slot & MASK), tokens);
    }
  }

  long requests(int slot) {
    return (long) CELL.getOpaque(chunks[slot >> CHUNK_BITS], slot & MASK);
  }

  long tokens(int slot) {
    return (long) CELL.getOpaque(chunks[slot >> CHUNK_BITS], CHUNK + (slot & MASK));
  }

  boolean idle(int slot) {
    return requests(slot) == 0 && tokens(slot) == 0;
  }

  void readRequests(int[] slots, int count, double[] into) {
    read(slots, count, 0, into);
  }

  void readTokens(int[] slots, int count, double[] into) {
    read(slots, count, CHUNK, into);
  }

  private void read(int[] slots, int count, int half, double[] into) {
    long[][] all = chunks;
    if (all.length == 1) {
      long[] chunk = all[0];
      for (int i = 0; i < count; i++) {
        into[i] = (long) CELL.getOpaque(chunk, half + slots[i]);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      into[i] = (long) CELL.getOpaque(all[slots[i] >> CHUNK_BITS], half + (slots[i] & MASK));
    }
  }
}
