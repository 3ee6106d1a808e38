package io.igw.extproc.fuzz;

import io.igw.api.Prompt;
import io.igw.spi.RequestParser.Parsed;
import org.jspecify.annotations.Nullable;

/** All that a request body says, in a form that can be compared. */
record Said(
    @Nullable String error,
    @Nullable String model,
    boolean modelRequired,
    long modelStart,
    long modelEnd,
    boolean stream,
    int maxOutputTokens,
    int tokens,
    int media,
    long digest) {
  private static final int PRIME = 31;

  /** With the prompt chained from a target model; after an error nothing else counts. */
  static Said of(Parsed parsed, String target) {
    if (parsed.error() != null) {
      return new Said(parsed.error(), null, false, -1, -1, false, -1, 0, 0, 0);
    }
    Prompt prompt = parsed.prompt(target);
    long digest = prompt.blocks(Prompt.BASE_BLOCK_TOKENS);
    for (int i = 0; i < prompt.blocks(Prompt.BASE_BLOCK_TOKENS); i++) {
      digest = digest * PRIME + prompt.blockHash(Prompt.BASE_BLOCK_TOKENS, i);
    }
    for (int i = 0; i < prompt.mediaItems(); i++) {
      digest = (digest * PRIME + prompt.mediaHash(i)) * PRIME + prompt.mediaTokens(i);
    }
    return new Said(
        null,
        parsed.model(),
        parsed.modelRequired(),
        parsed.modelStart(),
        parsed.modelEnd(),
        parsed.stream(),
        parsed.maxOutputTokens(),
        prompt.estimatedTokens(),
        prompt.mediaItems(),
        digest);
  }

  /** The same but for the model and its place. */
  Said withoutModel() {
    return new Said(error, "", modelRequired, 0, 0, stream, maxOutputTokens, tokens, media, digest);
  }
}
