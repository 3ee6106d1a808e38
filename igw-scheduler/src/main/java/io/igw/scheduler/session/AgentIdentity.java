package io.igw.scheduler.session;

import io.igw.api.InferenceRequest;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestHeaderProcessor;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which agent a request comes from (plugins-request-control.md 6): the first header of
 * those that coding agents send. It becomes the tenant of requests that name none, and can be the
 * source of a session. Type {@code agent-identity}. Stateless.
 */
final class AgentIdentity implements RequestHeaderProcessor {
  static final String KEY = "agent-identity/";

  private static final List<String> USUAL =
      List.of("x-claude-code-session-id", "x-session-affinity", "session-id", "session_id");

  private final List<String> headers;
  private final RequestKey<String> key;

  private AgentIdentity(List<String> headers, RequestKey<String> key) {
    this.headers = headers;
    this.key = key;
  }

  static RequestHeaderProcessor of(Parameters parameters, PluginContext context) {
    Stream<String> more =
        parameters.texts("additionalSessionHeaders").stream()
            .map(header -> header.trim().toLowerCase(Locale.ROOT));
    return new AgentIdentity(
        Stream.concat(more, USUAL.stream()).distinct().toList(),
        context.requestKey(KEY, String.class));
  }

  @Override
  public @Nullable String process(InferenceRequest request, RequestState state) {
    for (String header : headers) {
      String value = request.header(header);
      if (value != null && !value.isBlank()) {
        state.set(key, value);
        return value;
      }
    }
    return null;
  }
}
