package io.igw.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why nothing was picked.
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
    BAD_REQUEST(400),
    /** A plugin does not know the client. */
    UNAUTHORIZED(401),
    /** A plugin does not allow the request. */
    FORBIDDEN(403),
    /** A plugin does not find what is asked for. */
    NOT_FOUND(404),
    /** The body is over the limit. */
    TOO_LARGE(413),
    /** The headers are over the limit. */
    HEADERS_TOO_LARGE(431),
    /** No endpoint is ready, or none is in the subset. */
    NO_ENDPOINTS(503),
    /** Dropped because of load. */
    SATURATED(429),
    /** The queue has no room. */
    QUEUE_FULL(429),
    /** The time budget in the queue is spent. */
    TTL_EXPIRED(429),
    /** An admitter said no. */
    NOT_ADMITTED(429),
    /** A request that wants to be served from cache only found none. */
    NOT_CACHED(412),
    /** The client went away. */
    CANCELLED(503),
    /** The picker stops. */
    SHUTTING_DOWN(503),
    /** A fault of the picker. */
    INTERNAL(500);

    private final int httpStatus;

    Reason(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    /** The HTTP status that a gateway answers with (epp-protocol.md 2.5). */
    public int httpStatus() {
      return httpStatus;
    }
  }

  /** A rejection without a time to retry. */
  public static Rejection of(Reason reason, String message) {
    return new Rejection(reason, message, null);
  }
}
