package io.igw.extproc.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The rules between flags (observability.md 2). */
final class SettingsCheck {
  private final Settings settings;
  private final List<String> problems;

  SettingsCheck(Settings settings, List<String> problems) {
    this.settings = settings;
    this.problems = problems;
  }

  void run() {
    boolean file = !settings.get(Flags.CONFIG_FILE).isEmpty();
    if (file && !settings.get(Flags.CONFIG_TEXT).isEmpty()) {
      problems.add(
          "both the \"config-file\" and \"config-text\" flags cannot be set at the same time");
    }
    if (file && !Files.isReadable(Path.of(settings.get(Flags.CONFIG_FILE)))) {
      problems.add(
          "--config-file: "
              + settings.get(Flags.CONFIG_FILE)
              + " (expected: a file that can be read)");
    }
    if (!settings.get(Flags.POOL_NAME).isEmpty()
        && !settings.get(Flags.ENDPOINT_SELECTOR).isEmpty()) {
      problems.add(
          "--pool-name and --endpoint-selector: both given (expected: at most one of them)");
    }
    targetPorts();
    metricsTls();
    String level = settings.get(Flags.ZAP_LOG_LEVEL);
    if (!level.matches("|error|panic|info|debug|\\d{1,3}")) {
      problems.add("--zap-log-level: " + level + " (expected: error, info, debug or a number)");
    }
    positive(Flags.REFRESH_METRICS);
    positive(Flags.STALENESS);
    positive(Flags.IN_FLIGHT_LEASE);
    distinctPorts();
  }

  private void targetPorts() {
    Set<String> ports = new LinkedHashSet<>(settings.get(Flags.TARGET_PORTS));
    if (ports.size() > 8) {
      problems.add("flag \"endpoint-target-ports\" should have length from 1 to 8");
    }
    for (String port : ports) {
      if (!port.matches("\\d{1,5}")
          || Integer.parseInt(port) < 1
          || Integer.parseInt(port) > 65_535) {
        problems.add("invalid port number " + port + " in \"endpoint-target-ports\"");
      }
    }
  }

  private void metricsTls() {
    boolean tls = !settings.get(Flags.METRICS_CERT_DIR).isEmpty();
    boolean clients = !settings.get(Flags.METRICS_CLIENT_CA).isEmpty();
    if (clients && !tls) {
      problems.add("\"metrics-client-ca-file\" requires \"metrics-cert-dir\"");
    }
    if (tls && !clients && Boolean.FALSE.equals(settings.find(Flags.METRICS_AUTH))) {
      problems.add(
          "\"metrics-cert-dir\" enables metrics TLS without authentication;"
              + " set \"metrics-client-ca-file\" or \"metrics-endpoint-auth\"");
    }
  }

  private void positive(Flag<Duration> flag) {
    Duration value = settings.get(flag);
    if (value.isZero() || value.isNegative()) {
      problems.add(flag.name() + ": " + value.toMillis() + "ms (expected: more than 0)");
    }
  }

  private void distinctPorts() {
    Set<Integer> seen = new LinkedHashSet<>();
    for (Flag<Integer> flag : List.of(Flags.GRPC_PORT, Flags.HEALTH_PORT, Flags.METRICS_PORT)) {
      int port = settings.get(flag);
      if (port != 0 && !seen.add(port)) {
        problems.add(flag.name() + ": " + port + " (expected: a port of its own)");
      }
    }
  }
}
