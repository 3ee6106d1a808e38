package io.igw.plugins.prefix;

import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import java.util.stream.IntStream;

/** Prompts made of whole blocks of 64 tokens. */
final class Prompts {
  private Prompts() {}

  /** One block per id. */
  static Prompt of(int... blockIds) {
    PromptBuilder builder = new PromptBuilder();
    for (int id : blockIds) {
      for (int i = 0; i < Prompt.BASE_BLOCK_TOKENS; i++) {
        builder.token(id);
      }
    }
    return builder.build("m", null);
  }

  /** A prompt of its own for each family. */
  static Prompt family(int family, int blocks) {
    return of(IntStream.range(0, blocks).map(i -> family * 1000 + i).toArray());
  }
}
