package io.igw.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why nothing was picked. The adapter maps reasons to statuses in one table.
 *
 * @param reason stable code
 * @param message for the client; never holds prompt text
 * @param retryAfter when trying again makes sense, null if unknown
 */
public record Rejection(Reason reason, String message, @Nullable Duration retryAfter)
    implements Outcome {
  /** Stable codes. */
  public enum Reason {
    /** The request is not what its API needs. */
    BAD_REQUEST,
    /** The body is over the limit. */
    TOO_LARGE,
    /** No endpoint is ready, or none is in the subset. */
    NO_ENDPOINTS,
    /** Dropped because of load. */
    SATURATED,
    /** The queue has no room. */
    QUEUE_FULL,
    /** The time budget in the queue is spent. */
    TTL_EXPIRED,
    /** An admitter said no. */
    NOT_ADMITTED,
    /** A request that wants to be served from cache only found none. */
    NOT_CACHED,
    /** The client went away. */
    CANCELLED,
    /** The picker stops. */
    SHUTTING_DOWN,
    /** A fault of the picker. */
    INTERNAL
  }

  /** A rejection without a time to retry. */
  public static Rejection of(Reason reason, String message) {
    return new Rejection(reason, message, null);
  }
}
