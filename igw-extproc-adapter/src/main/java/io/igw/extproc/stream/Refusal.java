package io.igw.extproc.stream;

import io.igw.api.Rejection;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rejection reason means on the wire: the one table of statuses (epp-protocol.md 2.5).
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
      TABLE.put(
          reason,
          switch (reason) {
            case BAD_REQUEST -> new Refusal(400, "BadRequest", client, "bad_request", null);
            case TOO_LARGE -> new Refusal(413, "PayloadTooLarge", client, "too_large", null);
            case NOT_CACHED -> new Refusal(412, "PreconditionFailed", client, "not_cached", null);
            case SATURATED -> busy(load, "saturated", "rejected-saturated");
            case QUEUE_FULL -> busy(load, "queue_full", "rejected-saturated");
            case TTL_EXPIRED -> busy(load, "queue_ttl_expired", "rejected-ttl-expired");
            case NOT_ADMITTED -> busy(load, "not_admitted", "rejected-not-admitted");
            case NO_ENDPOINTS -> down(server, "no_endpoints", "rejected-no-endpoints");
            case CANCELLED -> down(server, "cancelled", "rejected-context-cancelled");
            case SHUTTING_DOWN -> down(server, "shutting_down", "rejected-shutting-down");
            case INTERNAL -> new Refusal(500, "Internal", server, "internal", null);
          });
    }
  }

  private static Refusal busy(String type, String code, String dropped) {
    return new Refusal(429, "ResourceExhausted", type, code, dropped);
  }

  private static Refusal down(String type, String code, String dropped) {
    return new Refusal(503, "ServiceUnavailable", type, code, dropped);
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
