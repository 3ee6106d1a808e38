package io.igw.runtime.parse;

import io.igw.api.Prompt.Modality;
import io.igw.api.PromptBuilder;
import java.util.Arrays;

/**
 * What a request of token ids says of its images and videos: hashes and lengths, in two lists for
 * each modality (plugins-request-control-parsers.md 5). Not thread-safe.
 */
final class MediaFeatures {
  /** A hash that is not told. */
  static final long NONE = 0;

  /** As many as {@link Modality} has, in its order. */
  static final int MODALITIES = 4;

  /** Items beyond are not looked at. */
  private static final int MAX_ITEMS = 256;

  private final long[][] hashes = new long[MODALITIES][0];
  private final int[][] lengths = new int[MODALITIES][0];
  private final int[] hashCounts = new int[MODALITIES];
  private final int[] lengthCounts = new int[MODALITIES];

  /** The hash of the next item. */
  void hash(int modality, long hash) {
    int count = hashCounts[modality];
    if (count == MAX_ITEMS) {
      return;
    }
    if (count == hashes[modality].length) {
      hashes[modality] = Arrays.copyOf(hashes[modality], Math.max(4, 2 * count));
    }
    hashes[modality][count] = hash;
    hashCounts[modality] = count + 1;
  }

  /** The place of the next item. */
  void placeholder(int modality) {
    int count = lengthCounts[modality];
    if (count == MAX_ITEMS) {
      return;
    }
    if (count == lengths[modality].length) {
      lengths[modality] = Arrays.copyOf(lengths[modality], Math.max(4, 2 * count));
    }
    lengths[modality][count] = 0;
    lengthCounts[modality] = count + 1;
  }

  /** Tokens of the item whose place was told last. */
  void length(int modality, long tokens) {
    int last = lengthCounts[modality] - 1;
    if (last >= 0) {
      lengths[modality][last] = (int) Math.max(0, Math.min(Integer.MAX_VALUE, tokens));
    }
  }

  /** Tells the prompt of the items of which both is known. */
  void addTo(PromptBuilder prompt) {
    for (int modality = 0; modality < MODALITIES; modality++) {
      int items = Math.min(hashCounts[modality], lengthCounts[modality]);
      for (int i = 0; i < items; i++) {
        if (hashes[modality][i] != NONE) {
          prompt.media(Modality.values()[modality], hashes[modality][i], lengths[modality][i]);
        }
      }
    }
  }
}
