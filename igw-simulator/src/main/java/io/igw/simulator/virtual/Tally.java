package io.igw.simulator.virtual;

import io.igw.simulator.engine.Job;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts the requests of a run as they end. */
final class Tally {
  private final SimulationSettings settings;
  private final double[] ttft;
  private final double[] tpot;
  private final long[] computedByServer;
  private int ended;
  private int generating;
  private int good;
  private int shed;
  private int unserved;
  private long promptTokens;
  private long cachedTokens;
  private long outputTokens;
  private long preemptions;
  private long lastNanos;

  Tally(SimulationSettings settings, int requests) {
    this.settings = settings;
    this.ttft = new double[requests];
    this.tpot = new double[requests];
    this.computedByServer = new long[settings.servers()];
  }

  void shed() {
    shed++;
  }

  /** A request ended, served whole unless its engine could never run it. */
  void ended(int server, Job job) {
    lastNanos = Math.max(lastNanos, job.endedNanos());
    preemptions += job.preemptions();
    if (!job.complete()) {
      unserved++;
      return;
    }
    promptTokens += job.promptTokens();
    cachedTokens += job.cachedTokens();
    outputTokens += job.outputTokens();
    computedByServer[server] += job.promptTokens() - job.cachedTokens() + job.outputTokens();
    double first = (job.firstTokenNanos() - job.arrivedNanos()) / 1e9;
    ttft[ended++] = first;
    double between = 0;
    if (job.outputTokens() > 1) {
      between = (job.endedNanos() - job.firstTokenNanos()) / 1e9 / (job.outputTokens() - 1);
      tpot[generating++] = between;
    }
    boolean met =
        first * 1e9 <= settings.ttftSloNanos() && between * 1e9 <= settings.tpotSloNanos();
    good += met ? 1 : 0;
  }

  int served() {
    return ended;
  }

  int refused() {
    return shed + unserved;
  }

  /** Of what never came there is no time and no share: NaN. */
  RunResult result() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    percentiles(metrics, "ttft", ttft, ended);
    percentiles(metrics, "tpot", tpot, generating);
    int all = ended + shed + unserved;
    metrics.put("hit_ratio", (double) cachedTokens / promptTokens);
    metrics.put(RunResult.GOODPUT, (double) good / all);
    metrics.put("good_per_s", good / (lastNanos / 1e9));
    metrics.put(RunResult.SERVED, (double) ended);
    metrics.put("shed", (double) shed);
    metrics.put(RunResult.UNSERVED, (double) unserved);
    metrics.put("preemptions", (double) preemptions);
    metrics.put("imbalance", imbalance());
    metrics.put("tokens_per_s", (promptTokens + outputTokens) / (lastNanos / 1e9));
    metrics.put("span_s", lastNanos / 1e9);
    return new RunResult(settings.profile().name(), settings.rate(), metrics);
  }

  /** Tokens computed by the busiest server over the mean. */
  private double imbalance() {
    long most = Arrays.stream(computedByServer).max().orElse(0);
    double mean = Arrays.stream(computedByServer).average().orElse(0);
    return most / mean;
  }

  private static void percentiles(
      Map<String, Double> metrics, String name, double[] values, int count) {
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    double sum = 0;
    for (double value : sorted) {
      sum += value;
    }
    metrics.put(name + "_mean_s", sum / count);
    metrics.put(name + "_p50_s", percentile(sorted, 0.5));
    metrics.put(name + "_p90_s", percentile(sorted, 0.9));
    metrics.put(name + "_p99_s", percentile(sorted, 0.99));
  }

  /** The least value that at least this share does not exceed. */
  private static double percentile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
