package io.igw.scheduler.responses;

import io.igw.api.Decision;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the client which endpoint the data plane says served, for conformance tests
 * (plugins-request-control.md 7.2). Type {@code destination-endpoint-served-verifier}. Stateless.
 */
final class ServedVerifier implements ResponseObserver {
  static final String HEADER = "x-conformance-test-served-endpoint";
  static final String NO_NAMESPACE = "fail: missing envoy lb metadata";
  static final String NO_KEY = "fail: missing destination endpoint served metadata";

  @Override
  public Set<Event> interests() {
    return Set.of(Event.HEADERS);
  }

  @Override
  public void on(Event event, RequestState state, Decision decision, Response response) {
    response.header(HEADER, text(response.served()));
  }

  private static String text(@Nullable String served) {
    if (served == null) {
      return NO_NAMESPACE;
    }
    return served.isEmpty() ? NO_KEY : served;
  }
}
