package io.igw.extproc.stream;

import io.igw.api.Rejection;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rejection reason means on the wire beside its status (epp-protocol.md 2.5).
 *
 * @param status HTTP status
 * @param word code word of the text formats and of the error metric
 * @param type {@code error.type} of the JSON format
 * @param code short machine code, also in the data plane's response details
 * @param dropped value of the dropped-reason header, null for none
 */
public record Refusal(int status, String word, String type, String code, @Nullable String dropped) {
  private static final Map<Rejection.Reason, Refusal> TABLE = new EnumMap<>(Rejection.Reason.class);

  static {
    String client = "invalid_request_error";
    String load = "rate_limit_error";
    String server = "server_error";
    for (Rejection.Reason reason : Rejection.Reason.values()) {
      int status = reason.httpStatus();
      TABLE.put(
          reason,
          switch (reason) {
            case BAD_REQUEST -> new Refusal(status, "BadRequest", client, "bad_request", null);
            case UNAUTHORIZED -> new Refusal(status, "Unauthorized", client, "unauthorized", null);
            case FORBIDDEN -> new Refusal(status, "Forbidden", client, "forbidden", null);
            case NOT_FOUND -> new Refusal(status, "NotFound", client, "not_found", null);
            case TOO_LARGE -> new Refusal(status, "PayloadTooLarge", client, "too_large", null);
            case HEADERS_TOO_LARGE ->
                new Refusal(
                    status, "RequestHeaderFieldsTooLarge", client, "headers_too_large", null);
            case NOT_CACHED ->
                new Refusal(status, "PreconditionFailed", client, "not_cached", null);
            case SATURATED -> busy(status, load, "saturated", "rejected-saturated");
            case QUEUE_FULL -> busy(status, load, "queue_full", "rejected-saturated");
            case TTL_EXPIRED -> busy(status, load, "queue_ttl_expired", "rejected-ttl-expired");
            case NOT_ADMITTED -> busy(status, load, "not_admitted", "rejected-not-admitted");
            case NO_ENDPOINTS -> down(status, server, "no_endpoints", "rejected-no-endpoints");
            case CANCELLED -> down(status, server, "cancelled", "rejected-context-cancelled");
            case SHUTTING_DOWN -> down(status, server, "shutting_down", "rejected-shutting-down");
            case INTERNAL -> new Refusal(status, "Internal", server, "internal", null);
          });
    }
  }

  private static Refusal busy(int status, String type, String code, String dropped) {
    return new Refusal(status, "ResourceExhausted", type, code, dropped);
  }

  private static Refusal down(int status, String type, String code, String dropped) {
    return new Refusal(status, "ServiceUnavailable", type, code, dropped);
  }

  /** The gRPC status for clients that speak gRPC (scenarios.md S-13). */
  int grpcStatus() {
    return switch (status) {
      case 400 -> 3;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 5;
      case 412 -> 9;
      case 413, 429, 431 -> 8;
      case 503 -> 14;
      default -> 13;
    };
  }

  /** The row of a reason. */
  public static Refusal of(Rejection.Reason reason) {
    Refusal refusal = TABLE.get(reason);
    if (refusal == null) {
      throw new IllegalStateException("no row for " + reason);
    }
    return refusal;
  }
}
