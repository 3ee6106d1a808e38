package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import io.igw.spi.RequestParser;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads vLLM's requests of token ids and their responses (plugins-request-control-parsers.md 5).
 * Thread-safe.
 */
final class VllmHttpParser implements RequestParser {
  @Override
  public List<String> pathSuffixes() {
    return List.of("inference/v1/generate");
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers) {
    return new JsonRequest(GenerateApi.VLLM, MediaTokens.DEFAULT, RequestHeaders.NONE);
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return UsageTable.OPENAI.response(contentType);
  }
}
