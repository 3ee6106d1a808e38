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
 * <p><b>Cost.</b> A look-up of a name as long as no other costs one comparison, which is how most
 * of them end; else it walks the list and compares lengths first. It allocates only the value it
 * returns.
 */
public final class HeaderList implements RequestHeaders {
  /** No headers. */
  public static final HeaderList EMPTY = new HeaderList(HeaderMap.getDefaultInstance());

  private final List<HeaderValue> headers;
  private final String[] names;

  /** Bit n: there is a name of n characters, n taken modulo 64. */
  private final long lengths;

  /** A view of {@code map}. */
  public HeaderList(HeaderMap map) {
    this.headers = map.getHeadersList();
    this.names = new String[headers.size()];
    long lengths = 0;
    for (int i = 0; i < names.length; i++) {
      names[i] = headers.get(i).getKey();
      lengths |= 1L << names[i].length();
    }
    this.lengths = lengths;
  }

  @Override
  public @Nullable String first(String lowerCaseName) {
    int at = find(lowerCaseName, 0);
    return at < 0 ? null : value(at);
  }

  @Override
  public @Nullable String joined(String lowerCaseName) {
    int at = find(lowerCaseName, 0);
    if (at < 0) {
      return null;
    }
    String first = value(at);
    int next = find(lowerCaseName, at + 1);
    if (next < 0) {
      return first;
    }
    StringBuilder line = new StringBuilder(first);
    for (; next >= 0; next = find(lowerCaseName, next + 1)) {
      line.append(RequestHeaders.between(lowerCaseName)).append(value(next));
    }
    return line.toString();
  }

  /** Whether the client speaks gRPC, and so looks for a status of its kind. */
  boolean ofGrpc() {
    String type = first("content-type");
    return type != null && type.startsWith("application/grpc");
  }

  /** Index of the next header with this name, -1 if there is none. */
  private int find(String lowerCaseName, int from) {
    int length = lowerCaseName.length();
    if ((lengths >>> length & 1) == 0) {
      return -1;
    }
    for (int i = from; i < names.length; i++) {
      if (names[i].length() == length && names[i].equalsIgnoreCase(lowerCaseName)) {
        return i;
      }
    }
    return -1;
  }

  private String value(int index) {
    HeaderValue header = headers.get(index);
    ByteString raw = header.getRawValue();
    return raw.isEmpty() ? header.getValue() : raw.toStringUtf8();
  }
}
