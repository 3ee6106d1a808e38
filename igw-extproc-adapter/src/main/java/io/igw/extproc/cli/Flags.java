package io.igw.extproc.cli;

import static io.igw.extproc.cli.Flag.Kind.LIST;
import static io.igw.extproc.cli.Flag.Kind.SWITCH;
import static io.igw.extproc.cli.Flag.Kind.VALUE;

import io.igw.extproc.picker.GatewayProfile;
import io.igw.extproc.server.Limits;
import io.igw.extproc.stream.ErrorFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every flag: those of the reference (observability.md 2), so that its arguments start igw too, and
 * igw's own.
 */
final class Flags {
  private static final List<Flag<?>> ALL = new ArrayList<>();
  private static final String TLS_12 = "VersionTLS12";

  private static String section = "";

  static {
    section = "Configuration";
  }

  static final Flag<String> CONFIG_FILE =
      text("config-file", "FILE", "", "EndpointPickerConfig in YAML; built-in default without it.");
  static final Flag<String> CONFIG_TEXT =
      text("config-text", "YAML", "", "The configuration itself.");
  static final Flag<Boolean> VALIDATE_CONFIG =
      flag("validate-config", false, "Check flags and configuration, then exit.");
  static final Flag<Boolean> ALLOW_EXPERIMENTAL =
      flag("allow-experimental-plugins", false, "Accept plugins of stability alpha.");
  static final Flag<String> PLUGINS_DIR =
      text("plugins-dir", "DIR", "", "Folder of jars with further plugin types.");
  static final Flag<Duration> SLOW_START =
      duration("slow-start", "10s", "Ramp of an endpoint that joins a pool of others; 0s: none.");
  static final Flag<List<String>> RESOURCES =
      add(
          "resources",
          "PATH,...",
          "Files or folders of InferenceObjectives and InferenceModelRewrites, followed; repeatable.",
          LIST,
          text -> List.of(text),
          List.of(),
          null);
  static final Flag<List<Map.Entry<String, Integer>>> OBJECTIVE =
      add(
          "objective",
          "NAME=PRIORITY",
          "Priority of requests that name this objective, whatever --resources say; repeatable.",
          LIST,
          text -> List.of(Values.objective(text)),
          List.of(),
          null);

  static {
    section = "Pool";
  }

  static final Flag<String> POOL_NAME =
      text(
          "pool-name",
          "NAME",
          "",
          "Name of the pool, in metrics; --resources that name another do not count.");
  static final Flag<String> POOL_NAMESPACE =
      text("pool-namespace", "NAME", "", "Its namespace; NAMESPACE, then 'default' without it.");
  static final Flag<String> POOL_GROUP =
      text(
          "pool-group",
          "GROUP",
          "inference.networking.k8s.io",
          "Its group, as --resources have to name it.");
  static final Flag<String> ENDPOINT_SELECTOR =
      idle("endpoint-selector", "SELECTOR", "", "pods are not selected by this build");
  static final Flag<List<String>> TARGET_PORTS =
      add(
          "endpoint-target-ports",
          "PORT,...",
          "Accepted, 1 to 8 of them: pods are not selected by this build.",
          LIST,
          text -> List.of(text),
          List.of(),
          "pods are not selected by this build");
  static final Flag<Boolean> DISABLE_SUBSET =
      flag("disable-endpoint-subset-filter", false, "Ignore subset hints of the data plane.");

  static {
    section = "Ports and transport";
  }

  static final Flag<Integer> GRPC_PORT = port("grpc-port", 9002, "ext-proc over gRPC.");
  static final Flag<Integer> HEALTH_PORT =
      port("grpc-health-port", 9003, "gRPC health, plaintext.");
  static final Flag<Integer> METRICS_PORT = port("metrics-port", 9090, "Prometheus, /metrics.");
  static final Flag<Long> MAX_RECV =
      add(
          "grpc-max-recv-msg-size",
          "SIZE",
          "Largest message from the data plane.",
          VALUE,
          Values::bytes,
          16L << 20,
          null);
  static final Flag<Long> MAX_SEND =
      add(
          "grpc-max-send-msg-size",
          "SIZE",
          "Largest message to the data plane.",
          VALUE,
          Values::bytes,
          null,
          "igw sends pieces of 62,000 bytes, and bodies no longer than it receives");
  static final Flag<Boolean> HEALTH_CHECKING =
      add(
          "health-checking",
          "BOOL",
          "Health on the ext-proc port too.",
          SWITCH,
          Values::bool,
          null,
          "the ext-proc port always answers health checks");
  static final Flag<Duration> DRAIN_TIMEOUT =
      duration("drain-timeout", "30s", "How long open streams may go on after SIGTERM.");

  static {
    section = "TLS of the ext-proc port";
  }

  static final Flag<Boolean> SECURE_SERVING =
      flag("secure-serving", true, "TLS; =false for plaintext.");
  static final Flag<String> CERT_PATH =
      text("cert-path", "DIR", "", "Directory of tls.crt and tls.key; self-signed without it.");
  static final Flag<Boolean> CERT_RELOAD =
      add(
          "enable-cert-reload",
          "BOOL",
          "Follow changes of these files; on with --cert-path unless =false.",
          SWITCH,
          Values::bool,
          null,
          null);
  static final Flag<String> TLS_MIN_VERSION =
      add(
          "tls-min-version",
          "VERSION",
          "VersionTLS10 to VersionTLS13.",
          VALUE,
          Values.oneOf(List.of("VersionTLS10", "VersionTLS11", TLS_12, "VersionTLS13")),
          TLS_12,
          null);
  static final Flag<List<String>> TLS_CIPHERS =
      add(
          "tls-cipher-suites",
          "SUITE,...",
          "Cipher suites up to TLS 1.2.",
          LIST,
          text -> List.of(text),
          List.of(),
          null);

  static {
    section = "Requests";
  }

  static final Flag<Long> MAX_BODY =
      add(
          "max-request-body-bytes",
          "SIZE",
          "Longer request bodies get 413.",
          VALUE,
          Values::bytes,
          64L << 20,
          null);
  static final Flag<Integer> MAX_DEPTH =
      add(
          "max-request-body-depth",
          "N",
          "More levels in a JSON request body get 400.",
          VALUE,
          Values::levels,
          64,
          null);
  static final Flag<Long> MAX_HEADERS =
      size("max-request-header-bytes", 64 << 10, "Longer request headers get 431.");
  static final Flag<Long> MAX_LINE =
      size("max-response-line-bytes", 1 << 20, "Usage in longer lines of a stream is not read.");
  static final Flag<Long> MAX_HELD_BODIES =
      size(
          "max-held-body-bytes",
          Limits.defaultHeldBodyBytes(),
          "Request bodies held in all, then others wait; 512 MiB or a quarter of the heap.");
  static final Flag<Long> STREAM_BUFFER =
      size("stream-buffer-bytes", 64 << 10, "What a stream may send while it waits.");
  static final Flag<Integer> MAX_STREAMS =
      add("max-streams", "N", "More open streams get 429.", VALUE, Values::count, 10_000, null);
  static final Flag<String> ERROR_FORMAT =
      oneOf("error-format", ErrorFormat.flags(), "openai", "How errors look");
  static final Flag<String> RESPONSE_MODEL =
      oneOf(
          "response-model",
          List.of("client", "target"),
          "client",
          "Model in responses to rewritten requests, client: as it asked");
  static final Flag<String> STICKY_HEADER =
      text(
          "rewrite-sticky-header",
          "NAME",
          "",
          "Requests with the same value of it stay with one target of a rewrite.");
  static final Flag<Boolean> KEEP_CONTROL_HEADERS =
      flag("keep-control-headers", false, "Pass objective, fairness and the like upstream.");
  static final Flag<Duration> IN_FLIGHT_LEASE =
      duration("in-flight-lease", "5m", "Silence after which a request no longer counts.");
  static final Flag<Boolean> EMIT_SCORES =
      flag("emit-endpoint-scores", false, "Scores of all candidates, in metadata of the pick.");

  static final Flag<Boolean> MARK_RESPONSES =
      flag("emit-resp-header-marker", false, "x-went-into-resp-headers: true on every response.");

  static {
    section = "Gateway";
  }

  static final Flag<String> GATEWAY_PROFILE =
      oneOf("gateway-profile", GatewayProfile.names(), "generic", "What calls");
  static final Flag<String> BODY_MODES =
      oneOf(
          "body-modes",
          List.of("fixed", "negotiated"),
          "fixed",
          "As the gateway says, or asked for where needed (Envoy 1.40)");
  static final Flag<String> TOKEN_METRICS =
      oneOf("token-metrics", List.of("on", "off"), "on", "Whether metrics need response bodies");
  static final Flag<String> PICK_NAMESPACE =
      text("pick-namespace", "NAME", "envoy.lb", "Metadata of the pick, and of what served.");
  static final Flag<String> SUBSET_NAMESPACE =
      text("subset-namespace", "NAME", "envoy.lb.subset_hint", "Metadata of subset hints.");

  static {
    section = "Data sources";
  }

  static final Flag<Duration> REFRESH_METRICS =
      duration("refresh-metrics-interval", "50ms", "How often endpoints are asked; >= 50ms.");
  static final Flag<Duration> STALENESS =
      duration("metrics-staleness-threshold", "2s", "Age from which numbers count as unknown.");
  static final Flag<Duration> REFRESH_PROMETHEUS =
      add(
          "refresh-prometheus-metrics-interval",
          "DURATION",
          "How often pool metrics are computed.",
          VALUE,
          Values::duration,
          null,
          "pool metrics are computed when they are read");

  static {
    section = "Metrics, logging, tracing";
  }

  static final Flag<Boolean> DEPRECATED_METRICS =
      flag("deprecated-metrics", true, "Show the metric names of earlier releases too.");
  static final Flag<Boolean> STREAM_METRICS =
      flag("enable-grpc-stream-metrics", false, "Count ext-proc streams.");
  static final Flag<Integer> VERBOSITY =
      add(
          "v",
          "LEVEL",
          "Verbosity, 0 to 5; 4 logs each decision.",
          VALUE,
          Values::verbosity,
          2,
          null);
  static final Flag<String> ZAP_LOG_LEVEL =
      text("zap-log-level", "LEVEL", "", "error, info, debug or a number; overrides -v.");
  static final Flag<String> ZAP_ENCODER =
      idle("zap-encoder", "ENCODER", "console", "the log has one form");
  static final Flag<String> ZAP_STACKTRACE =
      idle("zap-stacktrace-level", "LEVEL", "error", "the log has one form");
  static final Flag<String> ZAP_TIME =
      idle("zap-time-encoding", "ENCODING", "rfc3339", "the log has one form");
  static final Flag<Boolean> ZAP_DEVEL = idleSwitch("zap-devel", "the log has one form");
  static final Flag<Boolean> TRACING = idleSwitch("tracing", "tracing is not part of this build");
  static final Flag<Boolean> PPROF =
      idleSwitch("enable-pprof", "a JVM is profiled with its own tools, such as jcmd");
  static final Flag<Boolean> METRICS_AUTH =
      idleSwitch(
          "metrics-endpoint-auth",
          "tokens are not checked, --metrics-client-ca-file is what keeps strangers out");
  static final Flag<String> METRICS_CERT_DIR =
      text(
          "metrics-cert-dir",
          "DIR",
          "",
          "Directory of tls.crt and tls.key for TLS on the metrics port.");
  static final Flag<String> METRICS_CLIENT_CA =
      text(
          "metrics-client-ca-file",
          "FILE",
          "",
          "Who signs the certificates that clients of the metrics port have to show.");
  static final Flag<Boolean> LEADER_ELECTION =
      idleSwitch("ha-enable-leader-election", "every replica serves");

  /** Flags of old that set what the configuration sets now. */
  static final List<String> RETIRED =
      List.of(
          "--total-queued-requests-metric",
          "--total-running-requests-metric",
          "--kv-cache-usage-percentage-metric",
          "--lora-info-metric",
          "--cache-info-metric");

  private Flags() {}

  /** In the order of the help. */
  static List<Flag<?>> all() {
    return List.copyOf(ALL);
  }

  private static <T> Flag<T> add(
      String name,
      String label,
      String help,
      Flag.Kind kind,
      Values.Parser<T> parser,
      @Nullable T initial,
      @Nullable String idle) {
    List<String> names = name.equals("v") ? List.of("--v", "-v") : List.of("--" + name);
    Flag<T> flag = new Flag<>(section, names, label, help, kind, parser, initial, idle);
    ALL.add(flag);
    return flag;
  }

  private static Flag<String> text(String name, String label, String initial, String help) {
    return add(name, label, help, VALUE, Values::text, initial, null);
  }

  private static Flag<String> oneOf(String name, List<String> words, String initial, String help) {
    String choice = help + ": " + String.join(", ", words) + ".";
    return add(name, "NAME", choice, VALUE, Values.oneOf(words), initial, null);
  }

  private static Flag<Boolean> flag(String name, boolean initial, String help) {
    return add(name, "BOOL", help, SWITCH, Values::bool, initial, null);
  }

  private static Flag<Integer> port(String name, int initial, String help) {
    return add(name, "PORT", help, VALUE, Values::port, initial, null);
  }

  private static Flag<Long> size(String name, long initial, String help) {
    return add(name, "SIZE", help, VALUE, Values::bytes, initial, null);
  }

  private static Flag<Duration> duration(String name, String initial, String help) {
    try {
      Duration value = Values.duration(initial);
      return add(name, "DURATION", help, VALUE, Values::duration, value, null);
    } catch (Values.BadValue e) {
      throw new IllegalStateException(name, e);
    }
  }

  private static Flag<String> idle(String name, String label, String initial, String why) {
    return add(name, label, "Accepted: " + why + ".", VALUE, Values::text, initial, why);
  }

  private static Flag<Boolean> idleSwitch(String name, String why) {
    return add(name, "BOOL", "Accepted: " + why + ".", SWITCH, Values::bool, null, why);
  }
}
