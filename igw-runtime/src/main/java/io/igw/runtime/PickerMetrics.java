package io.igw.runtime;

import io.igw.api.Usage;
import io.igw.scheduler.SchedulerMetrics;
import org.jspecify.annotations.Nullable;

/**
 * What a running picker tells a metrics system. Called on event loops; must not block. Default:
 * nothing.
 */
public interface PickerMetrics extends SchedulerMetrics {
  /** Records nothing. */
  PickerMetrics NONE = new PickerMetrics() {};

  /** Labels of one request; made once per request, then passed to every call about it. */
  interface RequestLabels {}

  /** Labels for a request; the implementation bounds their number. Null models count as empty. */
  default RequestLabels labels(
      @Nullable String model, @Nullable String targetModel, String fairnessId, int priority) {
    return new RequestLabels() {};
  }

  /**
   * A request was scheduled and its body goes upstream; {@code processingNanos} from its first byte
   * to now.
   */
  default void requestStarted(RequestLabels labels, long bodyBytes, long processingNanos) {}

  /** A request ended with an error; {@code code} as in {@code llm_d_epp_request_error_total}. */
  default void requestFailed(RequestLabels labels, String code) {}

  /** The first response body bytes came. */
  default void firstToken(RequestLabels labels, boolean streaming, long nanos) {}

  /** A later chunk of a streaming response came; time since the one before. */
  default void interToken(RequestLabels labels, long nanos) {}

  /** A response is complete. */
  default void responseCompleted(
      RequestLabels labels,
      boolean streaming,
      long durationNanos,
      long firstTokenNanos,
      long bodyBytes,
      Usage usage) {}

  /** A request that was started has ended in whatever way: the running gauge goes down. */
  default void requestEnded(RequestLabels labels) {}

  /** A poll of a data source failed. */
  default void pollFailed(String sourceType) {}

  /** An extractor failed on a payload. */
  default void extractFailed(String sourceType, String extractorType) {}
}
