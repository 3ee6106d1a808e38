package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.spi.RequestParser;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes what no other parser claims and reads nothing of it: no model, no prompt, no usage
 * (plugins-request-control-parsers.md 9). Thread-safe.
 */
final class PassthroughParser implements RequestParser {
  private static final UnreadBody UNREAD = new UnreadBody(null);

  @Override
  public List<String> pathSuffixes() {
    return List.of();
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers) {
    return UNREAD;
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return UNREAD;
  }
}
