package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.spi.RequestParser;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads OpenAI completions and chat completions (plugins-request-control-parsers.md 3). Type {@code
 * openai-parser}. Stateless.
 */
final class OpenAiParser implements RequestParser {
  private static final List<String> SUFFIXES =
      List.of("chat/completions", "completions", "chat/completions/render", "completions/render");

  @Override
  public List<String> pathSuffixes() {
    return SUFFIXES;
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers) {
    return new OpenAiRequestBody(OpenAiApi.of(path));
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return contentType != null && contentType.toLowerCase(Locale.ROOT).contains("text/event-stream")
        ? new EventStreamBody()
        : new JsonResponseBody();
  }
}
