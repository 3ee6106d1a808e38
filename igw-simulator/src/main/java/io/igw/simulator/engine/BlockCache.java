package io.igw.simulator.engine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * KV blocks of an engine: those that jobs own, those that jobs share by hash, and those that nobody
 * uses but that still hold a prefix. When a block is needed and none is free, the least recently
 * used one of the latter goes. One thread.
 */
final class BlockCache {
  /** A block with a known prefix; in the list of unused ones while {@code users} is 0. */
  private static final class Block {
    final long hash;
    int users;
    @Nullable Block older;
    @Nullable Block newer;

    Block(long hash) {
      this.hash = hash;
    }
  }

  private final int capacity;
  private final Map<Long, Block> byHash = new HashMap<>();
  private @Nullable Block oldest;
  private @Nullable Block newest;
  private int unused;
  private int owned;

  BlockCache(int capacity) {
    this.capacity = capacity;
  }

  /** Leading blocks that are cached. */
  int match(long[] hashes) {
    int held = 0;
    while (held < hashes.length && byHash.containsKey(hashes[held])) {
      held++;
    }
    return held;
  }

  /** How many more blocks could be had, besides those that a job is about to share. */
  int available() {
    return capacity - (byHash.size() - unused) - owned;
  }

  /** A job begins to use a cached block. */
  void share(long hash) {
    Block block = byHash.get(hash);
    if (block == null) {
      throw new IllegalStateException("not cached");
    }
    if (block.users++ == 0) {
      unlink(block);
    }
  }

  /** Blocks among the first {@code count} that nobody uses: sharing them takes them away. */
  int unusedOf(long[] hashes, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      Block block = byHash.get(hashes[i]);
      found += block != null && block.users == 0 ? 1 : 0;
    }
    return found;
  }

  /** Takes blocks for a job; only if that many are {@link #available}. */
  void take(int count) {
    owned += count;
    while (byHash.size() + owned > capacity) {
      Block victim = oldest;
      if (victim == null) {
        throw new IllegalStateException("more blocks taken than there are");
      }
      unlink(victim);
      byHash.remove(victim.hash);
    }
  }

  /** Gives a job's own blocks back. */
  void give(int count) {
    owned -= count;
  }

  /**
   * A job's own block has become a full block of a known prefix: it can be shared from now on, and
   * its job shares it. If another job was faster, the two become one.
   */
  void publish(long hash) {
    owned--;
    Block block = byHash.get(hash);
    if (block == null) {
      block = new Block(hash);
      block.users = 1;
      byHash.put(hash, block);
    } else if (block.users++ == 0) {
      unlink(block);
    }
  }

  /** A job no longer uses a shared block; it stays cached until its place is needed. */
  void release(long hash) {
    Block block = byHash.get(hash);
    if (block == null || block.users == 0) {
      throw new IllegalStateException("released more often than shared");
    }
    if (--block.users == 0) {
      link(block);
    }
  }

  private void link(Block block) {
    block.older = newest;
    block.newer = null;
    if (newest == null) {
      oldest = block;
    } else {
      newest.newer = block;
    }
    newest = block;
    unused++;
  }

  private void unlink(Block block) {
    Block older = block.older;
    Block newer = block.newer;
    if (older == null) {
      oldest = newer;
    } else {
      older.newer = newer;
    }
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    block.older = null;
    block.newer = null;
    unused--;
  }

  /** Blocks that jobs use. */
  int used() {
    return byHash.size() - unused + owned;
  }

  /** Blocks with a known prefix, used or not. */
  int cached() {
    return byHash.size();
  }

  int capacity() {
    return capacity;
  }
}
