package io.igw.scheduler.handlers;

import io.igw.spi.SimpleProvider;

/** The providers of profile handlers, one class each since ServiceLoader wants classes. */
public final class HandlerProviders {
  private HandlerProviders() {}

  /** {@code header-profile-handler}. */
  public static final class HeaderProfile extends SimpleProvider {
    /** For ServiceLoader. */
    public HeaderProfile() {
      super(
          "header-profile-handler",
          Stability.ALPHA,
          "runs the profile that a header names",
          (p, c) -> HeaderProfileHandler.of(p));
    }
  }

  /** {@code data-parallel-profile-handler}. */
  public static final class DataParallel extends SimpleProvider {
    /** For ServiceLoader. */
    public DataParallel() {
      super(
          "data-parallel-profile-handler",
          Stability.BETA,
          "sends requests to the port that all ranks share",
          (p, c) -> DataParallelProfileHandler.of(p));
    }
  }
}
