package io.igw.extproc;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.headers;
import static io.igw.extproc.testing.Messages.list;
import static io.igw.extproc.testing.Messages.map;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.withSubset;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.grpc.Status;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Served;
import io.igw.runtime.PickerRuntime;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows of ext-proc.md 8.4 that exist here, in the reference's text, from a real picker. */
@Timeout(60)
class ErrorRowsTest {
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
  private static final String CHAT = "{\"model\":\"m\"," + MESSAGES;
  private static final String OPENAI_ONLY =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      plugins:
      - {type: openai-parser}
      requestHandler:
        parsers: [{pluginRef: openai-parser}]
      """;

  static Stream<Arguments> rows() {
    String saturated = "rejected-saturated";
    String none = "rejected-no-endpoints";
    return Stream.of(
        Arguments.of(
            "no parser for path",
            List.of(headers(false, map(":path", "/v9/nothing?x=1")).build(), body("{}", true)),
            true,
            400,
            "BadRequest - no parser registered matching path suffix for: /v9/nothing",
            null),
        Arguments.of(
            "parse failure",
            List.of(post(), body("{\"model\":\"m\",\"messages\":[]}", true)),
            true,
            400,
            "BadRequest - invalid chat completions request: must have valid messages field: messages: expected an array with at least one element",
            null),
        Arguments.of(
            "model missing",
            List.of(post(), body("{" + MESSAGES, true)),
            true,
            400,
            "BadRequest - model not found in request body",
            null),
        Arguments.of(
            "sheddable and saturated",
            List.of(post("x-gateway-inference-objective", "batch"), body(CHAT, true)),
            true,
            429,
            "ResourceExhausted - system saturated, sheddable request dropped",
            saturated),
        Arguments.of(
            "no candidates",
            List.of(post(), body(CHAT, true)),
            false,
            503,
            "ServiceUnavailable - failed to find endpoint candidates for serving the request",
            none),
        Arguments.of(
            "subset without match",
            List.of(withSubset(post(), list("127.9.9.9")), body(CHAT, true)),
            true,
            503,
            "ServiceUnavailable - failed to find endpoint candidates for serving the request",
            none),
        Arguments.of(
            "header-only, empty pool",
            List.of(get()),
            false,
            503,
            "ServiceUnavailable - failed to find endpoint candidates for serving the request",
            none));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void gieText(
      String name,
      List<ProcessingRequest> messages,
      boolean populated,
      int status,
      String text,
      @Nullable String dropped)
      throws Exception {
    PickerRuntime.Builder builder =
        PickerRuntime.builder().yaml(OPENAI_ONLY, "test").objective("batch", -1);
    try (Served served =
        new Served(
            builder,
            ErrorFormat.GIE_V1_5,
            populated ? Served.endpoints("127.9.0.1:9") : Served.endpoints())) {
      DataPlane plane = served.open(messages.toArray(new ProcessingRequest[0]));
      ImmediateResponse refused = plane.next().getImmediateResponse();
      assertThat(refused.getStatus().getCodeValue()).as(name).isEqualTo(status);
      assertThat(refused.getBody().toStringUtf8()).isEqualTo("inference error: " + text);
      assertThat(set(refused.getHeaders(), "x-llm-d-request-dropped-reason")).isEqualTo(dropped);
      assertThat(set(refused.getHeaders(), "content-type")).isNull();
      assertThat(plane.status()).isEqualTo(Status.OK);
      assertThat(plane.unread()).isZero();
    }
  }
}
