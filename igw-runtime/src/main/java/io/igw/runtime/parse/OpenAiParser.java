package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests and responses of the OpenAI family (plugins-request-control-parsers.md 3). Of what
 * generates nothing only the model is read. Thread-safe.
 */
final class OpenAiParser implements MediaParser {
  private static final List<String> SUFFIXES =
      List.of(
          "chat/completions",
          "chat/completions/render",
          "completions",
          "completions/render",
          "embeddings",
          "responses",
          "conversations",
          "images/generations",
          "rerank",
          "score",
          "classify",
          "pooling",
          "tokenize",
          "detokenize",
          "audio/transcriptions",
          "audio/translations");

  @Override
  public List<String> pathSuffixes() {
    return SUFFIXES;
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers, MediaTokens mediaTokens) {
    return new JsonRequest(OpenAiApi.of(path), mediaTokens, headers);
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return UsageTable.OPENAI.response(contentType);
  }
}
