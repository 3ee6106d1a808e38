package io.igw.simulator.virtual;

import io.igw.simulator.CommandLines;
import io.igw.simulator.virtual.SimulationSettings.Profile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.spi.ToolProvider;

/** {@code igw simulate}. */
public final class SimulateTool implements ToolProvider {
  private static final int FAILED = 1;

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
    options.fits(trace);
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
    boolean whole = true;
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
      List<Double> rates = options.rates();
      Runs.Knee knee = null;
      if (options.sweep) {
        Profile reference = options.knee == null ? profiles.get(0) : Profiles.of(options.knee);
        knee = runs.knee(reference);
        tell(knee, reference.name(), told, out);
        double base = knee.rate();
        rates = rates.stream().map(rate -> rate * base).toList();
      }
      if (knee == null || knee.found() && options.compares()) {
        results = runs.all(profiles, rates);
      } else {
        results = knee.tried();
        whole = !options.compares();
      }
    }
    if (!whole) {
      err.println("igw simulate: --compare has no knee to go by: nothing was compared");
      err.flush();
    }
    out.print(Report.table(results));
    if (options.json != null) {
      Files.writeString(options.json, Report.json(told, results));
    }
    if (options.charts != null) {
      charts(options.charts, results);
    }
    out.flush();
    return served(trace, settings, results, err) && whole ? 0 : FAILED;
  }

  /** Whether every run served something; says what was not served. */
  private static boolean served(
      Trace trace, SimulationSettings settings, List<RunResult> results, PrintWriter err) {
    RunResult worst =
        Collections.max(results, Comparator.comparingDouble(r -> r.get(RunResult.UNSERVED)));
    if (worst.get(RunResult.UNSERVED) > 0) {
      err.printf(
          Locale.ROOT,
          "igw simulate: warning: %s at %.3g x: %.0f of %d requests were never served, since they"
              + " take more than the %d KV blocks of an engine (--num-gpu-blocks); times and shares"
              + " are those of the others%n",
          worst.profile(),
          worst.rate(),
          Math.ceil(worst.get(RunResult.UNSERVED)),
          trace.requests().size(),
          settings.engine().numGpuBlocks());
    }
    for (RunResult result : results) {
      if (result.get(RunResult.SERVED) == 0) {
        err.printf(
            Locale.ROOT,
            "igw simulate: %s at %.3g x: no request was served%n",
            result.profile(),
            result.rate());
        return false;
      }
    }
    return true;
  }

  /** The knee in words, for people and for the settings of the results. */
  private static void tell(
      Runs.Knee knee, String profile, Map<String, Object> told, PrintWriter out) {
    told.put("knee", knee.rate());
    double share = 100 * Runs.SUSTAINED;
    if (knee.found()) {
      out.printf(
          "knee of %s: %.3g x the trace's rate, the most at which %.0f %% meet their objectives%n",
          profile, knee.rate(), share);
    } else if (knee.sustained() > 0) {
      told.put("no_knee_up_to", knee.sustained());
      out.printf(
          "no knee of %s up to %.3g x the trace's rate: %.0f %% still meet their objectives there;"
              + " the trace is over before its queues grow%n",
          profile, knee.sustained(), share);
    } else {
      told.put("no_knee_down_to", knee.least());
      out.printf(
          "no knee of %s down to %.3g x the trace's rate: fewer than %.0f %% meet their objectives"
              + " even there%n",
          profile, knee.least(), share);
    }
    out.flush();
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
      whole = Workloads.make(options.workload(), count, options.perSecond(), options.seed);
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
