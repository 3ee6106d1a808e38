package io.igw.api;

import io.igw.api.Prompt.Modality;
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
  private static final long[] NO_MEDIA = {};

  private byte[] pending = NOTHING;
  private int pendingLength;
  private long[] contents = {};
  private int blocks;
  private long bytes;
  private long[] media = NO_MEDIA;

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

  /**
   * Tells of an image at this place; what stands for it in the prompt is appended beside.
   *
   * @param hash of its content or address
   * @param tokens that stand for it, at least 1
   */
  public PromptBuilder media(long hash, int tokens) {
    return media(Modality.IMAGE, hash, tokens);
  }

  /** As {@link #media(long, int)}, of any modality. */
  public PromptBuilder media(Modality modality, long hash, int tokens) {
    media = Arrays.copyOf(media, media.length + 2);
    media[media.length - 2] = hash;
    media[media.length - 1] = (long) modality.ordinal() << Integer.SIZE | Math.max(1, tokens);
    return this;
  }

  /** Content bytes so far. */
  public long length() {
    return bytes;
  }

  /**
   * Forgets all content, so that another can be read; prompts built before must no longer be used.
   */
  public PromptBuilder clear() {
    pendingLength = 0;
    blocks = 0;
    bytes = 0;
    media = NO_MEDIA;
    return this;
  }

  /** One number for all content so far: the end of its chain from 0. */
  public long digest() {
    long digest = 0;
    for (int i = 0; i < blocks; i++) {
      digest = Xxh64.hash(contents[i], digest);
    }
    return pendingLength == 0 ? digest : Xxh64.hash(Xxh64.hash(pending, 0, pendingLength), digest);
  }

  /**
   * The prompt, chained from the given seed; may be called again with another one while nothing is
   * appended.
   */
  public Prompt build(String model, @Nullable String cacheSalt) {
    return build(model, cacheSalt, null);
  }

  /**
   * As {@link #build(String, String)}, with content that engines place before everything else
   * wherever the body has it (tools, documents): its digest is part of the seed and its length
   * counts; null or empty for none.
   */
  public Prompt build(String model, @Nullable String cacheSalt, @Nullable PromptBuilder context) {
    byte[] salted =
        (cacheSalt == null ? model : model + cacheSalt).getBytes(StandardCharsets.UTF_8);
    long seed = Xxh64.hash(salted, 0, salted.length);
    long length = bytes;
    if (context != null && context.bytes > 0) {
      seed = Xxh64.hash(context.digest(), seed);
      length += context.bytes;
    }
    long[] all = contents;
    int count = blocks;
    if (pendingLength > 0) {
      all = Arrays.copyOf(contents, blocks + 1);
      all[count++] = Xxh64.hash(pending, 0, pendingLength);
    }
    return new HashedPrompt(seed, all, count, length, media);
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
