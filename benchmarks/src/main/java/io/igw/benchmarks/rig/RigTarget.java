package io.igw.benchmarks.rig;

import io.igw.extproc.client.ExchangeClient;
import io.igw.extproc.client.ExtProcClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A server that the rig measures, and what its turns came to. One thread. */
final class RigTarget implements AutoCloseable {
  private static final double MICRO = 1e3;
  private static final double MILLI = 1e6;

  final String name;
  final Load load;
  final @Nullable ProcessStats stats;
  private final List<Double> cpuNanos = new ArrayList<>();
  private final Histogram latency = new Histogram(3);
  private long exchanges;
  private double resident = Double.NaN;
  private long refused;
  long failed;

  private RigTarget(String name, Load load, @Nullable ProcessStats stats) {
    this.name = name;
    this.load = load;
    this.stats = stats;
  }

  /** {@code at}: {@code host:port}, or {@code host:port,pid}. */
  static RigTarget of(
      String name, String at, boolean tls, boolean envoy, boolean churn, Limits limits)
      throws IOException {
    String[] parts = at.split(",", -1);
    if (parts.length > 2
        || !parts[0].matches(".+:[0-9]{1,5}")
        || parts.length == 2 && !parts[1].matches("[0-9]{1,10}")) {
      throw new IllegalArgumentException(
          "--target: " + name + "=" + at + " (expected: NAME=HOST:PORT or NAME=HOST:PORT,PID)");
    }
    ProcessStats stats = parts.length == 2 ? new ProcessStats(Long.parseLong(parts[1])) : null;
    int deadline = limits.deadlineSeconds();
    ExchangeClient client =
        envoy
            ? EnvoyClient.start(parts[0], bootstrap -> bootstrap.withTls(tls), deadline)
            : new ExtProcClient(parts[0], tls, false, churn, deadline);
    return new RigTarget(name, new Load(client, limits), stats);
  }

  void add(Load.Result turn) throws IOException {
    exchanges += turn.exchanges();
    failed += turn.failed();
    refused += turn.refused();
    latency.add(turn.latencyNanos());
    cpuNanos.add(turn.cpuNanosPerExchange());
    look();
  }

  /** CPU time of a second in which nothing is asked of it. */
  void idle(long nanos) throws IOException {
    if (stats == null) {
      throw new IllegalArgumentException(
          "--target: " + name + " (expected: a PID, to see it idle)");
    }
    long begin = System.nanoTime();
    long cpu = stats.cpuNanos();
    for (long left = nanos; left > 0; left = begin + nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    cpuNanos.add((stats.cpuNanos() - cpu) * 1e9 / (System.nanoTime() - begin));
    look();
  }

  private void look() throws IOException {
    if (stats != null) {
      resident = stats.residentBytes() / 1e6;
    }
  }

  private double cpu() {
    List<Double> sorted = cpuNanos.stream().sorted().toList();
    return stats == null ? Double.NaN : sorted.get(sorted.size() / 2);
  }

  /** One line for each target, CPU time beside that of the first. */
  static String table(List<RigTarget> targets, boolean idle) {
    StringBuilder out = new StringBuilder();
    double first = targets.get(0).cpu();
    out.append(
        idle
            ? String.format("%-16s %12s %8s %10s%n", "server", "CPU us/s", "ratio", "MB")
            : String.format(
                "%-16s %9s %7s %12s %8s %8s %9s %9s %9s %9s%n",
                "server",
                "answered",
                "failed",
                "CPU us each",
                "ratio",
                "MB",
                "p50 ms",
                "p90 ms",
                "p99 ms",
                "max ms"));
    for (RigTarget target : targets) {
      String cpu = number(target.cpu() / MICRO, 1);
      String ratio = number(target.cpu() / first, 2);
      String memory = number(target.resident, 0);
      out.append(
          idle
              ? String.format("%-16s %12s %8s %10s%n", target.name, cpu, ratio, memory)
              : String.format(
                  "%-16s %9d %7d %12s %8s %8s %9s %9s %9s %9s%n",
                  target.name,
                  target.exchanges,
                  target.failed,
                  cpu,
                  ratio,
                  memory,
                  target.millis(50),
                  target.millis(90),
                  target.millis(99),
                  target.millis(100)));
      if (target.refused > 0) {
        out.append("  of the failed, ")
            .append(target.refused)
            .append(" did not begin: as many were under way as --in-flight allows\n");
      }
      if (target.failed > target.refused) {
        out.append("  the last failure: ").append(target.load.lastFault()).append('\n');
      }
    }
    return out.toString();
  }

  private String millis(double percentile) {
    return number(
        exchanges == 0 ? Double.NaN : latency.getValueAtPercentile(percentile) / MILLI, 2);
  }

  private static String number(double value, int decimals) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  @Override
  public void close() {
    load.close();
  }
}
