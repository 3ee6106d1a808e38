package io.igw.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Hashes prompt content while it arrives, in blocks of 256 bytes (64 tokens of 4 bytes), without
 * keeping it. Not thread-safe.
 *
 * <p>Structure that is not text (role borders, the border between two prompts) goes in through
 * {@link #border}, so that ("ab", "c") and ("a", "bc") differ.
 *
 * <p><b>Cost.</b> A full block in the source is hashed in place; only the ends of a piece are
 * copied.
 */
public final class PromptBuilder {
  private static final int BLOCK = Prompt.BASE_BLOCK_TOKENS * 4;
  private static final int BORDER_BYTES = 4;
  private static final byte[] NOTHING = {};

  private byte[] pending = NOTHING;
  private int pendingLength;
  private long[] contents = {};
  private int blocks;
  private long bytes;

  /** A prompt without content so far. */
  public PromptBuilder() {}

  /** Appends content bytes. */
  public PromptBuilder bytes(byte[] source, int offset, int length) {
    bytes += length;
    int at = offset;
    int end = offset + length;
    if (pendingLength > 0) {
      int taken = Math.min(BLOCK - pendingLength, length);
      keep(source, at, taken);
      at += taken;
      if (pendingLength == BLOCK) {
        add(Xxh64.hash(pending, 0, BLOCK));
        pendingLength = 0;
      }
    }
    for (; at + BLOCK <= end; at += BLOCK) {
      add(Xxh64.hash(source, at, BLOCK));
    }
    if (at < end) {
      keep(source, at, end - at);
    }
    return this;
  }

  /** Appends the UTF-8 form of a text. */
  public PromptBuilder text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return bytes(utf8, 0, utf8.length);
  }

  /** Appends one token id, 4 bytes little-endian. */
  public PromptBuilder token(int id) {
    return four((byte) id, (byte) (id >>> 8), (byte) (id >>> 16), (byte) (id >>> 24));
  }

  /**
   * Marks a border in the structure, of a kind chosen by the parser (0..255): four bytes that no
   * UTF-8 text holds.
   */
  public PromptBuilder border(int kind) {
    return four((byte) 0xFF, (byte) 0xFE, (byte) kind, (byte) 0xFF);
  }

  /** Content bytes so far. */
  public long length() {
    return bytes;
  }

  /**
   * The prompt, chained from the given seed; may be called again with another one while nothing is
   * appended.
   */
  public Prompt build(String model, @Nullable String cacheSalt) {
    byte[] seed = (cacheSalt == null ? model : model + cacheSalt).getBytes(StandardCharsets.UTF_8);
    long[] all = contents;
    int count = blocks;
    if (pendingLength > 0) {
      all = Arrays.copyOf(contents, blocks + 1);
      all[count++] = Xxh64.hash(pending, 0, pendingLength);
    }
    return new HashedPrompt(Xxh64.hash(seed, 0, seed.length), all, count, bytes);
  }

  private PromptBuilder four(byte a, byte b, byte c, byte d) {
    if (pendingLength + BORDER_BYTES > BLOCK) {
      return bytes(new byte[] {a, b, c, d}, 0, BORDER_BYTES);
    }
    reserve();
    bytes += BORDER_BYTES;
    pending[pendingLength++] = a;
    pending[pendingLength++] = b;
    pending[pendingLength++] = c;
    pending[pendingLength++] = d;
    if (pendingLength == BLOCK) {
      add(Xxh64.hash(pending, 0, BLOCK));
      pendingLength = 0;
    }
    return this;
  }

  private void keep(byte[] source, int at, int length) {
    reserve();
    System.arraycopy(source, at, pending, pendingLength, length);
    pendingLength += length;
  }

  private void reserve() {
    if (pending.length == 0) {
      pending = new byte[BLOCK];
    }
  }

  private void add(long content) {
    if (blocks == contents.length) {
      contents = Arrays.copyOf(contents, Math.max(8, blocks * 2));
    }
    contents[blocks++] = content;
  }
}
