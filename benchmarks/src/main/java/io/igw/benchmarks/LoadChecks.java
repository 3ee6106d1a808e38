package io.igw.benchmarks;

import io.igw.benchmarks.rig.Load;
import io.igw.benchmarks.rig.ServerProcess;
import io.igw.extproc.client.Scenario;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Checks at saturation: a closed loop of 32 exchanges, 12 s warm-up, client in this process. */
final class LoadChecks {
  private static final int IN_FLIGHT = 32;
  private static final int CHUNKS = 100;
  private static final int WINDOWS = 5;
  private static final double CONNECTIONS_PER_SECOND = 500;
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(12);
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long MEASURE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Servers servers;
  private final Consumer<Bound> report;

  LoadChecks(Servers servers, Consumer<Bound> report) {
    this.servers = servers;
    this.report = report;
  }

  /** CPU of the picker process per small request, per response chunk and per prompt of 400 kB. */
  void saturated() throws IOException {
    besideNullServer("extproc-small-request", Scenario.json("small", 200), 1e3, 30, "us");
    Scenario chunks = Scenario.events("chunks", CHUNKS, 0);
    besideNullServer("extproc-response-chunk", chunks, CHUNKS * 1e3, 3, "us");
    besideNullServer("extproc-400kB-prompt", Scenario.json("large", 400_000), 1e6, 2, "ms");
  }

  /**
   * Holds the picker's CPU against a bound, and prints the null server's of the same minute, turn
   * by turn: their ratio stays where the host's speed does not.
   *
   * @param nanos nanoseconds of an exchange that are one {@code unit}
   */
  private void besideNullServer(
      String name, Scenario scenario, double nanos, double bound, String unit) throws IOException {
    try (ModelServers models = models();
        ServerProcess picker = picker(models, "");
        ServerProcess nullServer = servers.nullServer("");
        Load toPicker = new Load(picker.address(), false, true);
        Load toNull = new Load(nullServer.address(), false, false)) {
      InTurn cpu =
          InTurn.of(
              WINDOWS,
              turn -> closed(scenario, picker, toPicker, warmUp(turn), WINDOW_NANOS),
              turn -> closed(scenario, nullServer, toNull, warmUp(turn), WINDOW_NANOS));
      report.accept(new Bound(name, cpu.picker() / nanos, bound, unit));
      System.out.printf(
          "  of it the transport: null server %.2f %s, ratio %.2f%n",
          cpu.nullServer() / nanos, unit, cpu.ratio());
    }
  }

  private static long warmUp(int turn) {
    return turn == 0 ? WARM_UP_NANOS : 0;
  }

  /** Bytes that the picker process allocates per small request, all threads together. */
  void allocation() throws IOException {
    Scenario scenario = Scenario.json("small", 200);
    // Sizes that stay: the collector's own counters then tell what was allocated.
    try (ModelServers models = models();
        ServerProcess picker = picker(models, "-Xms256m -Xmx256m -Xmn128m");
        Load load = new Load(picker.address(), false, true)) {
      closed(scenario, picker, load, WARM_UP_NANOS, MEASURE_NANOS);
      long[] before = new long[1];
      long[] after = new long[1];
      long exchanges =
          load.closedCounting(
              scenario,
              IN_FLIGHT,
              MEASURE_NANOS,
              () -> before[0] = allocatedBytes(picker.pid()),
              () -> after[0] = allocatedBytes(picker.pid()));
      double kilobytes = (after[0] - before[0]) / 1e3 / exchanges;
      report.accept(new Bound("extproc-small-request-alloc", kilobytes, 24, "kB"));
    }
  }

  /** Small requests over TLS, each over a new connection: how long they take at 500 a second. */
  void handshakes() throws IOException {
    Scenario scenario = Scenario.json("handshake", 200);
    try (ModelServers models = models();
        ServerProcess picker = servers.picker(models, "", "--refresh-metrics-interval=1s");
        Load load = Load.overNewConnections(picker.address())) {
      load.awaitFirstAnswer(scenario, START_LIMIT_NANOS);
      load.closed(scenario, 4, WARM_UP_NANOS, MEASURE_NANOS, picker.stats());
      Load.Result result =
          load.paced(scenario, CONNECTIONS_PER_SECOND, SETTLE_NANOS, MEASURE_NANOS, picker.stats());
      if (result.failed() > 0) {
        throw new IllegalStateException(
            "handshakes: " + result.failed() + " failed, the last: " + load.lastFault());
      }
      System.out.printf(
          "  a request over its own TLS connection: %.0f us of CPU, p50 %.2f ms%n",
          result.cpuNanosPerExchange() / 1e3, result.latencyNanos().getValueAtPercentile(50) / 1e6);
      double p99 = result.latencyNanos().getValueAtPercentile(99) / 1e6;
      report.accept(new Bound("tls-500-connections/s-p99", p99, 20, "ms"));
    }
  }

  /** CPU nanoseconds of the server per exchange. */
  private static double closed(
      Scenario scenario, ServerProcess server, Load load, long warmUpNanos, long measureNanos)
      throws IOException {
    load.awaitFirstAnswer(scenario, START_LIMIT_NANOS);
    Load.Result result =
        load.closed(scenario, IN_FLIGHT, warmUpNanos, measureNanos, server.stats());
    if (result.failed() > 0) {
      throw new IllegalStateException(
          scenario.name() + ": " + result.failed() + " failed, the last: " + load.lastFault());
    }
    return result.cpuNanosPerExchange();
  }

  /** Young collections times the size of Eden, and what is in Eden now: columns of jstat. */
  private long allocatedBytes(long pid) {
    try {
      String jstat = servers.javaHome().resolve("bin/jstat").toString();
      Process process = new ProcessBuilder(List.of(jstat, "-gc", Long.toString(pid))).start();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        List<String> names = columns(lines);
        List<String> values = columns(lines);
        double eden = number(names, values, "EC");
        double used = number(names, values, "EU");
        return (long) (1024 * (number(names, values, "YGC") * eden + used));
      }
    } catch (IOException e) {
      throw new IllegalStateException("jstat: no counters of process " + pid, e);
    }
  }

  private static List<String> columns(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new IOException("no line");
    }
    return List.of(line.trim().split(" +"));
  }

  private static double number(List<String> names, List<String> values, String name) {
    return Double.parseDouble(values.get(names.indexOf(name)));
  }

  private ServerProcess picker(ModelServers models, String javaOptions) throws IOException {
    return servers.picker(
        models, javaOptions, "--secure-serving=false", "--refresh-metrics-interval=1s");
  }

  private static ModelServers models() {
    return ModelServers.start(10, EngineSettings.defaults());
  }
}
