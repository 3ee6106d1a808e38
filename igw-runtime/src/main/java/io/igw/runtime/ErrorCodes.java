package io.igw.runtime;

import io.igw.api.Rejection;

/** Codes of {@code llm_d_epp_request_error_total} (observability-metrics.md 2). */
final class ErrorCodes {
  static final String MODEL_SERVER = "ModelServerError";
  static final String CLIENT_GONE = "ClientDisconnect";

  /** Name of the parser in plugin faults. */
  static final String PARSER = "parser";

  /** A plugin that threw, as in {@link io.igw.scheduler.SchedulerMetrics#pluginFault}. */
  static final String THREW = "threw";

  private ErrorCodes() {}

  static String of(Rejection.Reason reason) {
    return switch (reason) {
      case BAD_REQUEST -> "BadRequest";
      case UNAUTHORIZED -> "Unauthorized";
      case FORBIDDEN -> "Forbidden";
      case NOT_FOUND -> "NotFound";
      case TOO_LARGE -> "PayloadTooLarge";
      case HEADERS_TOO_LARGE -> "RequestHeaderFieldsTooLarge";
      case NO_ENDPOINTS, SHUTTING_DOWN -> "ServiceUnavailable";
      case SATURATED, QUEUE_FULL, TTL_EXPIRED, NOT_ADMITTED -> "ResourceExhausted";
      case NOT_CACHED -> "PreconditionFailed";
      case CANCELLED -> CLIENT_GONE;
      case INTERNAL -> "Internal";
    };
  }
}
