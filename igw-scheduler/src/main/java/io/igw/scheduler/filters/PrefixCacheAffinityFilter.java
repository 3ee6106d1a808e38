package io.igw.scheduler.filters;

import io.igw.scheduler.plugins.LatencyPrediction;
import io.igw.scheduler.plugins.PrefixMatch;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the endpoints that hold most of the prompt, unless going there takes too much longer than
 * elsewhere (plugins-scheduling.md 2.6). Type {@code prefix-cache-affinity-filter}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Two passes, no allocation.
 */
final class PrefixCacheAffinityFilter implements Filter {
  private static final double MILLIS = 1000;

  private final PrefixMatch match;
  private final double threshold;
  private final double exploration;
  private final double penaltyMillis;
  private final double tokensPerSecond;

  /** Predicted time to the first token; null: it follows from the tokens in flight. */
  private final @Nullable LatencyPrediction predicted;

  private PrefixCacheAffinityFilter(
      PrefixMatch match,
      double threshold,
      double exploration,
      double penaltyMillis,
      double tokensPerSecond,
      @Nullable LatencyPrediction predicted) {
    this.match = match;
    this.threshold = threshold;
    this.exploration = exploration;
    this.penaltyMillis = penaltyMillis;
    this.tokensPerSecond = tokensPerSecond;
    this.predicted = predicted;
  }

  static Filter of(Parameters parameters, PluginContext context) {
    double threshold = parameters.number("affinityThreshold", 0.8, -Double.MAX_VALUE, 1);
    double exploration = parameters.number("explorationProbability", 0, 0, 1);
    double penalty = parameters.number("maxTTFTPenaltyMs", 18_000, 0, Double.MAX_VALUE);
    String source =
        parameters.oneOf(
            "ttftSource", "prefillThroughput", "prefillThroughput", "latencyPredictor");
    double rate = parameters.number("peakPrefillThroughput", 15_928, 0, Double.MAX_VALUE);
    boolean byThroughput = source.equals("prefillThroughput");
    if (byThroughput && penalty > 0 && rate == 0) {
      parameters.reject("peakPrefillThroughput", "> 0 while maxTTFTPenaltyMs is above 0");
    }
    String prefix = parameters.text("prefixMatchInfoProducerName", "");
    String latency = parameters.text("latencyPredictionInfoProducerName", "");
    String load = parameters.text("inFlightLoadProducerName", "");
    if (!load.isEmpty()) {
      context.consumes("InFlightLoad", load, true);
    }
    return new PrefixCacheAffinityFilter(
        PrefixMatch.consumed(context, prefix, true),
        threshold,
        exploration,
        penalty,
        rate,
        byThroughput || penalty == 0 ? null : LatencyPrediction.consumed(context, latency, true));
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    if (size <= 1
        || threshold <= 0
        || exploration > 0 && cycle.random().nextDouble() < exploration) {
      return;
    }
    double[] matched = match.matched(cycle);
    double[] total = match.total(cycle);
    double[] basis = penaltyMillis > 0 ? basis(cycle) : matched;
    double[] known = predicted == null ? null : cycle.values(predicted.present());
    boolean[] keep = candidates.flags();
    int sticky = 0;
    double stickyLeast = Double.MAX_VALUE;
    double otherLeast = Double.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      // The ratio is at most 1, and so is the threshold; without a branch, since either is likely.
      boolean holds = total[i] > 0 & matched[i] / total[i] >= threshold;
      keep[i] = holds;
      double least = known == null || known[i] > 0 ? basis[i] : Double.MAX_VALUE;
      if (holds) {
        sticky++;
        stickyLeast = least < stickyLeast ? least : stickyLeast;
      } else {
        otherLeast = least < otherLeast ? least : otherLeast;
      }
    }
    boolean tooSlow = penaltyMillis > 0 && millis(stickyLeast) - millis(otherLeast) > penaltyMillis;
    if (sticky > 0 && sticky < size && !tooSlow) {
      candidates.retain(keep);
    }
  }

  /** What the time to the first token follows from. */
  private double[] basis(Cycle cycle) {
    return predicted == null ? cycle.inFlightTokens() : cycle.values(predicted.ttft());
  }

  private double millis(double basis) {
    return predicted == null ? basis / tokensPerSecond * MILLIS : basis;
  }
}
