package io.igw.extproc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.extproc.picker.GatewayProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Flags as the reference takes them (observability.md 2), and igw's own. */
class SettingsTest {
  @TempDir Path directory;

  private static Settings parse(String... args) {
    return Settings.parse(List.of(args), Map.of());
  }

  private static Settings line(String args) {
    return parse(args.trim().split(" +"));
  }

  @Test
  void withoutFlagsEverythingHasTheDefaultsOfTheReference() {
    Settings settings = parse();
    assertThat(settings.problems()).isEmpty();
    assertThat(settings.get(Flags.GRPC_PORT)).isEqualTo(9002);
    assertThat(settings.get(Flags.HEALTH_PORT)).isEqualTo(9003);
    assertThat(settings.get(Flags.METRICS_PORT)).isEqualTo(9090);
    assertThat(settings.get(Flags.SECURE_SERVING)).isTrue();
    assertThat(settings.get(Flags.REFRESH_METRICS)).isEqualTo(Duration.ofMillis(50));
    assertThat(settings.get(Flags.STALENESS)).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.get(Flags.DRAIN_TIMEOUT)).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.verbosity()).isEqualTo(2);
    assertThat(settings.get(Flags.MAX_BODY)).isEqualTo(64L << 20);
    assertThat(settings.idle()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--pool-name p --pool-namespace n --v 4 --zap-encoder json --grpc-port 9002"
            + " --grpc-health-port 9003",
        "--pool-name=p -v 4 --zap-encoder=json --grpc-health-port=9003",
        "-v=4 --tracing=false --enable-pprof=false --metrics-endpoint-auth=false",
        "--v=4 --tracing --secure-serving=false --health-checking --ha-enable-leader-election",
        "--v 4 --endpoint-selector app=vllm --endpoint-target-ports 8000,8001,8000",
        "--v=4 --zap-devel --zap-log-level=debug --zap-stacktrace-level error"
            + " --zap-time-encoding iso8601",
        "--v 4 --grpc-max-recv-msg-size 10MiB --grpc-max-send-msg-size=25MB",
        "--v 4 --tls-min-version VersionTLS13 --tls-cipher-suites A,B --enable-cert-reload",
        "--v 4 --metrics-cert-dir /c --metrics-client-ca-file /f --pool-group g",
        "--v 4 --refresh-prometheus-metrics-interval 5s --emit-endpoint-scores"
            + " --enable-grpc-stream-metrics --allow-experimental-plugins"
            + " --disable-endpoint-subset-filter",
      })
  void argumentsOfTheReferenceAreAccepted(String args) {
    Settings settings = line(args);
    assertThat(settings.problems()).isEmpty();
    assertThat(settings.verbosity()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "--secure-serving=false, false",
    "--secure-serving=0, false",
    "--secure-serving=F, false",
    "--secure-serving, true",
    "--secure-serving=TRUE, true",
    "--secure-serving false, false",
  })
  void switchesAreGos(String args, boolean expected) {
    assertThat(line(args).get(Flags.SECURE_SERVING)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "50ms, PT0.05S",
    "1m30s, PT1M30S",
    "1.5h, PT1H30M",
    "5s, PT5S",
    "250us, PT0.00025S",
  })
  void durationsAreGos(String text, Duration expected) {
    assertThat(parse("--in-flight-lease", text).get(Flags.IN_FLIGHT_LEASE)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1048576, 1048576",
    "10MiB, 10485760",
    "25MB, 25000000",
    "16Mi, 16777216",
    "64Kib, 65536",
  })
  void sizes(String text, long expected) {
    assertThat(parse("--max-request-body-bytes", text).get(Flags.MAX_BODY)).isEqualTo(expected);
  }

  private static final Map<String, Flag<Long>> SIZES =
      Map.of(
          "--max-request-body-bytes", Flags.MAX_BODY,
          "--max-request-header-bytes", Flags.MAX_HEADERS,
          "--max-held-body-bytes", Flags.MAX_HELD_BODIES,
          "--stream-buffer-bytes", Flags.STREAM_BUFFER,
          "--grpc-max-recv-msg-size", Flags.MAX_RECV);

  static Stream<Arguments> limits() {
    List<Arguments> rows = new ArrayList<>();
    for (String name : SIZES.keySet()) {
      rows.add(Arguments.of(name, "1", 1L));
      rows.add(Arguments.of(name, "96KiB", 96L << 10));
      rows.add(Arguments.of(name, "2147483647", Integer.MAX_VALUE));
      for (String wrong :
          List.of("0", "2147483648", "2GiB", "99999999999", "-1", "1.5MiB", "much")) {
        rows.add(Arguments.of(name, wrong, null));
      }
    }
    rows.add(Arguments.of("--max-streams", "1", 1L));
    rows.add(Arguments.of("--max-streams", "1000000", 1_000_000L));
    for (String wrong : List.of("0", "1000001", "-1", "1k", "many")) {
      rows.add(Arguments.of("--max-streams", wrong, null));
    }
    rows.add(Arguments.of("--max-request-body-depth", "1", 1L));
    rows.add(Arguments.of("--max-request-body-depth", "64", 64L));
    for (String wrong : List.of("0", "65", "-1", "deep")) {
      rows.add(Arguments.of("--max-request-body-depth", wrong, null));
    }
    return rows.stream();
  }

  /** Value, bounds and error of every limit, on the command line and in the environment. */
  @ParameterizedTest(name = "{0}={1}")
  @MethodSource("limits")
  void limits(String name, String text, @Nullable Number value) {
    Flag<? extends Number> flag = SIZES.getOrDefault(name, Flags.MAX_HEADERS);
    String expected = "a size such as 16MiB, 25MB or 1048576, below 2 GiB";
    if (name.equals("--max-streams")) {
      flag = Flags.MAX_STREAMS;
      expected = "a number, 1 to 1000000";
    } else if (name.equals("--max-request-body-depth")) {
      flag = Flags.MAX_DEPTH;
      expected = "a number, 1 to 64";
    }
    Map<String, String> environment = Map.of(flag.variable(), text);
    Settings line = parse(name + "=" + text);
    Settings variable = Settings.parse(List.of(), environment);
    if (value != null) {
      assertThat(line.problems()).isEmpty();
      assertThat(variable.problems()).isEmpty();
      assertThat(line.get(flag).longValue()).isEqualTo(value.longValue());
      assertThat(variable.get(flag).longValue()).isEqualTo(value.longValue());
    } else {
      String problem = ": " + text + " (expected: " + expected + ")";
      assertThat(line.problems()).containsExactly(name + problem);
      assertThat(variable.problems()).containsExactly(flag.variable() + problem);
    }
  }

  @Test
  void limitsHaveTheirDefaults() {
    Settings settings = parse();
    assertThat(settings.get(Flags.MAX_BODY)).isEqualTo(64L << 20);
    assertThat(settings.get(Flags.MAX_DEPTH)).isEqualTo(64);
    assertThat(settings.get(Flags.MAX_HEADERS)).isEqualTo(64L << 10);
    assertThat(settings.get(Flags.MAX_LINE)).isEqualTo(1L << 20);
    assertThat(settings.get(Flags.STREAM_BUFFER)).isEqualTo(64L << 10);
    assertThat(settings.get(Flags.MAX_RECV)).isEqualTo(16L << 20);
    assertThat(settings.get(Flags.MAX_STREAMS)).isEqualTo(10_000);
    assertThat(settings.get(Flags.MAX_HELD_BODIES))
        .isEqualTo(Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 4));
  }

  @Test
  void resourcesRepeat() {
    assertThat(parse("--resources", "a.yaml,b", "--resources=c").get(Flags.RESOURCES))
        .containsExactly("a.yaml", "b", "c");
  }

  @Test
  void responsesNameTheModelOfTheClientUnlessToldOtherwise() {
    assertThat(parse().get(Flags.RESPONSE_MODEL)).isEqualTo("client");
    assertThat(parse("--response-model=target").problems()).isEmpty();
    assertThat(parse("--response-model=both").problems())
        .containsExactly("--response-model: both (expected: one of client, target)");
  }

  @Test
  void theNamespaceIsThatOfTheFlagElseOfTheEnvironment() {
    assertThat(parse().poolNamespace()).isEqualTo("default");
    Map<String, String> environment = Map.of("NAMESPACE", "of-pod");
    assertThat(Settings.parse(List.of(), environment).poolNamespace()).isEqualTo("of-pod");
    List<String> flag = List.of("--pool-namespace=given");
    assertThat(Settings.parse(flag, environment).poolNamespace()).isEqualTo("given");
  }

  @Test
  void objectivesRepeat() {
    Settings settings =
        parse("--objective", "gold=10", "--objective=batch=-1", "--objective", "a=1,b=2");
    assertThat(settings.get(Flags.OBJECTIVE))
        .containsExactly(
            Map.entry("gold", 10), Map.entry("batch", -1), Map.entry("a", 1), Map.entry("b", 2));
  }

  @Test
  void everyFlagHasAnEnvironmentForm() {
    Settings settings =
        Settings.parse(
            List.of("--grpc-port", "1"),
            Map.of(
                "IGW_MAX_REQUEST_BODY_BYTES", "1MiB",
                "IGW_GRPC_PORT", "2",
                "IGW_SECURE_SERVING", "false",
                "IGW_V", "5"));
    assertThat(settings.problems()).isEmpty();
    assertThat(settings.get(Flags.MAX_BODY)).isEqualTo(1L << 20);
    assertThat(settings.get(Flags.GRPC_PORT)).isEqualTo(1);
    assertThat(settings.get(Flags.SECURE_SERVING)).isFalse();
    assertThat(settings.verbosity()).isEqualTo(5);
    assertThat(Settings.parse(List.of(), Map.of("IGW_V", "x")).problems())
        .containsExactly("IGW_V: x (expected: a number, 0 to 5)");
  }

  @Test
  void everyProblemIsReportedAtOnce() {
    Settings settings =
        line(
            "--grpc-port 99999 --tracing=maybe --refresh-metrics-interval soon --nonsense"
                + " --config-file "
                + directory.resolve("none.yaml")
                + " --config-text x --pool-name a --endpoint-selector b"
                + " --max-request-body-bytes -3 --error-format xml --objective gold"
                + " --endpoint-target-ports 1,2,3,4,5,6,7,8,9,x --metrics-client-ca-file f"
                + " --total-queued-requests-metric m --drain-timeout=1x");
    assertThat(String.join("\n", settings.problems()))
        .contains("--nonsense")
        .contains("--grpc-port: 99999 (expected: a port, 0 to 65535, 0 for any free one)")
        .contains("--tracing: maybe (expected: true or false)")
        .contains("--refresh-metrics-interval: soon (expected: a duration such as 50ms")
        .contains("none.yaml (expected: a file that can be read)")
        .contains("both the \"config-file\" and \"config-text\" flags cannot be set")
        .contains("--pool-name and --endpoint-selector")
        .contains("--max-request-body-bytes: -3 (expected: a size such as")
        .contains("--error-format: xml (expected: one of openai, gie-v1.5, gie-v1.1)")
        .contains("--objective: gold (expected: NAME=PRIORITY with a whole number)")
        .contains("flag \"endpoint-target-ports\" should have length from 1 to 8")
        .contains("invalid port number x in \"endpoint-target-ports\"")
        .contains("\"metrics-client-ca-file\" requires \"metrics-cert-dir\"")
        .contains("flag \"total-queued-requests-metric\" is deprecated and cannot be used")
        .contains("--drain-timeout: 1x");
  }

  @Test
  void missingValuesAndRepeatedPortsAreProblems() {
    assertThat(parse("--grpc-port").problems()).hasSize(1);
    assertThat(line("--grpc-port 7000 --metrics-port 7000").problems())
        .containsExactly("--metrics-port: 7000 (expected: a port of its own)");
    assertThat(line("--grpc-port 0 --metrics-port 0").problems()).isEmpty();
  }

  @Test
  void aTooShortRefreshIsLengthenedAloud() {
    Settings settings = line("--refresh-metrics-interval 10ms");
    assertThat(settings.problems()).isEmpty();
    assertThat(settings.refreshInterval()).isEqualTo(Duration.ofMillis(50));
    assertThat(settings.idle())
        .containsExactly("--refresh-metrics-interval: 50ms is used (expected: >= 50ms)");
  }

  @Test
  void whatIsNoFlagIsAProblem() {
    assertThat(line("--v 4 stray").problems()).hasSize(1);
    assertThat(parse("--pool-name", "@file").get(Flags.POOL_NAME)).isEqualTo("@file");
    assertThat(parse("--pool-name=").problems()).isEmpty();
  }

  @Test
  void flagsWithoutMeaningAreNamedOnce() {
    assertThat(line("--tracing --enable-pprof=false --tracing=false").idle())
        .containsExactlyInAnyOrder(
            "--tracing has no effect: tracing is not part of this build",
            "--enable-pprof has no effect: a JVM is profiled with its own tools, such as jcmd");
    assertThat(
            line("--endpoint-selector app=vllm --endpoint-target-ports 8000"
                    + " --endpoint-target-ports 8001")
                .idle())
        .containsExactlyInAnyOrder(
            "--endpoint-selector has no effect: pods are not selected by this build",
            "--endpoint-target-ports has no effect: pods are not selected by this build");
  }

  /** Arguments of the reference start igw; what they do not protect here is said aloud. */
  @Test
  void protectionOfTheMetricsPortIsThereOrNamed() {
    Settings whole = line("--metrics-cert-dir /c --metrics-client-ca-file /f");
    assertThat(whole.problems()).isEmpty();
    assertThat(whole.idle()).isEmpty();
    Settings encrypted = line("--metrics-cert-dir /c");
    assertThat(encrypted.problems()).isEmpty();
    assertThat(encrypted.idle())
        .containsExactly(
            "--metrics-cert-dir: encrypts, but anyone may read"
                + " (expected: --metrics-client-ca-file too)");
    Settings tokens = line("--metrics-endpoint-auth=true");
    assertThat(tokens.problems()).isEmpty();
    assertThat(tokens.idle())
        .containsExactly(
            "--metrics-endpoint-auth has no effect: tokens are not checked,"
                + " --metrics-client-ca-file is what keeps strangers out");
    assertThat(line("--metrics-cert-dir /c --metrics-endpoint-auth=false").problems())
        .containsExactly(
            "\"metrics-cert-dir\" enables metrics TLS without authentication;"
                + " set \"metrics-client-ca-file\" or \"metrics-endpoint-auth\"");
  }

  @Test
  void theGatewayIsARowOfTheTable() {
    Settings settings =
        line("--gateway-profile istio --pick-namespace a --subset-namespace b --body-modes=fixed");
    assertThat(settings.problems()).isEmpty();
    assertThat(settings.gateway())
        .isEqualTo(GatewayProfile.named("istio").withNamespaces("a", "b"));
    assertThat(parse().gateway()).isEqualTo(GatewayProfile.GENERIC);
    assertThat(settings.idle()).isEmpty();
    assertThat(line("--gateway-profile ngf").idle())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("do not see the picker's errors");
    assertThat(line("--gateway-profile kong --body-modes any --token-metrics true").problems())
        .containsExactly(
            "--gateway-profile: kong (expected: one of generic, envoy-override-host, istio,"
                + " agentgateway, envoy-ai-gateway, ngf)",
            "--body-modes: any (expected: one of fixed, negotiated)",
            "--token-metrics: true (expected: one of on, off)");
  }

  @ParameterizedTest
  @CsvSource({
    "-v 4, 4",
    "-v4, 4",
    "-v -3, 2",
    "--zap-log-level debug, 4",
    "--zap-log-level 5 -v 1, 5"
  })
  void verbosity(String args, int expected) {
    assertThat(line(args).verbosity()).isEqualTo(expected);
  }

  @Test
  void aReadableConfigFileIsFine() throws Exception {
    Path file = Files.writeString(directory.resolve("c.yaml"), "x");
    assertThat(parse("--config-file", file.toString()).problems()).isEmpty();
    assertThat(Arrays.asList(Flags.all().stream().map(Flag::variable).toArray()))
        .doesNotHaveDuplicates();
  }
}
