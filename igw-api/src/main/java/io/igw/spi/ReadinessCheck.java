package io.igw.spi;

import io.igw.api.EndpointSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A plugin without which no request could be served before it has seen something: until then the
 * picker's health is NOT_SERVING, so that traffic goes elsewhere.
 */
@FunctionalInterface
public interface ReadinessCheck extends Plugin {
  /**
   * Null when ready, else why not, in a few words. Asked with every health check, from any thread;
   * must not block. A check that throws counts as not ready.
   */
  @Nullable String notReady(EndpointSnapshot snapshot);
}
