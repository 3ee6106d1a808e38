package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.igw.api.RequestHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The headers of one message. Names compare without regard to case; a value is {@code raw_value}
 * unless that is empty, else {@code value} (rule EPP-31 of the Endpoint Picker Protocol).
 *
 * <p><b>Cost.</b> A look-up walks the list and compares lengths first; it allocates only the value
 * it returns.
 */
public final class HeaderList implements RequestHeaders {
  /** No headers. */
  public static final HeaderList EMPTY = new HeaderList(HeaderMap.getDefaultInstance());

  private final List<HeaderValue> headers;

  /** A view of {@code map}. */
  public HeaderList(HeaderMap map) {
    this.headers = map.getHeadersList();
  }

  @Override
  public @Nullable String first(String lowerCaseName) {
    int length = lowerCaseName.length();
    for (int i = 0, n = headers.size(); i < n; i++) {
      HeaderValue header = headers.get(i);
      String key = header.getKey();
      if (key.length() == length && key.equalsIgnoreCase(lowerCaseName)) {
        ByteString raw = header.getRawValue();
        return raw.isEmpty() ? header.getValue() : raw.toStringUtf8();
      }
    }
    return null;
  }
}
