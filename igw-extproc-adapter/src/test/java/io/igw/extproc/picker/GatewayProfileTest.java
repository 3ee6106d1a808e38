package io.igw.extproc.picker;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.list;
import static io.igw.extproc.testing.Messages.metadataPick;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.text;
import static io.igw.extproc.testing.Messages.withMetadata;
import static io.igw.extproc.testing.Messages.withModes;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.ExtProcStream;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.testing.Recorder;
import io.igw.extproc.testing.ScriptedExchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The client profiles of epp-protocol.md 6.3, each shown by what goes over the wire. */
class GatewayProfileTest {
  private static final String SERVED = "x-gateway-destination-endpoint-served";

  private final ScriptedExchange exchange = new ScriptedExchange();
  private final Recorder replies = new Recorder();
  private final List<BodySendMode> unexpected = new ArrayList<>();

  private ExtProcStream stream(String profile) {
    return stream(Objects.requireNonNull(GatewayProfile.named(profile)));
  }

  private ExtProcStream stream(GatewayProfile profile) {
    StreamEvents events =
        new StreamEvents() {
          @Override
          public void ignoredAfterEnd() {}

          @Override
          public void fault(RuntimeException cause) {}

          @Override
          public void unexpectedMode(BodySendMode mode) {
            unexpected.add(mode);
          }
        };
    return new ExtProcStream(
        new PickerHandler(loop -> exchange, false, false, profile, false),
        Runnable::run,
        replies,
        ErrorFormat.OPENAI,
        events);
  }

  static List<String> names() {
    return GatewayProfile.names();
  }

  @Test
  void theTableHoldsEveryProfile() {
    assertThat(names())
        .containsExactly(
            "generic", "envoy-override-host", "istio", "agentgateway", "envoy-ai-gateway", "ngf");
    assertThat(GatewayProfile.named("kong")).isNull();
  }

  /** Rules EPP-8 and EPP-40. */
  @ParameterizedTest
  @CsvSource({
    "generic, 3, 1",
    "envoy-override-host, 3, 3",
    "istio, 3, 3",
    "istio, 1, 1",
    "istio, 20, 8",
    "agentgateway, 3, 1",
    "envoy-ai-gateway, 3, 1",
    "ngf, 3, 1",
  })
  void aListGoesOnlyWhereItCanBeWalked(String profile, int picked, int listed) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < picked; i++) {
      all.add("10.0.0." + (i + 1));
    }
    exchange.outcome = ScriptedExchange.decision(8000, all);
    ExtProcStream stream = stream(profile);
    stream.message(post());
    stream.message(body("{}", true));
    ProcessingResponse reply = replies.sent.get(0);
    String destination = metadataPick(reply);
    assertThat(destination.split(","))
        .containsExactly(
            all.stream().limit(listed).map(host -> host + ":8000").toArray(String[]::new));
    assertThat(
            set(
                reply.getRequestHeaders().getResponse().getHeaderMutation(),
                "x-gateway-destination-endpoint"))
        .isEqualTo(destination);
  }

  @ParameterizedTest
  @CsvSource({
    "generic, 10.0.0.2:8000",
    "envoy-override-host, 10.0.0.2:8000",
    "istio, 10.0.0.2:8000",
    "agentgateway, 10.0.0.2:8000",
    "envoy-ai-gateway, ",
    "ngf, ",
  })
  void theServedEndpointIsReadWhereItIsReported(String profile, String served) {
    ExtProcStream stream = stream(profile);
    stream.message(post());
    stream.message(body("{}", true));
    stream.message(withMetadata(responseHeaders(true), "envoy.lb", SERVED, text("10.0.0.2:8000")));
    assertThat(exchange.served).isEqualTo(served);
  }

  /** What a half-close after the pick means: nothing more will be told, or the client is gone. */
  @ParameterizedTest
  @CsvSource({
    "generic, , detached",
    "generic, FULL_DUPLEX_STREAMED, closed",
    "generic, NONE, detached",
    "istio, , closed",
    "istio, NONE, closed",
    "envoy-override-host, NONE, closed",
    "agentgateway, , closed",
    "envoy-ai-gateway, , closed",
    "ngf, , detached",
    "ngf, FULL_DUPLEX_STREAMED, detached",
  })
  void theLeaseEndsAsTheGatewayReports(String profile, BodySendMode mode, String end) {
    ExtProcStream stream = stream(profile);
    stream.message(
        mode == null ? post() : withModes(post(), BodySendMode.FULL_DUPLEX_STREAMED, mode));
    stream.message(body("{}", true));
    stream.halfClosed();
    assertThat(replies.completed).isTrue();
    assertThat(exchange.detached).isEqualTo(end.equals("detached"));
    assertThat(exchange.closed).hasValue(1);
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyModeIsServedAndUnexpectedOnesAreTold(String profile) {
    for (BodySendMode mode : BodySendMode.values()) {
      if (mode == BodySendMode.UNRECOGNIZED) {
        continue;
      }
      unexpected.clear();
      replies.sent.clear();
      ExtProcStream stream = stream(profile);
      stream.message(withModes(post(), mode, mode));
      if (mode != BodySendMode.NONE) {
        stream.message(body("{}", true));
      }
      assertThat(replies.sent.stream().filter(r -> !metadataPick(r).isEmpty())).hasSize(1);
      GatewayProfile row = Objects.requireNonNull(GatewayProfile.named(profile));
      assertThat(unexpected.isEmpty()).isEqualTo(row.bodyModes().contains(mode));
    }
    assertThat(Objects.requireNonNull(GatewayProfile.named("envoy-ai-gateway")).bodyModes())
        .containsExactlyInAnyOrder(BodySendMode.FULL_DUPLEX_STREAMED, BodySendMode.BUFFERED);
  }

  @Test
  void namespacesAreSettings() {
    ExtProcStream stream = stream(GatewayProfile.GENERIC.withNamespaces("my.pick", "my.subset"));
    stream.message(
        withMetadata(
            post(), "my.subset", "x-gateway-destination-endpoint-subset", list("10.0.0.1")));
    stream.message(body("{}", true));
    assertThat(exchange.subset).isNotNull();
    assertThat(replies.sent.get(0).getDynamicMetadata().getFieldsMap().keySet())
        .containsExactly("my.pick");
    stream.message(withMetadata(responseHeaders(true), "my.pick", SERVED, text("10.0.0.2:8000")));
    assertThat(exchange.served).isEqualTo("10.0.0.2:8000");
  }

  @Test
  void onlyGatewaysThatHideErrorsAreWarnedOf() {
    assertThat(names().stream().filter(n -> !GatewayProfile.named(n).notes().isEmpty()))
        .containsExactly("ngf");
  }

  /** Rule EPP-66. */
  @ParameterizedTest
  @CsvSource({"generic, 9999, ", "generic, 10000, 10000", "ngf, 60001, 60000", "istio, 60001, "})
  void aWaitThatTheGatewayDoesNotSitOutIsWarnedOf(String name, long millis, @Nullable String told) {
    String warning =
        Objects.requireNonNull(GatewayProfile.named(name)).tooLong(Duration.ofMillis(millis));
    if (told == null) {
      assertThat(warning).isNull();
    } else {
      assertThat(warning).contains(millis + " ms for plugins", name, "after " + told + " ms");
    }
  }
}
