package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler tells a metrics system. Methods are called on the request path and must not
 * block. Default: nothing.
 */
public interface SchedulerMetrics {
  /** Records nothing. */
  SchedulerMetrics NONE = new SchedulerMetrics() {};

  /** A cycle has ended; {@code endpoint} is null for a rejection. */
  default void scheduled(
      InferenceRequest request,
      @Nullable Endpoint endpoint,
      Rejection.@Nullable Reason reason,
      long nanos) {}

  /** A plugin broke its contract: {@code fault} is {@code threw}, {@code nan} or {@code range}. */
  default void pluginFault(String plugin, String fault) {}

  /** A lease ended by idle expiry. */
  default void leaseExpired(Endpoint endpoint) {}
}
