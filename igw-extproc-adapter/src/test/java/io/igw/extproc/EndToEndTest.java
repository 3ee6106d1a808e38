package io.igw.extproc;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.list;
import static io.igw.extproc.testing.Messages.metadataPick;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.text;
import static io.igw.extproc.testing.Messages.trailers;
import static io.igw.extproc.testing.Messages.withModes;
import static io.igw.extproc.testing.Messages.withSubset;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.Status;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Recorder;
import io.igw.extproc.testing.Served;
import io.igw.runtime.PickerRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/** The real runtime behind a real gRPC connection: rules of epp-protocol.md 8 by name. */
@Timeout(600)
class EndToEndTest {
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  private Served served;

  private void serve(ErrorFormat errors, String... addresses) throws Exception {
    served = new Served(PickerRuntime.builder(), errors, Served.endpoints(addresses));
  }

  private void serveFour() throws Exception {
    serve(
        ErrorFormat.OPENAI,
        "127.9.0.1:8000",
        "127.9.0.1:8001",
        "127.9.0.2:8000",
        "2001:db8::1:8000");
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private DataPlane open(ProcessingRequest... messages) {
    return served.open(messages);
  }

  private ImmediateResponse refused(ProcessingRequest... messages) throws Exception {
    DataPlane plane = open(messages);
    ProcessingResponse reply = plane.next();
    assertThat(reply.hasImmediateResponse()).as("%s", reply).isTrue();
    assertThat(plane.status()).isEqualTo(Status.OK);
    assertThat(plane.unread()).isZero();
    return reply.getImmediateResponse();
  }

  @Test
  void pickEquality() throws Exception {
    serveFour();
    for (int i = 0; i < 10_000; i++) {
      DataPlane plane = open(post(), body(CHAT, true));
      List<ProcessingResponse> replies = plane.next(2);
      String pick = metadataPick(replies.get(0));
      assertThat(pick)
          .isIn("127.9.0.1:8000", "127.9.0.1:8001", "127.9.0.2:8000", "[2001:db8::1]:8000")
          .isEqualTo(
              set(
                  replies.get(0).getRequestHeaders().getResponse().getHeaderMutation(),
                  "x-gateway-destination-endpoint"));
      assertThat(Recorder.joined(replies).toStringUtf8()).isEqualTo(CHAT);
      plane.cancel();
    }
  }

  /** ext-proc.md 5.4: every endpoint that the primary profile scored, by address. */
  @Test
  void scoresInMetadataIfAskedFor() throws Exception {
    served =
        new Served(
            PickerRuntime.builder().keepScores(true),
            ErrorFormat.OPENAI,
            Served.endpoints("127.9.0.1:8000", "127.9.0.1:8001", "2001:db8::1:8000"));
    DataPlane plane = open(post(), body(CHAT, true));
    Map<String, Value> scores = scores(plane.next());
    assertThat(scores).containsOnlyKeys("127.9.0.1:8000", "127.9.0.1:8001", "[2001:db8::1]:8000");
    assertThat(scores.values())
        .allSatisfy(score -> assertThat(score.getNumberValue()).isBetween(0.0, 7.0));
    plane.cancel();
    plane = open(withSubset(post(), list("127.9.0.1")), body(CHAT, true));
    assertThat(scores(plane.next())).containsOnlyKeys("127.9.0.1:8000", "127.9.0.1:8001");
    plane.cancel();
    served.close();
    serveFour();
    plane = open(post(), body(CHAT, true));
    assertThat(scores(plane.next())).as("not asked for").isEmpty();
    plane.cancel();
  }

  private static Map<String, Value> scores(ProcessingResponse reply) {
    return reply
        .getDynamicMetadata()
        .getFieldsOrDefault("envoy.lb", Value.getDefaultInstance())
        .getStructValue()
        .getFieldsOrDefault("x-gateway-destination-endpoint-scores", Value.getDefaultInstance())
        .getStructValue()
        .getFieldsMap();
  }

  static Stream<Arguments> subsets() {
    return Stream.of(
        Arguments.of(list("127.9.0.1:8001"), "127.9.0.1:8001"),
        Arguments.of(list("127.9.0.2"), "127.9.0.2:8000"),
        Arguments.of(text("127.9.0.9, 127.9.0.2:8000"), "127.9.0.2:8000"),
        Arguments.of(list("[2001:db8::1]"), "[2001:db8::1]:8000"),
        Arguments.of(list("[2001:db8:0::1]:8000"), "[2001:db8::1]:8000"),
        Arguments.of(list("127.9.0.1:8002"), ""),
        Arguments.of(list("127.9.0.9"), ""),
        Arguments.of(list(new String[0]), ""),
        Arguments.of(text(""), ""));
  }

  @ParameterizedTest
  @MethodSource("subsets")
  void subset(Value hint, String expected) throws Exception {
    serveFour();
    for (ProcessingRequest[] messages :
        List.of(
            new ProcessingRequest[] {withSubset(post(), hint), body(CHAT, true)},
            new ProcessingRequest[] {post(), withSubset(body(CHAT, true), hint)},
            new ProcessingRequest[] {withSubset(get(), hint)})) {
      if (expected.isEmpty()) {
        ImmediateResponse refused = refused(messages);
        assertThat(refused.getStatus().getCodeValue()).isEqualTo(503);
        assertThat(set(refused.getHeaders(), "x-llm-d-request-dropped-reason"))
            .isEqualTo("rejected-no-endpoints");
      } else {
        DataPlane plane = open(messages);
        assertThat(metadataPick(plane.next())).isEqualTo(expected);
        plane.cancel();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorFormat.class)
  void noEndpoints(ErrorFormat format) throws Exception {
    serve(format);
    for (ProcessingRequest[] messages :
        List.of(
            new ProcessingRequest[] {post(), body(CHAT, true)}, new ProcessingRequest[] {get()})) {
      ImmediateResponse refused = refused(messages);
      assertThat(refused.getStatus().getCodeValue()).isEqualTo(503);
      assertThat(refused.getBody().toStringUtf8()).contains("endpoint");
    }
  }

  @ParameterizedTest
  @EnumSource(value = BodySendMode.class, mode = Mode.EXCLUDE, names = "UNRECOGNIZED")
  void bodyModes(BodySendMode mode) throws Exception {
    serveFour();
    DataPlane plane = open(withModes(post(), mode, mode));
    if (mode != BodySendMode.NONE) {
      plane.send(body(CHAT, true));
    }
    List<ProcessingResponse> replies = plane.next(mode == BodySendMode.NONE ? 1 : 2);
    int picked = mode == BodySendMode.BUFFERED ? 1 : 0;
    assertThat(metadataPick(replies.get(picked))).contains(":800");
    CommonResponse common =
        picked == 1
            ? replies.get(1).getRequestBody().getResponse()
            : replies.get(0).getRequestHeaders().getResponse();
    assertThat(common.getClearRouteCache()).isTrue();
    plane.send(responseHeaders(false));
    plane.next();
    if (mode != BodySendMode.NONE) {
      plane.send(responseBody("x", true));
      plane.next();
    }
    plane.cancel();
  }

  @Test
  void requestTrailersAndHalfClose() throws Exception {
    serveFour();
    DataPlane plane = open(post(), body(CHAT, false), trailers());
    assertThat(Recorder.kinds(plane.next(3)))
        .containsExactly("request_headers", "request_body", "request_trailers");
    plane.cancel();
    DataPlane half = open(post(), body(CHAT, true)).halfClose();
    half.next(2);
    assertThat(half.status()).isEqualTo(Status.OK);
    // The response of the first was never seen and its stream is gone; the second's is under way.
    assertThat(served.server.drain(TimeUnit.SECONDS.toNanos(60))).isZero();
    assertThat(served.runtime.scheduler().openLeases()).isEqualTo(1);
  }

  /** Rule EPP-24: nothing is answered, picked or counted as a request. */
  @Test
  void observabilityMode() throws Exception {
    serveFour();
    DataPlane plane =
        open(
            post().toBuilder().setObservabilityMode(true).build(),
            body("not json", true).toBuilder().setObservabilityMode(true).build(),
            responseHeaders(true).toBuilder().setObservabilityMode(true).build());
    plane.halfClose();
    assertThat(plane.status()).isEqualTo(Status.OK);
    assertThat(plane.unread()).isZero();
    assertThat(served.runtime.scheduler().openLeases()).isZero();
  }

  @Test
  void badBodies() throws Exception {
    serveFour();
    assertThat(refused(post(), body("not json", true)).getStatus().getCodeValue()).isEqualTo(400);
    assertThat(refused(post(), body("{\"messages\":[]}", true)).getStatus().getCodeValue())
        .isEqualTo(400);
    ByteString large = ByteString.copyFrom(new byte[2_500_000]);
    assertThat(refused(post(), body(large, false)).getStatus().getCodeValue()).isEqualTo(413);
    assertThat(refused(body("x", true)).getStatus().getCodeValue()).isEqualTo(400);
  }

  @Test
  void rewrite() throws Exception {
    serveFour();
    DataPlane plane =
        open(post("x-gateway-model-name-rewrite", "much-longer-name"), body(CHAT, true));
    List<ProcessingResponse> replies = plane.next(2);
    assertThat(Recorder.joined(replies).toStringUtf8())
        .isEqualTo(CHAT.replace("\"model\":\"m\"", "\"model\":\"much-longer-name\""));
    assertThat(
            set(
                replies.get(0).getRequestHeaders().getResponse().getHeaderMutation(),
                "content-length"))
        .isEqualTo(Integer.toString(CHAT.length() + 15));
    plane.cancel();
  }

  @Test
  void leakProof() throws Exception {
    serveFour();
    Random random = new Random(5);
    List<DataPlane> batch = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      DataPlane plane = open(post("x-request-id", "same"));
      int steps = random.nextInt(5);
      if (steps > 0) {
        plane.send(body(CHAT, true));
      }
      if (steps > 1) {
        plane.next(2);
        plane.send(responseHeaders(false, ":status", random.nextBoolean() ? "200" : "500"));
      }
      if (steps > 2) {
        plane.send(responseBody("data: x\n\n", steps > 3));
      }
      plane.cancel();
      batch.add(plane);
    }
    for (DataPlane plane : batch) {
      plane.status();
    }
    assertThat(served.server.drain(TimeUnit.SECONDS.toNanos(60))).isZero();
    assertThat(served.runtime.scheduler().openLeases()).isZero();
  }
}
