package io.igw.runtime.discovery;

import io.igw.scheduler.EndpointSpec;
import io.igw.spi.Plugin;
import java.util.List;

/** Finds the endpoints of a pool and follows their changes until it is closed. */
public interface Discovery extends Plugin {
  /**
   * Finds the endpoints for the first time, on the caller's thread, then follows changes.
   *
   * @throws io.igw.runtime.ConfigurationException if they cannot be found at first
   */
  void start(Listener listener);

  /** Hears of the endpoints, one call at a time. */
  @FunctionalInterface
  interface Listener {
    /** These are the endpoints now, all of them. */
    void found(List<EndpointSpec> endpoints);

    /** The endpoints changed into something that cannot be used; called once for each reason. */
    default void refused() {}
  }
}
