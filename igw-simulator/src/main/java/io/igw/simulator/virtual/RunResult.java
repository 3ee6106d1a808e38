package io.igw.simulator.virtual;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run, or the mean of several, came to. Times in seconds, shares in 0..1.
 *
 * @param profile name of the configuration
 * @param rate factor on the trace's rate
 * @param metrics by name, in the order that tables show
 */
record RunResult(String profile, double rate, Map<String, Double> metrics) {
  static final String TTFT_P90 = "ttft_p90_s";
  static final String GOODPUT = "goodput";

  RunResult {
    metrics = new LinkedHashMap<>(metrics);
  }

  double get(String metric) {
    return metrics.getOrDefault(metric, Double.NaN);
  }

  /** The mean over runs of one profile at one rate. */
  static RunResult mean(List<RunResult> runs) {
    RunResult first = runs.get(0);
    Map<String, Double> means = new LinkedHashMap<>();
    for (String metric : first.metrics().keySet()) {
      double sum = 0;
      for (RunResult run : runs) {
        sum += run.get(metric);
      }
      means.put(metric, sum / runs.size());
    }
    return new RunResult(first.profile(), first.rate(), means);
  }
}
