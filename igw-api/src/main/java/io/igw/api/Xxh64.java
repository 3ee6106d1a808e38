package io.igw.api;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** XXH64 with seed 0, as published by its author. Pure. */
final class Xxh64 {
  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Xxh64() {}

  @SuppressWarnings("ConstantOverflow") // the published algorithm wraps around
  static long hash(byte[] source, int offset, int length) {
    int at = offset;
    int end = offset + length;
    long h;
    if (length >= 32) {
      long v1 = P1 + P2;
      long v2 = P2;
      long v3 = 0;
      long v4 = -P1;
      int last = end - 32;
      do {
        v1 = round(v1, (long) LONGS.get(source, at));
        v2 = round(v2, (long) LONGS.get(source, at + 8));
        v3 = round(v3, (long) LONGS.get(source, at + 16));
        v4 = round(v4, (long) LONGS.get(source, at + 24));
        at += 32;
      } while (at <= last);
      h =
          Long.rotateLeft(v1, 1)
              + Long.rotateLeft(v2, 7)
              + Long.rotateLeft(v3, 12)
              + Long.rotateLeft(v4, 18);
      h = merge(merge(merge(merge(h, v1), v2), v3), v4);
    } else {
      h = P5;
    }
    h += length;
    for (; at + 8 <= end; at += 8) {
      h = eight(h, (long) LONGS.get(source, at));
    }
    if (at + 4 <= end) {
      h ^= ((int) INTS.get(source, at) & 0xFFFFFFFFL) * P1;
      h = Long.rotateLeft(h, 23) * P2 + P3;
      at += 4;
    }
    for (; at < end; at++) {
      h ^= (source[at] & 0xFF) * P5;
      h = Long.rotateLeft(h, 11) * P1;
    }
    return avalanche(h);
  }

  /** Hash of the 16 bytes {@code LE64(first) ‖ LE64(second)}. */
  static long hash(long first, long second) {
    return avalanche(eight(eight(P5 + 16, first), second));
  }

  private static long eight(long h, long lane) {
    return Long.rotateLeft(h ^ round(0, lane), 27) * P1 + P4;
  }

  private static long round(long accumulator, long lane) {
    return Long.rotateLeft(accumulator + lane * P2, 31) * P1;
  }

  private static long merge(long h, long v) {
    return (h ^ round(0, v)) * P1 + P4;
  }

  private static long avalanche(long hash) {
    long h = hash;
    h ^= h >>> 33;
    h *= P2;
    h ^= h >>> 29;
    h *= P3;
    return h ^ h >>> 32;
  }
}
