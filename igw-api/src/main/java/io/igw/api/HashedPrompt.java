package io.igw.api;

/**
 * A prompt as content hashes of base blocks; the chain is computed on first use of a block size.
 * One thread at a time.
 */
final class HashedPrompt implements Prompt {
  private static final Modality[] MODALITIES = Modality.values();

  private final long seed;
  private final long[] contents;
  private final int count;
  private final long bytes;

  /** Of each image or video the hash, then modality and tokens, 32 bits each. */
  private final long[] media;

  private int chainBlockTokens;
  private long[] chain = {};

  HashedPrompt(long seed, long[] contents, int count, long bytes, long[] media) {
    this.seed = seed;
    this.contents = contents;
    this.count = count;
    this.bytes = bytes;
    this.media = media;
  }

  @Override
  public int estimatedTokens() {
    return (int) Math.min(Integer.MAX_VALUE, (bytes + 3) / 4);
  }

  @Override
  public int blocks(int blockTokens) {
    int perBlock = perBlock(blockTokens);
    return (count + perBlock - 1) / perBlock;
  }

  @Override
  public long blockHash(int blockTokens, int block) {
    if (chainBlockTokens != blockTokens) {
      chain = chain(perBlock(blockTokens), blocks(blockTokens));
      chainBlockTokens = blockTokens;
    }
    return chain[block];
  }

  @Override
  public int mediaItems() {
    return media.length / 2;
  }

  @Override
  public long mediaHash(int item) {
    return media[2 * item];
  }

  @Override
  public int mediaTokens(int item) {
    return (int) media[2 * item + 1];
  }

  @Override
  public Modality mediaModality(int item) {
    return MODALITIES[(int) (media[2 * item + 1] >>> Integer.SIZE)];
  }

  private long[] chain(int perBlock, int blocks) {
    long[] hashes = new long[blocks];
    long previous = seed;
    for (int i = 0; i < blocks; i++) {
      int from = i * perBlock;
      int to = Math.min(count, from + perBlock);
      long content = contents[from];
      for (int j = from + 1; j < to; j++) {
        content = Xxh64.hash(content, contents[j]);
      }
      previous = Xxh64.hash(content, previous);
      hashes[i] = previous;
    }
    return hashes;
  }

  private static int perBlock(int blockTokens) {
    if (blockTokens <= 0 || blockTokens % BASE_BLOCK_TOKENS != 0) {
      throw new IllegalArgumentException(
          "blockTokens: "
              + blockTokens
              + " (expected: a positive multiple of "
              + BASE_BLOCK_TOKENS
              + ")");
    }
    return blockTokens / BASE_BLOCK_TOKENS;
  }
}
