package io.igw.extproc;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.metadataPick;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.text;
import static io.igw.extproc.testing.Messages.withMetadata;
import static io.igw.extproc.testing.Messages.withModes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.igw.extproc.picker.GatewayProfile;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Messages;
import io.igw.extproc.testing.Recorder;
import io.igw.extproc.testing.Served;
import io.igw.runtime.PickerRuntime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real picker as gateways other than Envoy call it (epp-protocol.md 6.1 and 6.2). */
@Timeout(240)
class GatewayShapesTest {
  private static final String DESTINATION = "x-gateway-destination-endpoint";
  private static final String[] ADDRESSES = {
    "127.9.0.1:8000", "127.9.0.2:8000", "127.9.0.3:8000", "127.9.0.4:8000"
  };

  private Served served;

  private void serve(String profile, String... addresses) throws Exception {
    String yaml =
        """
        apiVersion: llm-d.ai/v1alpha1
        kind: EndpointPickerConfig
        plugins:
        - {type: prefix-cache-scorer}
        schedulingProfiles:
        - {name: default, plugins: [{pluginRef: prefix-cache-scorer}]}
        """;
    served =
        new Served(
            Objects.requireNonNull(GatewayProfile.named(profile)),
            PickerRuntime.builder().yaml(yaml, "shapes.yaml"),
            ErrorFormat.OPENAI,
            Served.endpoints(addresses));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static String chat(String prompt) {
    return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}";
  }

  /** The n-th of several prompts, of many blocks. */
  private static String prompt(int n) {
    return ("conversation " + n + " ").repeat(60);
  }

  private static HeaderMap.Builder values(String... namesAndValues) {
    HeaderMap.Builder map = HeaderMap.newBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.addHeaders(
          HeaderValue.newBuilder().setKey(namesAndValues[i]).setValue(namesAndValues[i + 1]));
    }
    return map;
  }

  /**
   * NGINX Gateway Fabric: a connection for each request; no pseudo-header, all values in {@code
   * value}, no word of modes; one message with the whole body, then nothing more is sent, and the
   * request goes on when the stream has ended.
   */
  private List<ProcessingResponse> ngf(String json) throws Exception {
    ManagedChannel connection =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), served.server.port()))
            .usePlaintext()
            .build();
    try {
      ProcessingRequest headers =
          Messages.headers(
                  false,
                  values(
                      "Host", "llm.example", "Content-Type", "application/json", DESTINATION, "1"))
              .build();
      DataPlane plane = new DataPlane(connection).send(headers, body(json, true)).halfClose();
      assertThat(plane.status()).isEqualTo(Status.OK);
      return plane.next(plane.unread());
    } finally {
      connection.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    }
  }

  /** What it reads: the header of this very name, its bytes. */
  private static String pickedByNgf(List<ProcessingResponse> replies) {
    HeaderMutation mutation = replies.get(0).getRequestHeaders().getResponse().getHeaderMutation();
    List<HeaderValueOption> named =
        mutation.getSetHeadersList().stream()
            .filter(option -> option.getHeader().getKey().equals(DESTINATION))
            .toList();
    assertThat(named).hasSize(1);
    HeaderValue header = named.get(0).getHeader();
    assertThat(header.getValue()).isEmpty();
    return header.getRawValue().toStringUtf8();
  }

  /** Rules EPP-25, 31, 33, 38, 58: told of nothing but the body, the picker knows a chat by it. */
  @Test
  void nginxGatewayFabric() throws Exception {
    serve("ngf", ADDRESSES);
    for (int i = 0; i < 6; i++) {
      List<ProcessingResponse> first = ngf(chat(prompt(i)));
      assertThat(Recorder.kinds(first)).containsExactly("request_headers", "request_body");
      assertThat(pickedByNgf(first)).isIn((Object[]) ADDRESSES);
      assertThat(Recorder.joined(first).toStringUtf8()).isEqualTo(chat(prompt(i)));
      assertThat(Recorder.pieces(first).get(0).getEndOfStream()).isTrue();
      // Only a prompt that was read as messages has a prefix to come back for.
      assertThat(pickedByNgf(ngf(chat(prompt(i) + "and then?")))).isEqualTo(pickedByNgf(first));
    }
    // Nothing tells of the responses: the leases stay until their time is up.
    assertThat(served.server.drain(TimeUnit.SECONDS.toNanos(60))).isZero();
    assertThat(served.runtime.scheduler().openLeases()).isEqualTo(12);
  }

  @Test
  void nginxGatewayFabricIsToldWhatIsWrong() throws Exception {
    serve("ngf", ADDRESSES);
    List<ProcessingResponse> refused = ngf("{\"model\":\"m\",\"messages\":[]}");
    assertThat(Recorder.kinds(refused)).containsExactly("immediate_response");
    assertThat(refused.get(0).getImmediateResponse().getStatus().getCodeValue()).isEqualTo(400);
    assertThat(refused.get(0).getImmediateResponse().getBody().toStringUtf8()).contains("messages");
  }

  @Test
  void nginxGatewayFabricBeforeAnEmptyPool() throws Exception {
    serve("ngf");
    List<ProcessingResponse> refused = ngf(chat("hello"));
    assertThat(Recorder.kinds(refused)).containsExactly("immediate_response");
    assertThat(refused.get(0).getImmediateResponse().getStatus().getCodeValue()).isEqualTo(503);
  }

  /**
   * agentgateway: pseudo-headers in {@code value}, the others in {@code raw_value}; pieces of the
   * body follow without a wait for the headers' answer.
   */
  private DataPlane agentgateway(String json, String... headers) {
    HeaderMap.Builder map =
        values(
            ":method", "POST", ":path", "/v1/chat/completions", ":authority", "a", ":scheme", "h");
    map.addAllHeaders(Messages.map(headers).getHeadersList());
    ProcessingRequest first =
        withModes(
            Messages.headers(false, map).build(),
            BodySendMode.FULL_DUPLEX_STREAMED,
            BodySendMode.FULL_DUPLEX_STREAMED);
    first =
        first.toBuilder()
            .setProtocolConfig(
                first.getProtocolConfig().toBuilder()
                    .setSendBodyWithoutWaitingForHeaderResponse(true))
            .build();
    ByteString bytes = ByteString.copyFromUtf8(json);
    int half = bytes.size() / 2;
    return served.open(
        first,
        body(bytes.substring(0, half), false),
        body(bytes.substring(half), false),
        body(ByteString.EMPTY, true));
  }

  /** Rules EPP-31, 36, 39, 40, 44, 47: one address, with its metadata, in the first answer. */
  @Test
  void agentgateway() throws Exception {
    serve("agentgateway", ADDRESSES);
    for (int i = 0; i < 6; i++) {
      String first = null;
      for (String more : List.of("", "and then?")) {
        String json = chat(prompt(i) + more);
        DataPlane plane =
            agentgateway(
                json,
                "content-type",
                "application/json",
                DESTINATION,
                "10.6.6.6:1",
                "x-prefiller-host-port",
                "10.6.6.6:2",
                "x-llm-d-inference-objective",
                "gold");
        ProcessingResponse answer = plane.next();
        CommonResponse common = answer.getRequestHeaders().getResponse();
        HeaderMutation mutation = common.getHeaderMutation();
        String picked = set(mutation, DESTINATION);
        assertThat(picked).isIn((Object[]) ADDRESSES).isEqualTo(metadataPick(answer));
        assertThat(common.getClearRouteCache()).isTrue();
        // Removals come first there, and an empty value changes nothing.
        assertThat(mutation.getRemoveHeadersList())
            .contains("x-prefiller-host-port", "x-llm-d-inference-objective");
        assertThat(mutation.getSetHeadersList())
            .noneMatch(option -> option.getHeader().getRawValue().isEmpty())
            .noneMatch(option -> option.getHeader().getKey().equals("content-length"));
        ByteString passed = ByteString.EMPTY;
        for (boolean ended = false; !ended; ) {
          ProcessingResponse piece = plane.next();
          assertThat(piece.hasDynamicMetadata()).isFalse();
          passed = passed.concat(Recorder.joined(List.of(piece)));
          ended = Recorder.pieces(List.of(piece)).get(0).getEndOfStream();
        }
        assertThat(passed.toStringUtf8()).isEqualTo(json);
        assertThat(first == null || first.equals(picked)).as("prefix of a chat").isTrue();
        first = picked;
        plane.send(
            withMetadata(
                responseHeaders(false),
                "envoy.lb",
                "x-gateway-destination-endpoint-served",
                text(picked)),
            responseBody("{}", true));
        assertThat(Recorder.kinds(plane.next(2)))
            .containsExactly("response_headers", "response_body");
        plane.cancel();
      }
    }
    assertThat(served.server.drain(TimeUnit.SECONDS.toNanos(60))).isZero();
    assertThat(served.runtime.scheduler().openLeases()).isZero();
  }
}
