package io.igw.benchmarks;

import io.igw.benchmarks.rig.Load;
import io.igw.benchmarks.rig.ServerProcess;
import io.igw.extproc.client.Scenario;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a stream of chunks costs the picker behind the real Envoy when body modes are negotiated and
 * nobody counts tokens: no chunk should come by, so no more than an answer in one piece.
 */
final class NegotiatedChecks {
  private static final int TURNS = 5;
  private static final int CHUNKS = 100;
  private static final double PER_SECOND = 50;
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(12);
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long MEASURE_NANOS = TimeUnit.SECONDS.toNanos(8);
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Servers servers;
  private final Consumer<Bound> report;

  NegotiatedChecks(Servers servers, Consumer<Bound> report) {
    this.servers = servers;
    this.report = report;
  }

  void streamBesideJson() throws IOException {
    Scenario json = Scenario.json("json", 200);
    Scenario events = Scenario.events("events", CHUNKS, 0);
    EngineSettings quick =
        EngineSettings.defaults().withDecode(Duration.ofMillis(1), CHUNKS).withBaseModel("m");
    try (ModelServers models = ModelServers.start(10, quick);
        ServerProcess picker =
            servers.picker(
                models,
                "",
                "--secure-serving=false",
                "--refresh-metrics-interval=1s",
                "--body-modes=negotiated",
                "--token-metrics=off");
        Load load = Load.throughNegotiatingEnvoy(picker.address())) {
      load.awaitFirstAnswer(json, START_LIMIT_NANOS);
      load.closed(json, 16, WARM_UP_NANOS, SETTLE_NANOS, picker.stats());
      load.closed(events, 16, WARM_UP_NANOS, SETTLE_NANOS, picker.stats());
      double[] whole = new double[TURNS];
      double[] streamed = new double[TURNS];
      for (int turn = 0; turn < TURNS; turn++) {
        whole[turn] = paced(load, json, picker);
        streamed[turn] = paced(load, events, picker);
      }
      Arrays.sort(whole);
      Arrays.sort(streamed);
      double one = whole[TURNS / 2];
      double many = streamed[TURNS / 2];
      System.out.printf(
          "  negotiated, %.0f/s: %.1f us of CPU for a JSON answer, %.1f us for %d chunks%n",
          PER_SECOND, one / 1e3, many / 1e3, CHUNKS);
      report.accept(new Bound("negotiated-100-chunks", many / one, 1.2, "x"));
    }
  }

  private static double paced(Load load, Scenario scenario, ServerProcess picker)
      throws IOException {
    Load.Result result =
        load.paced(scenario, PER_SECOND, SETTLE_NANOS, MEASURE_NANOS, picker.stats());
    if (result.failed() > 0) {
      throw new IllegalStateException(
          scenario.name() + ": " + result.failed() + " failed, the last: " + load.lastFault());
    }
    return result.cpuNanosPerExchange();
  }
}
