package io.igw.simulator.virtual;

import io.igw.simulator.CommandLines;
import io.igw.simulator.virtual.SimulationSettings.Profile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;

/** {@code igw simulate}. */
public final class SimulateTool implements ToolProvider {
  /** For ServiceLoader. */
  public SimulateTool() {}

  @Override
  public String name() {
    return "simulate";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    SimulateOptions options = new SimulateOptions();
    return CommandLines.run(
        this,
        options,
        out,
        err,
        args,
        () -> {
          options.check();
          return simulate(options, out, err);
        });
  }

  private static int simulate(SimulateOptions options, PrintWriter out, PrintWriter err)
      throws IOException, InterruptedException {
    List<Profile> profiles = options.profiles().stream().map(Profiles::of).toList();
    Trace trace = trace(options, err);
    SimulationSettings settings = options.settings(profiles.get(0));
    out.printf(
        "%s: %d requests, %.3g a second; %d servers; seed %d%n",
        trace.name(),
        trace.requests().size(),
        trace.requestsPerSecond(),
        settings.servers(),
        settings.seed());
    out.flush();
    List<RunResult> results;
    Map<String, Object> told = options.told(trace);
    try (Runs runs =
        new Runs(
            trace,
            settings,
            options.seeds,
            text -> {
              err.println(text);
              err.flush();
            })) {
      results = results(options, profiles, runs, told, out);
    }
    out.print(Report.table(results));
    if (options.json != null) {
      Files.writeString(options.json, Report.json(told, results));
    }
    if (options.charts != null) {
      charts(options.charts, results);
    }
    out.flush();
    return 0;
  }

  private static List<RunResult> results(
      SimulateOptions options,
      List<Profile> profiles,
      Runs runs,
      Map<String, Object> told,
      PrintWriter out)
      throws InterruptedException {
    List<Double> rates = options.rates();
    if (options.sweep) {
      Profile reference = options.knee == null ? profiles.get(0) : Profiles.of(options.knee);
      Runs.Knee knee = runs.knee(reference);
      out.printf(
          "knee of %s: %.3g x the trace's rate, the most at which %.0f %% meet their objectives%n",
          reference.name(), knee.rate(), 100 * Runs.SUSTAINED);
      out.flush();
      told.put("knee", knee.rate());
      if (!options.compares() || knee.rate() == 0) {
        return knee.tried();
      }
      rates = options.rates().stream().map(rate -> rate * knee.rate()).toList();
    }
    return runs.all(profiles, rates);
  }

  private static Trace trace(SimulateOptions options, PrintWriter err) throws TraceException {
    Trace whole;
    Integer wanted = options.requests;
    if (options.trace != null) {
      TraceReader.Read read = TraceReader.read(options.trace, options.lenient);
      if (read.skipped() > 0) {
        err.printf("%d lines skipped, the first: %s%n", read.skipped(), read.firstProblem());
        err.flush();
      }
      whole = read.trace();
    } else {
      int count = wanted != null ? wanted : SimulateOptions.DEFAULT_REQUESTS;
      whole = Workloads.make(options.workload, count, options.perSecond, options.seed);
    }
    return wanted != null ? whole.first(wanted) : whole;
  }

  private static void charts(Path folder, List<RunResult> results) throws IOException {
    Files.createDirectories(folder);
    Map<String, String[]> wanted = new LinkedHashMap<>();
    wanted.put("ttft_p50_s", new String[] {"time to first token p50, s", "1"});
    wanted.put("ttft_mean_s", new String[] {"mean time to first token, s", "1"});
    wanted.put("ttft_p90_s", new String[] {"time to first token p90, s", "1"});
    wanted.put("ttft_p99_s", new String[] {"time to first token p99, s", "1"});
    wanted.put("tpot_p50_s", new String[] {"time per output token p50, ms", "1000"});
    wanted.put("tpot_p90_s", new String[] {"time per output token p90, ms", "1000"});
    wanted.put("tpot_p99_s", new String[] {"time per output token p99, ms", "1000"});
    wanted.put("hit_ratio", new String[] {"prompt tokens from cache, %", "100"});
    wanted.put("goodput", new String[] {"requests within their objectives, %", "100"});
    wanted.put("shed", new String[] {"requests that were refused", "1"});
    wanted.put("imbalance", new String[] {"most loaded server over the mean", "1"});
    for (Map.Entry<String, String[]> chart : new ArrayList<>(wanted.entrySet())) {
      String[] said = chart.getValue();
      String svg = Chart.draw(said[0], chart.getKey(), Double.parseDouble(said[1]), results);
      Files.writeString(folder.resolve(chart.getKey() + ".svg"), svg);
    }
  }
}
