package io.igw.scheduler.session;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestKey;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds a request's session id in a header or a cookie (plugins-request-control.md 3.5); without
 * parameters in header {@code x-session-id}. Type {@code session-id-producer}. Stateless.
 */
final class SessionIdProducer implements DataProducer {
  static final String DATA_TYPE = "SessionIDDataKey";

  private final @Nullable String header;
  private final @Nullable String cookie;
  private final RequestKey<String> key;

  private SessionIdProducer(
      @Nullable String header, @Nullable String cookie, RequestKey<String> key) {
    this.header = header;
    this.cookie = cookie;
    this.key = key;
  }

  static DataProducer of(Parameters parameters, PluginContext context) {
    String header = parameters.text("headerName");
    String cookie = parameters.text("cookieName");
    parameters.explain("headerName", "x-session-id", "or cookieName");
    if (header != null && cookie != null) {
      parameters.reject("cookieName", "only one of headerName and cookieName");
    }
    context.produces(DATA_TYPE);
    String fallback = header == null && cookie == null ? "x-session-id" : header;
    return new SessionIdProducer(
        fallback == null ? null : fallback.trim().toLowerCase(Locale.ROOT),
        cookie,
        context.requestKey(DATA_TYPE + "/" + context.name(), String.class));
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {
    String id =
        header != null
            ? cycle.request().header(header)
            : cookie(cycle.request().joinedHeader("cookie"), cookie);
    if (id != null && !id.isBlank()) {
      cycle.set(key, id.trim());
    }
  }

  /** The value of a cookie in a {@code Cookie} header, null if it is not there. */
  static @Nullable String cookie(@Nullable String header, @Nullable String name) {
    if (header == null || name == null) {
      return null;
    }
    for (int at = 0; at < header.length(); ) {
      int end = header.indexOf(';', at);
      end = end < 0 ? header.length() : end;
      int equals = header.indexOf('=', at);
      if (equals >= 0 && equals < end && header.substring(at, equals).trim().equals(name)) {
        return header.substring(equals + 1, end).trim();
      }
      at = end + 1;
    }
    return null;
  }
}
