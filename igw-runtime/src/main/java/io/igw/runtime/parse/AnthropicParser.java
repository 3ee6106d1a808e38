package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests and responses of the messages API (plugins-request-control-parsers.md 4). A
 * request to count tokens leaves nothing in a cache: of it only the model is read. Thread-safe.
 */
final class AnthropicParser implements MediaParser {
  private static final String COUNT_TOKENS = "messages/count_tokens";

  @Override
  public List<String> pathSuffixes() {
    return List.of("messages", COUNT_TOKENS);
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers, MediaTokens mediaTokens) {
    return new JsonRequest(
        ParserTable.endsWithSegments(path, COUNT_TOKENS)
            ? OpenAiApi.MODEL_ONLY
            : AnthropicApi.MESSAGES,
        mediaTokens,
        headers);
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return UsageTable.ANTHROPIC.response(contentType);
  }
}
