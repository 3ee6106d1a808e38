package io.igw.scheduler.session;

import io.igw.api.Usage;
import io.igw.spi.ResponseObserver;
import java.util.Map;

/** A good response whose headers a test looks at. */
record Response(Map<String, String> headers) implements ResponseObserver.Response {
  @Override
  public int status() {
    return 200;
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
  public void metadata(String namespace, String key, double value) {}
}
