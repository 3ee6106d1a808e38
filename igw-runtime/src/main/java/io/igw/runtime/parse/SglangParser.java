package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import io.igw.spi.RequestParser;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads SGLang's requests of token ids and their responses (plugins-request-control-parsers.md 6);
 * an adapter that the body names ({@code lora_path}) is its model. Thread-safe.
 */
final class SglangParser implements RequestParser {
  private static final String PATH = "generate";
  private static final int SHOWN_PATH = 256;

  @Override
  public List<String> pathSuffixes() {
    return List.of(PATH);
  }

  /** The path is the engine's own: nothing may stand before it. */
  @Override
  public RequestBody request(String path, RequestHeaders headers) {
    int start = path.startsWith("/") ? 1 : 0;
    int end = path.endsWith("/") && path.length() > 1 ? path.length() - 1 : path.length();
    if (path.substring(start, end).equals(PATH)) {
      return new JsonRequest(GenerateApi.SGLANG, MediaTokens.DEFAULT, RequestHeaders.NONE);
    }
    return new UnreadBody(
        "unsupported path: " + path.substring(0, Math.min(path.length(), SHOWN_PATH)));
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return UsageTable.SGLANG.response(contentType);
  }
}
