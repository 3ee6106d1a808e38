package io.igw.scheduler.filters;

import io.igw.scheduler.plugins.LatencyPrediction;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;

/**
 * Keeps the endpoints that are predicted to meet both latency objectives, now and then the others
 * (plugins-scheduling.md 2.7). Type {@code slo-headroom-tier-filter}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Two passes, no allocation.
 */
final class SloHeadroomTierFilter implements Filter {
  private final LatencyPrediction prediction;
  private final double exploration;

  private SloHeadroomTierFilter(LatencyPrediction prediction, double exploration) {
    this.prediction = prediction;
    this.exploration = exploration;
  }

  static Filter of(Parameters parameters, PluginContext context) {
    String producer = parameters.text("latencyPredictionInfoProducerName", "");
    return new SloHeadroomTierFilter(
        LatencyPrediction.consumed(context, producer, false),
        parameters.number("epsilonExploreNeg", 0.01, 0, 1));
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    if (size <= 1) {
      return;
    }
    double[] present = cycle.values(prediction.present());
    double[] ttft = cycle.values(prediction.ttftHeadroom());
    double[] tpot = cycle.values(prediction.tpotHeadroom());
    int known = 0;
    int positive = 0;
    boolean[] keep = candidates.flags();
    for (int i = 0; i < size; i++) {
      known += present[i] > 0 ? 1 : 0;
      keep[i] = present[i] > 0 & ttft[i] >= 0 & tpot[i] >= 0;
      positive += keep[i] ? 1 : 0;
    }
    if (known == 0 || positive == 0 || positive == size) {
      return;
    }
    if (cycle.random().nextDouble() < exploration) {
      for (int i = 0; i < size; i++) {
        keep[i] = !keep[i];
      }
    }
    candidates.retain(keep);
  }
}
