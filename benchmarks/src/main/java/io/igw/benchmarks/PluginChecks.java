package io.igw.benchmarks;

import io.igw.benchmarks.JmhChecks.Measured;
import io.igw.scheduler.PluginCostBenchmark;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.openjdk.jmh.runner.RunnerException;

/** What every filter, scorer and picker costs for each endpoint. */
final class PluginChecks {
  private static final double BOUND_NANOS = 5;

  /** Those whose own pages say why they take longer. */
  private static final Map<String, Double> EXPLAINED =
      Map.of("latency-scorer", 12.0, "utilization-detector", 10.0);

  private static final int FORKS = 1;

  private final JmhChecks jmh;
  private final Consumer<Bound> report;

  PluginChecks(JmhChecks jmh, Consumer<Bound> report) {
    this.jmh = jmh;
    this.report = report;
  }

  void perEndpoint() throws RunnerException {
    for (int endpoints : new int[] {100, 1000}) {
      for (String type : new TreeSet<>(PluginCostBenchmark.TYPES.keySet())) {
        Measured call = run(type, endpoints);
        double nanos = call.median() / endpoints;
        report.accept(
            new Bound(
                type + "-" + endpoints, nanos, EXPLAINED.getOrDefault(type, BOUND_NANOS), "ns/ep"));
        report.accept(
            new Bound(type + "-" + endpoints + "-alloc", call.bytesPerOperation(), 0.5, "B"));
      }
    }
  }

  private Measured run(String type, int endpoints) throws RunnerException {
    return jmh.run(
        PluginCostBenchmark.class, "call", FORKS, "type=" + type, "endpoints=" + endpoints);
  }
}
