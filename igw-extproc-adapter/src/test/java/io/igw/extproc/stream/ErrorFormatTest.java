package io.igw.extproc.stream;

import static io.igw.extproc.testing.Messages.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules EPP-48 to EPP-52: statuses, headers and the three body formats. */
class ErrorFormatTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // ext-proc.md 8.4, with the statuses of epp-protocol.md 2.5 where they differ
        "BAD_REQUEST|400|no parser registered matching path suffix for: /x|BadRequest|",
        "BAD_REQUEST|400|model not found in request body|BadRequest|",
        "TOO_LARGE|413|body over the limit|PayloadTooLarge|",
        "HEADERS_TOO_LARGE|431|headers over the limit|RequestHeaderFieldsTooLarge|",
        "SATURATED|429|system saturated, sheddable request dropped|ResourceExhausted"
            + "|rejected-saturated",
        "QUEUE_FULL|429|request rejected pre-queue: queue at capacity|ResourceExhausted"
            + "|rejected-saturated",
        "TTL_EXPIRED|429|request timed out in queue: x|ResourceExhausted|rejected-ttl-expired",
        "CANCELLED|503|client disconnected: x|ServiceUnavailable|rejected-context-cancelled",
        "SHUTTING_DOWN|503|flow controller shutting down: x|ServiceUnavailable"
            + "|rejected-shutting-down",
        "NO_ENDPOINTS|503|failed to find endpoint candidates for serving the request"
            + "|ServiceUnavailable|rejected-no-endpoints",
        "NOT_ADMITTED|429|request cannot be admitted: x|ResourceExhausted|rejected-not-admitted",
        "NOT_CACHED|412|no decode worker has the requested KV cache|PreconditionFailed|",
        "INTERNAL|500|results must be greater than zero|Internal|"
      })
  void rows(Reason reason, int status, String message, String word, String dropped) {
    Rejection rejection = Rejection.of(reason, message);
    for (ErrorFormat format : ErrorFormat.values()) {
      ImmediateResponse response = format.render(rejection, false);
      assertThat(response.getStatus().getCodeValue()).isEqualTo(status);
      assertThat(set(response.getHeaders(), "x-llm-d-request-dropped-reason")).isEqualTo(dropped);
      assertThat(response.getDetails()).isNotEmpty();
      assertThat(set(response.getHeaders(), "retry-after")).isNull();
    }
    assertThat(ErrorFormat.GIE_V1_5.render(rejection, false).getBody().toStringUtf8())
        .isEqualTo("inference error: " + word + " - " + message);
    String older = word.equals("ResourceExhausted") ? "InferencePoolResourceExhausted" : word;
    assertThat(ErrorFormat.GIE_V1_1.render(rejection, false).getBody().toStringUtf8())
        .isEqualTo("inference gateway: " + older + " - " + message);
    ImmediateResponse json = ErrorFormat.OPENAI.render(rejection, false);
    assertThat(set(json.getHeaders(), "content-type")).isEqualTo("application/json");
    assertThat(json.getBody().toStringUtf8())
        .startsWith("{\"error\":{\"message\":\"" + message + "\",\"type\":\"")
        .endsWith("\"code\":\"" + json.getDetails() + "\"}}");
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void everyReasonHasARow(Reason reason) {
    assertThat(Refusal.of(reason).status()).isBetween(400, 599);
  }

  @Test
  void textFormatsLeaveTheContentTypeToTheDataPlane() {
    ImmediateResponse response =
        ErrorFormat.GIE_V1_5.render(Rejection.of(Reason.BAD_REQUEST, "no"), false);
    assertThat(response.hasHeaders()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "999, 1", "1000, 1", "1001, 2", "30000, 30"})
  void retryAfterIsInWholeSecondsAndNeverZero(long millis, String seconds) {
    Rejection rejection = new Rejection(Reason.SATURATED, "busy", Duration.ofMillis(millis));
    assertThat(set(ErrorFormat.OPENAI.render(rejection, false).getHeaders(), "retry-after"))
        .isEqualTo(seconds);
  }

  @Test
  void messagesAreQuoted() {
    String body =
        ErrorFormat.OPENAI
            .render(Rejection.of(Reason.BAD_REQUEST, "a \"b\" \\ \n c"), false)
            .getBody()
            .toStringUtf8();
    assertThat(body).contains("a \\\"b\\\" \\\\ \\u000a c");
  }

  @Test
  void namesOnTheCommandLine() {
    assertThat(ErrorFormat.flags()).containsExactly("openai", "gie-v1.5", "gie-v1.1");
    assertThat(ErrorFormat.ofFlag("gie-v1.5")).isSameAs(ErrorFormat.GIE_V1_5);
    assertThat(ErrorFormat.ofFlag("xml")).isNull();
  }
}
