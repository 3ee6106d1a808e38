package io.igw.runtime;

import io.igw.api.Usage;
import io.igw.scheduler.SchedulerMetrics;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a running picker tells a metrics system. Called on event loops; must not block. Default:
 * nothing.
 */
public interface PickerMetrics extends SchedulerMetrics {
  /** Records nothing. */
  PickerMetrics NONE = new PickerMetrics() {};

  /** Whether the numbers are wanted that come from response bodies; constant. */
  default boolean readsResponses() {
    return true;
  }

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

  /**
   * A request was refused, or its client left, before it was scheduled: once for each request that
   * {@link #requestStarted} is not told of.
   *
   * @param processingNanos from its first byte to now
   */
  default void requestRefused(long processingNanos) {}

  /** The first response body bytes came. */
  default void firstToken(RequestLabels labels, boolean streaming, long nanos) {}

  /** A later chunk of a streaming response came; time since the one before. */
  default void interToken(RequestLabels labels, long nanos) {}

  /**
   * Another endpoint served than was picked.
   *
   * @param fallback its place among the fallbacks, from 1; 0: it is none of them
   */
  default void servedElsewhere(int fallback) {}

  /** A response is complete; {@code bodyBytes} is -1 if its body was not seen. */
  default void responseCompleted(
      RequestLabels labels,
      boolean streaming,
      long durationNanos,
      long firstTokenNanos,
      long bodyBytes,
      Usage usage) {}

  /** A server behind an endpoint was restarted; what was known of it is forgotten. */
  default void endpointRestarted() {}

  /** An endpoint's label names an engine that nobody knows. */
  default void unknownEngine() {}

  /** The endpoints changed into something that cannot be used; the ones of before stay. */
  default void endpointsRefused() {}

  /** A limit was reached while a response was read: its usage is unknown. */
  default void limited(String limit) {}

  /** A request that was started has ended in whatever way: the running gauge goes down. */
  default void requestEnded(RequestLabels labels) {}

  /** A poll of a data source failed. */
  default void pollFailed(String sourceType) {}

  /** An extractor failed on a payload. */
  default void extractFailed(String sourceType, String extractorType) {}

  /** A rule chose the model of a request; null models count as empty. */
  default void modelRewritten(String rewrite, @Nullable String model, String targetModel) {}

  /**
   * Objectives and model rewrites were read.
   *
   * @param models every model that a rewrite names: few, so that labels may keep them
   * @param warnings how many of the objects were ignored or changed
   */
  default void resourcesLoaded(Set<String> models, int warnings) {}

  /** A change of objectives and model rewrites could not be read; the last good ones stay. */
  default void resourcesRefused() {}
}
