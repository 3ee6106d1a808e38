package io.igw.extproc;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.withModes;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Served;
import io.igw.runtime.PickerRuntime;
import io.igw.runtime.ResourceOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Objects of files on the wire: what goes upstream, what comes back, who is refused. */
@Timeout(240)
class ResponseModelWireTest {
  private static final String OBJECTS =
      """
      apiVersion: llm-d.ai/v1alpha2
      kind: InferenceModelRewrite
      metadata: {name: alias}
      spec:
        poolRef: {name: p}
        rules: [{matches: [{model: {value: alias}}], targets: [{modelRewrite: base-model}]}]
      ---
      apiVersion: llm-d.ai/v1alpha2
      kind: InferenceObjective
      metadata: {name: batch}
      spec: {poolRef: {name: p}, priority: -1}
      """;
  private static final String CHAT =
      "{\"model\":\"alias\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
  private static final String JSON = "{\"id\":1,\"model\":\"base-model\",\"choices\":[]}";
  private static final String EVENTS =
      "data: {\"model\":\"base-model\"}\n\ndata: {\"model\":\"base-model\"}\n\ndata: [DONE]\n\n";

  @TempDir Path folder;
  private @Nullable Served served;

  @AfterEach
  void stop() {
    if (served != null) {
      served.close();
    }
  }

  private Served serve(ErrorFormat errors) throws Exception {
    Path file = Files.writeString(folder.resolve("objects.yaml"), OBJECTS);
    PickerRuntime.Builder builder = PickerRuntime.builder().resources(ResourceOptions.of(file));
    Served now = new Served(builder, errors, Served.endpoints("127.9.0.1:8000"));
    served = now;
    return now;
  }

  /** A stream whose request has gone upstream. */
  private static DataPlane routed(Served served, BodySendMode response) throws Exception {
    DataPlane plane =
        served.open(
            withModes(post(), BodySendMode.FULL_DUPLEX_STREAMED, response), body(CHAT, true));
    CommonResponse upstream = plane.next(2).get(1).getRequestBody().getResponse();
    assertThat(upstream.getBodyMutation().getStreamedResponse().getBody().toStringUtf8())
        .isEqualTo(CHAT.replace("alias", "base-model"));
    return plane;
  }

  private static HeaderMutation headers(DataPlane plane, String type) throws Exception {
    plane.send(
        responseHeaders(false, ":status", "200", "content-type", type, "content-length", "99"));
    return plane.next().getResponseHeaders().getResponse().getHeaderMutation();
  }

  /** What of a piece goes to the client. */
  private static String passed(ProcessingResponse reply, String piece) {
    BodyMutation mutation = reply.getResponseBody().getResponse().getBodyMutation();
    return switch (mutation.getMutationCase()) {
      case STREAMED_RESPONSE -> mutation.getStreamedResponse().getBody().toStringUtf8();
      case BODY -> mutation.getBody().toStringUtf8();
      case CLEAR_BODY -> "";
      case MUTATION_NOT_SET -> piece;
    };
  }

  @ParameterizedTest
  @CsvSource({
    // mode, whether the model can be put back, whether the length goes with the headers
    "FULL_DUPLEX_STREAMED, true, true",
    "STREAMED, true, true",
    "BUFFERED, true, false",
    "BUFFERED_PARTIAL, true, false",
    "NONE, false, false",
  })
  void everyMode(BodySendMode mode, boolean restored, boolean lengthRemoved) throws Exception {
    Served served = serve(ErrorFormat.OPENAI);
    for (String whole : new String[] {JSON, EVENTS}) {
      DataPlane plane = routed(served, mode);
      HeaderMutation headers =
          headers(plane, whole.equals(JSON) ? "application/json" : "text/event-stream");
      assertThat(headers.getRemoveHeadersList().contains("content-length"))
          .isEqualTo(lengthRemoved);
      assertThat(set(headers, "content-length")).isNull();
      if (restored) {
        plane.send(responseBody(whole, true));
        ProcessingResponse reply = plane.next();
        assertThat(passed(reply, whole)).isEqualTo(whole.replace("base-model", "alias"));
        String length =
            set(reply.getResponseBody().getResponse().getHeaderMutation(), "content-length");
        assertThat(length)
            .isEqualTo(
                lengthRemoved
                    ? null
                    : Integer.toString(whole.replace("base-model", "alias").length()));
      }
      plane.cancel();
    }
  }

  /** Cut in two at every byte, with the end in a message of its own, as Envoy sends it. */
  @ParameterizedTest
  @EnumSource(
      value = BodySendMode.class,
      names = {"FULL_DUPLEX_STREAMED", "STREAMED"})
  void everyCut(BodySendMode mode) throws Exception {
    Served served = serve(ErrorFormat.OPENAI);
    String whole = EVENTS.substring(0, 36) + "\n";
    for (int cut = 1; cut < whole.length(); cut++) {
      DataPlane plane = routed(served, mode);
      headers(plane, "text/event-stream");
      String[] pieces = {whole.substring(0, cut), whole.substring(cut), ""};
      plane.send(
          responseBody(pieces[0], false), responseBody(pieces[1], false), responseBody("", true));
      StringBuilder client = new StringBuilder();
      boolean ended = false;
      for (int i = 0; !ended; i++) {
        ProcessingResponse reply = plane.next();
        client.append(passed(reply, pieces[i]));
        ended =
            mode == BodySendMode.STREAMED
                ? i == 2
                : reply
                    .getResponseBody()
                    .getResponse()
                    .getBodyMutation()
                    .getStreamedResponse()
                    .getEndOfStream();
      }
      assertThat(client.toString())
          .as("cut at %d", cut)
          .isEqualTo(whole.replace("base-model", "alias"));
      plane.cancel();
    }
  }

  /** In duplex mode a piece of which nothing is left is not sent; in others it is cleared. */
  @ParameterizedTest
  @CsvSource({"FULL_DUPLEX_STREAMED, 2", "STREAMED, 3"})
  void aPieceOfWhichNothingIsLeft(BodySendMode mode, int replies) throws Exception {
    DataPlane plane = routed(serve(ErrorFormat.OPENAI), mode);
    headers(plane, "application/json");
    plane.send(
        responseBody("{\"model\":\"ba", false),
        responseBody("se-mod", false),
        responseBody("el\"}", true));
    StringBuilder client = new StringBuilder();
    for (ProcessingResponse reply : plane.next(replies)) {
      client.append(passed(reply, "untouched"));
    }
    assertThat(client.toString()).isEqualTo("{\"model\":\"alias\"}");
    plane.cancel();
  }

  @Test
  void aBodyThatMayBeCutOffIsLeftAlone() throws Exception {
    DataPlane plane = routed(serve(ErrorFormat.OPENAI), BodySendMode.BUFFERED_PARTIAL);
    headers(plane, "application/json");
    plane.send(responseBody("{\"model\":\"base-model\",\"text\":\"cut", false));
    assertThat(plane.next().getResponseBody().getResponse())
        .isEqualTo(CommonResponse.getDefaultInstance());
    plane.cancel();
  }

  @Test
  void trailersEndABodyToo() throws Exception {
    DataPlane plane = routed(serve(ErrorFormat.OPENAI), BodySendMode.BUFFERED);
    headers(plane, "application/json");
    plane.send(responseBody(JSON, false), responseTrailers());
    assertThat(passed(plane.next(), JSON)).isEqualTo(JSON.replace("base-model", "alias"));
    assertThat(plane.next().hasResponseTrailers()).isTrue();
    plane.cancel();
  }

  /** Pieces above the limit of a message are cut after they were changed. */
  @Test
  void aLargePiece() throws Exception {
    DataPlane plane = routed(serve(ErrorFormat.OPENAI), BodySendMode.FULL_DUPLEX_STREAMED);
    headers(plane, "application/json");
    String large = "{\"text\":\"" + "x".repeat(200_000) + "\",\"model\":\"base-model\"}";
    plane.send(responseBody(large, true));
    StringBuilder client = new StringBuilder();
    for (ProcessingResponse reply : plane.next(4)) {
      String piece = passed(reply, "");
      assertThat(piece.length()).isLessThanOrEqualTo(62_000);
      client.append(piece);
    }
    assertThat(client.toString()).isEqualTo(large.replace("base-model", "alias"));
    plane.cancel();
  }

  /** Endpoints that nobody has read metrics of count as full. */
  @ParameterizedTest
  @EnumSource(ErrorFormat.class)
  void sheddableRequestsAreRefused(ErrorFormat format) throws Exception {
    Served served = serve(format);
    for (String header :
        new String[] {"x-gateway-inference-objective", "x-llm-d-inference-objective"}) {
      DataPlane plane = served.open(post(header, "batch"), body(CHAT, true));
      ImmediateResponse refused = plane.next().getImmediateResponse();
      assertThat(refused.getStatus().getCodeValue()).isEqualTo(429);
      assertThat(set(refused.getHeaders(), "x-llm-d-request-dropped-reason"))
          .isEqualTo("rejected-saturated");
      assertThat(refused.getBody().toStringUtf8())
          .contains("system saturated, sheddable request dropped");
      DataPlane other = served.open(post(header, "none-such"), body(CHAT, true));
      assertThat(other.next().hasRequestHeaders()).isTrue();
      other.cancel();
    }
  }
}
