package io.igw.scheduler;

import io.igw.api.Usage;
import io.igw.spi.ResponseObserver;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The head of a response, for what observes it.
 *
 * @param headers that the observer sets
 */
public record TestResponse(int status, @Nullable String served, Map<String, String> headers)
    implements ResponseObserver.Response {
  /** One that no observer has touched yet. */
  public TestResponse(int status, @Nullable String served) {
    this(status, served, new TreeMap<>());
  }

  @Override
  public Usage usage() {
    return Usage.UNKNOWN;
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public void header(String name, String value) {
    headers.put(name, value);
  }

  @Override
  public void metadata(String namespace, String key, double value) {
    throw new AssertionError("no metadata is due");
  }
}
