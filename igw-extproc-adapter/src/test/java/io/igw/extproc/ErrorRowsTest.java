package io.igw.extproc;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.headers;
import static io.igw.extproc.testing.Messages.list;
import static io.igw.extproc.testing.Messages.map;
import static io.igw.extproc.testing.Messages.metadataPick;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.withSubset;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.grpc.Status;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.Refusal;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Served;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.PluginCatalog;
import io.igw.spi.Admitter;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.PickListener;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.Screener;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows of ext-proc.md 8.4 that exist here, from a real picker, in two formats. */
@Timeout(240)
class ErrorRowsTest {
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
  private static final String CHAT = "{\"model\":\"m\"," + MESSAGES;
  private static final String HEAD =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      requestHandler:
        parsers: [{pluginRef: openai-parser}]
      plugins:
      - {type: openai-parser}
      """;

  /** A row of the table. */
  record Row(
      String name,
      List<ProcessingRequest> messages,
      List<String> plugins,
      boolean populated,
      int status,
      String text,
      @Nullable String dropped) {
    Row(String name, int status, String text, @Nullable String dropped, String... plugins) {
      this(name, CHATTING, List.of(plugins), true, status, text, dropped);
    }

    Row with(ProcessingRequest... others) {
      return new Row(name, List.of(others), plugins, populated, status, text, dropped);
    }

    Row emptyPool() {
      return new Row(name, messages, plugins, false, status, text, dropped);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<ProcessingRequest> CHATTING = List.of(post(), body(CHAT, true));
  private static final String SATURATED = "rejected-saturated";
  private static final String NONE = "rejected-no-endpoints";
  private static final String NO_CANDIDATES =
      "ServiceUnavailable - failed to find endpoint candidates for serving the request";

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
                "no parser for path",
                400,
                "BadRequest - no parser registered matching path suffix for: /v9/nothing",
                null)
            .with(headers(false, map(":path", "/v9/nothing?x=1")).build(), body("{}", true)),
        new Row(
                "parse failure",
                400,
                "BadRequest - invalid chat completions request: must have valid messages field:"
                    + " messages: expected an array with at least one element",
                null)
            .with(post(), body("{\"model\":\"m\",\"messages\":[]}", true)),
        new Row("model missing", 400, "BadRequest - model not found in request body", null)
            .with(post(), body("{" + MESSAGES, true)),
        new Row(
                "body over the limit",
                413,
                "PayloadTooLarge - request body is too large (expected: at most 2000000 bytes)",
                null)
            .with(post(), body(ByteString.copyFrom(new byte[2_000_001]), false)),
        new Row("header-only, empty pool", 503, NO_CANDIDATES, NONE).with(get()).emptyPool(),
        new Row("no candidates", 503, NO_CANDIDATES, NONE).emptyPool(),
        new Row("subset without match", 503, NO_CANDIDATES, NONE)
            .with(withSubset(post(), list("127.9.9.9")), body(CHAT, true)),
        new Row(
                "legacy admission drop",
                429,
                "ResourceExhausted - system saturated, sheddable request dropped",
                SATURATED)
            .with(post("x-gateway-inference-objective", "batch"), body(CHAT, true)),
        new Row(
            "screened out",
            503,
            "ServiceUnavailable - screeners eliminated all endpoint candidates",
            NONE,
            "no-screen"),
        new Row(
            "admitter denial",
            429,
            "ResourceExhausted - tenant over its share",
            "rejected-not-admitted",
            "deny-NOT_ADMITTED"),
        new Row(
            "plugin: 401", 401, "Unauthorized - tenant over its share", null, "deny-UNAUTHORIZED"),
        new Row("plugin: 403", 403, "Forbidden - tenant over its share", null, "deny-FORBIDDEN"),
        new Row("plugin: 404", 404, "NotFound - tenant over its share", null, "deny-NOT_FOUND"),
        new Row(
            "plugin: 412",
            412,
            "PreconditionFailed - tenant over its share",
            null,
            "deny-NOT_CACHED"),
        new Row("plugin: 500", 500, "Internal - tenant over its share", null, "deny-INTERNAL"),
        new Row(
            "queue full",
            429,
            "ResourceExhausted - tenant over its share",
            SATURATED,
            "deny-QUEUE_FULL"),
        new Row(
            "queue time spent",
            429,
            "ResourceExhausted - tenant over its share",
            "rejected-ttl-expired",
            "deny-TTL_EXPIRED"),
        new Row(
            "shutting down",
            503,
            "ServiceUnavailable - tenant over its share",
            "rejected-shutting-down",
            "deny-SHUTTING_DOWN"),
        new Row(
            "all filtered out by load",
            429,
            "ResourceExhausted - no endpoints available for the given request",
            SATURATED,
            "full-filter"),
        new Row(
            "all filtered out",
            503,
            "ServiceUnavailable - no endpoints available for the given request",
            NONE,
            "header-based-testing-filter"),
        new Row(
                "conditional decode miss",
                412,
                "PreconditionFailed - no decode worker has the requested KV cache",
                null,
                "prefix-cache-scorer")
            .with(post("prefer", "respond-async, if-available"), body(CHAT, true)),
        new Row(
                "conditional decode miss, in a further line",
                412,
                "PreconditionFailed - no decode worker has the requested KV cache",
                null,
                "prefix-cache-scorer")
            .with(post("prefer", "respond-async", "prefer", "if-available"), body(CHAT, true)),
        new Row(
            "no profile runs",
            500,
            "Internal - failed to find target endpoint: failed to run any scheduler profile",
            null,
            "idle-handler"),
        new Row(
            "scheduler result empty",
            500,
            "Internal - failed to find target endpoint: results must be greater than zero",
            null,
            "empty-handler"));
  }

  private static PluginProvider provider(String type, Plugin plugin) {
    return new PluginProvider() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public Plugin create(Parameters parameters, PluginContext context) {
        return plugin;
      }
    };
  }

  /** The shipped types, and some that do what a row needs. */
  private static PluginCatalog catalog() {
    List<PluginProvider> all =
        new ArrayList<>(
            PluginCatalog.load(ErrorRowsTest.class.getClassLoader()).providers().values());
    all.add(provider("no-screen", (Screener) (cycle, c) -> c.retainIf(position -> false)));
    for (Reason reason : Reason.values()) {
      Rejection denied = Rejection.of(reason, "tenant over its share");
      all.add(provider("deny-" + reason, (Admitter) (cycle, candidates) -> denied));
    }
    all.add(
        provider(
            "full-filter",
            new Filter() {
              @Override
              public void filter(Cycle cycle, Candidates candidates) {
                candidates.retainIf(position -> false);
              }

              @Override
              public boolean removesByLoad() {
                return true;
              }
            }));
    all.add(
        provider(
            "failing-listener",
            (PickListener)
                (cycle, results, primary) -> {
                  throw new IllegalStateException("planted");
                }));
    all.add(provider("idle-handler", new Handler(false)));
    all.add(provider("empty-handler", new Handler(true)));
    return PluginCatalog.of(all);
  }

  /** Runs a profile or none, and names none as the primary one. */
  private record Handler(boolean runs) implements ProfileHandler {
    @Override
    public @Nullable String next(Cycle cycle, ProfileResults results) {
      String only = results.profiles().get(0);
      return runs && !results.ran(only) ? only : null;
    }

    @Override
    public @Nullable String merge(Cycle cycle, ProfileResults results) {
      return null;
    }
  }

  private static Served serve(Row row, ErrorFormat format) throws Exception {
    StringBuilder yaml = new StringBuilder(HEAD);
    row.plugins().forEach(type -> yaml.append("- {type: ").append(type).append("}\n"));
    PickerRuntime.Builder builder =
        PickerRuntime.builder()
            .yaml(yaml.toString(), "test")
            .pluginCatalog(catalog())
            .objective("batch", -1);
    return new Served(
        builder, format, row.populated() ? Served.endpoints("127.9.0.1:9") : Served.endpoints());
  }

  private static ImmediateResponse refused(Row row, ErrorFormat format) throws Exception {
    try (Served served = serve(row, format)) {
      DataPlane plane = served.open(row.messages().toArray(new ProcessingRequest[0]));
      ImmediateResponse refused = plane.next().getImmediateResponse();
      assertThat(plane.status()).isEqualTo(Status.OK);
      assertThat(plane.unread()).isZero();
      assertThat(served.runtime.scheduler().openLeases()).isZero();
      assertThat(refused.getStatus().getCodeValue()).as(row.name()).isEqualTo(row.status());
      assertThat(set(refused.getHeaders(), "x-llm-d-request-dropped-reason"))
          .isEqualTo(row.dropped());
      return refused;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void gieText(Row row) throws Exception {
    ImmediateResponse refused = refused(row, ErrorFormat.GIE_V1_5);
    assertThat(refused.getBody().toStringUtf8()).isEqualTo("inference error: " + row.text());
    assertThat(set(refused.getHeaders(), "content-type")).isNull();
  }

  /** scenarios.md S-13. */
  @ParameterizedTest
  @CsvSource({
    "BAD_REQUEST, 3", "TOO_LARGE, 8", "SATURATED, 8", "NO_ENDPOINTS, 14", "SHUTTING_DOWN, 14",
    "INTERNAL, 13", "UNAUTHORIZED, 16", "FORBIDDEN, 7", "NOT_FOUND, 5", "NOT_CACHED, 9",
    "HEADERS_TOO_LARGE, 8",
  })
  void grpcClientsGetAStatusOfTheirKind(Reason reason, int status) throws Exception {
    int http = reason.httpStatus();
    Row row = new Row("denied", http, "", Refusal.of(reason).dropped(), "deny-" + reason);
    HeaderMap.Builder grpc =
        map(
            ":method",
            "POST",
            ":path",
            "/v1/chat/completions",
            "content-type",
            "application/grpc+proto");
    ImmediateResponse refused =
        refused(row.with(headers(false, grpc).build(), body(CHAT, true)), ErrorFormat.OPENAI);
    assertThat(refused.getGrpcStatus().getStatus()).isEqualTo(status);
    assertThat(refused(row, ErrorFormat.OPENAI).hasGrpcStatus()).isFalse();
  }

  /** The row of failures before the request is sent: no reason to refuse what has been picked. */
  @Test
  void aPluginThatFailsAfterThePickStopsNothing() throws Exception {
    Row row = new Row("listener fails", 200, "", null, "failing-listener");
    try (Served served = serve(row, ErrorFormat.OPENAI)) {
      DataPlane plane = served.open(row.messages().toArray(new ProcessingRequest[0]));
      assertThat(metadataPick(plane.next())).isEqualTo("127.9.0.1:9");
      plane.cancel();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void jsonInTheShapeOfOpenAi(Row row) throws Exception {
    ImmediateResponse refused = refused(row, ErrorFormat.OPENAI);
    String message = row.text().substring(row.text().indexOf(" - ") + 3);
    assertThat(refused.getBody().toStringUtf8())
        .startsWith("{\"error\":{\"message\":\"" + message + "\"")
        .endsWith("\"code\":\"" + refused.getDetails() + "\"}}");
    assertThat(refused.getDetails()).isNotEmpty();
    assertThat(set(refused.getHeaders(), "content-type")).isEqualTo("application/json");
    if (row.status() == 429 || row.status() == 503) {
      assertThat(row.dropped()).isNotNull();
    }
  }
}
