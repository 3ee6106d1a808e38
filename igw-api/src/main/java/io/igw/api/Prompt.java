package io.igw.api;

/**
 * The prompt as routing sees it: a length and a chain of content hashes, never the text. Valid
 * until the outcome is delivered to the pick listeners.
 *
 * <p>The chain is the one of the approximate prefix cache: with model and cache salt as seed,
 * {@code s = XXH64(utf8(model) ‖ utf8(salt))}, block content {@code c_i = XXH64(bytes_i)} and
 * {@code h_i = XXH64(LE64(c_i) ‖ LE64(h_{i-1}))}, {@code h_{-1} = s}; a partial last block is
 * hashed too. A token counts as 4 bytes.
 */
public interface Prompt {
  /** The base block: 64 tokens of 4 bytes. Block sizes are multiples of it. */
  int BASE_BLOCK_TOKENS = 64;

  /** A prompt of which nothing is known. */
  Prompt EMPTY = new PromptBuilder().build("", null);

  /** Bytes of prompt content divided by 4, rounded up; exact for token-id prompts. */
  int estimatedTokens();

  /**
   * Number of blocks, the partial last one included.
   *
   * @param blockTokens a positive multiple of {@link #BASE_BLOCK_TOKENS}
   */
  int blocks(int blockTokens);

  /** Hash of a block, chained to all blocks before it; computed once per block size. */
  long blockHash(int blockTokens, int block);

  /** What a medium is. */
  enum Modality {
    /** A still image. */
    IMAGE,
    /** Moving images. */
    VIDEO,
    /** Sound. */
    AUDIO,
    /** Anything else. */
    OTHER
  }

  /** Number of images and videos. */
  default int mediaItems() {
    return 0;
  }

  /** Hash of an image's or video's content or address. */
  default long mediaHash(int item) {
    throw new IndexOutOfBoundsException("item: " + item + " (expected: none)");
  }

  /** What it is. */
  default Modality mediaModality(int item) {
    throw new IndexOutOfBoundsException("item: " + item + " (expected: none)");
  }

  /** Tokens that stand for it in the prompt, at least 1; an estimate. */
  default int mediaTokens(int item) {
    throw new IndexOutOfBoundsException("item: " + item + " (expected: none)");
  }
}
