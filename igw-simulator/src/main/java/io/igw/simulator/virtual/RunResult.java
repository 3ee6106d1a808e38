package io.igw.simulator.virtual;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run, or the mean of several, came to. Times in seconds, shares in 0..1; NaN where no
 * request was served to tell them.
 *
 * @param profile name of the configuration
 * @param rate factor on the trace's rate
 * @param metrics by name, in the order that tables show
 */
record RunResult(String profile, double rate, Map<String, Double> metrics) {
  static final String TTFT_P90 = "ttft_p90_s";
  static final String GOODPUT = "goodput";
  static final String SERVED = "served";

  /** Requests that no engine could ever run: they need more KV blocks than there are. */
  static final String UNSERVED = "unserved";

  RunResult {
    metrics = new LinkedHashMap<>(metrics);
  }

  double get(String metric) {
    return metrics.getOrDefault(metric, Double.NaN);
  }

  /** The mean over runs of one profile at one rate, where a run has no number over the others. */
  static RunResult mean(List<RunResult> runs) {
    RunResult first = runs.get(0);
    Map<String, Double> means = new LinkedHashMap<>();
    for (String metric : first.metrics().keySet()) {
      double sum = 0;
      int told = 0;
      for (RunResult run : runs) {
        double value = run.get(metric);
        if (!Double.isNaN(value)) {
          sum += value;
          told++;
        }
      }
      means.put(metric, sum / told);
    }
    return new RunResult(first.profile(), first.rate(), means);
  }
}
