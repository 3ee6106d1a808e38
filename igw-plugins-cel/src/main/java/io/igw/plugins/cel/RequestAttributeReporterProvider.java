package io.igw.plugins.cel;

import io.igw.spi.SimpleProvider;

/** Provides {@code request-attribute-reporter}. */
public final class RequestAttributeReporterProvider extends SimpleProvider {
  /** For ServiceLoader. */
  public RequestAttributeReporterProvider() {
    super(
        "request-attribute-reporter",
        Stability.BETA,
        "reports numbers computed from a response's usage to the data plane",
        RequestAttributeReporter::of);
  }
}
