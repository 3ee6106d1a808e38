package io.igw.scheduler.responses;

import io.igw.spi.SimpleProvider;

/** The providers of response plugins, one class each since ServiceLoader wants classes. */
public final class ResponseProviders {
  private ResponseProviders() {}

  /** {@code destination-endpoint-served-verifier}. */
  public static final class Served extends SimpleProvider {
    /** For ServiceLoader. */
    public Served() {
      super(
          "destination-endpoint-served-verifier",
          Stability.BETA,
          "names the served endpoint in a response header, for conformance tests",
          (parameters, context) -> new ServedVerifier());
    }
  }
}
