package io.igw.benchmarks;

import io.igw.benchmarks.rig.Load;
import io.igw.benchmarks.rig.ServerProcess;
import io.igw.extproc.client.Scenario;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The picker beside the null server at fixed rates, turn by turn within one run: the ratio of their
 * CPU per exchange. Ten endpoints are scraped every second; while the servers warm up each of them
 * stands for twenty, since ten pages a second would keep the compilers busy with the scrapes for an
 * hour.
 */
final class PacedChecks {
  private static final int TURNS = 5;
  private static final int WARM_COPIES = 20;
  private static final int CHUNKS = 100;
  private static final long CHUNK_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long MEASURE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Servers servers;
  private final Consumer<Bound> report;

  PacedChecks(Servers servers, Consumer<Bound> report) {
    this.servers = servers;
    this.report = report;
  }

  void besideNullServer() throws IOException {
    Scenario small = Scenario.json("small", 200);
    Scenario chunks = Scenario.events("chunks", CHUNKS, CHUNK_GAP_NANOS);
    Scenario large = Scenario.json("400kB", 400_000);
    try (ModelServers models = ModelServers.start(10, EngineSettings.defaults());
        ServerProcess picker =
            servers.picker(models, "", "--secure-serving=false", "--refresh-metrics-interval=1s");
        ServerProcess nullServer = servers.nullServer("");
        Load toPicker = new Load(picker.address(), false, true);
        Load toNull = new Load(nullServer.address(), false, false)) {
      servers.endpoints(models, WARM_COPIES);
      Pair pair = new Pair(toPicker, picker, toNull, nullServer);
      for (Scenario scenario : List.of(small, chunks, large)) {
        warm(toPicker, scenario, picker);
        warm(toNull, scenario, nullServer);
      }
      servers.endpoints(models, 1);
      compare(pair, small, 200, 1.5);
      compare(pair, chunks, 100, 1.25);
      compare(pair, chunks, 300, 1.25);
      compare(pair, large, 10, 1.5);
    }
  }

  /** The two processes and the way to each. */
  private record Pair(Load toPicker, ServerProcess picker, Load toNull, ServerProcess nullServer) {}

  private void compare(Pair pair, Scenario scenario, double perSecond, double bound)
      throws IOException {
    InTurn cpu =
        InTurn.of(
            TURNS,
            turn -> paced(pair.toPicker(), scenario, perSecond, pair.picker()),
            turn -> paced(pair.toNull(), scenario, perSecond, pair.nullServer()));
    System.out.printf(
        "  %s at %.0f/s: igw %.1f us, null %.1f us of CPU per exchange%n",
        scenario.name(), perSecond, cpu.picker() / 1e3, cpu.nullServer() / 1e3);
    String name = String.format("paced-%s-%.0f/s", scenario.name(), perSecond);
    report.accept(new Bound(name, cpu.ratio(), bound, "x"));
  }

  /** Until the compilers are done: without gaps between chunks, so that it takes seconds. */
  private static void warm(Load load, Scenario scenario, ServerProcess server) throws IOException {
    Scenario steady = scenario.withoutGaps();
    load.awaitFirstAnswer(steady, START_LIMIT_NANOS);
    load.closed(
        steady, 32, TimeUnit.SECONDS.toNanos(12), TimeUnit.SECONDS.toNanos(1), server.stats());
  }

  private static double paced(Load load, Scenario scenario, double perSecond, ServerProcess server)
      throws IOException {
    Load.Result result =
        load.paced(scenario, perSecond, SETTLE_NANOS, MEASURE_NANOS, server.stats());
    if (result.failed() > 0) {
      throw new IllegalStateException(
          scenario.name() + ": " + result.failed() + " failed, the last: " + load.lastFault());
    }
    return result.cpuNanosPerExchange();
  }
}
