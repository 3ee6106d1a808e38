package io.igw.scheduler.plugins;

import io.igw.api.InferenceRequest;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;

/**
 * Tells how many tokens a request would add to each endpoint: the part of the prompt that it does
 * not hold, and with {@code addEstimatedOutputTokens} the output to expect
 * (plugins-request-control.md 3.1). Type {@code inflight-load-producer}. The counters themselves
 * are the scheduler's reservation, which takes this number when a pick is made.
 */
public final class InFlightLoadProducer implements DataProducer {
  /** Type, and default name. */
  public static final String TYPE = "inflight-load-producer";

  /** Data type of what it produces. */
  public static final String UNCACHED_TOKENS = "UncachedRequestTokens";

  static final String PREFIX_PRODUCER = "approx-prefix-cache-producer";
  private static final double NO_CAP = -1;

  private final PerEndpoint uncached;
  private final PerEndpoint matchedBlocks;
  private final PerEndpoint totalBlocks;
  private final PerEndpoint blockSize;
  private final boolean addOutput;
  private final double outputRatio;
  private final double outputCap;

  InFlightLoadProducer(Parameters parameters, PluginContext context) {
    addOutput = parameters.flag("addEstimatedOutputTokens", false);
    outputRatio = parameters.number("outputRatio", 1.5, 0, Double.MAX_VALUE);
    outputCap = parameters.number("maxEstimatedOutputTokens", NO_CAP, 0, Double.MAX_VALUE);
    // One replica counts for itself: there is no state to share.
    parameters.flag("syncCrossReplicaState", true);
    String named = parameters.text("prefixMatchInfoProducerName", "");
    String prefix = named.isEmpty() ? PREFIX_PRODUCER : named;
    matchedBlocks = context.consumes("PrefixCacheMatchInfo.matchedBlocks", prefix, false);
    totalBlocks = context.consumes("PrefixCacheMatchInfo.totalBlocks", prefix, false);
    blockSize = context.consumes("PrefixCacheMatchInfo.blockSizeTokens", prefix, false);
    context.consumes(TokenProducer.TOKENIZED_PROMPT, TokenProducer.TYPE, true);
    uncached = context.produces(UNCACHED_TOKENS);
  }

  /** Whether output is estimated: then tokens stay reserved until the response ends. */
  public boolean addsEstimatedOutputTokens() {
    return addOutput;
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {
    InferenceRequest request = cycle.request();
    int input = request.prompt().estimatedTokens();
    double output = addOutput ? output(request, input) : 0;
    double[] matched = cycle.values(matchedBlocks);
    double[] total = cycle.values(totalBlocks);
    double[] size = cycle.values(blockSize);
    for (int i = 0; i < candidates.size(); i++) {
      cycle.put(
          uncached, candidates.ordinal(i), uncached(input, matched[i], total[i], size[i]) + output);
    }
  }

  static double uncached(double input, double matched, double total, double blockSize) {
    if (!(total > 0)) {
      return Math.max(0, input);
    }
    // The last block may be partial: what is not held never exceeds the prompt.
    double cold =
        Math.max(0, (total - matched) * blockSize) + Math.max(0, input - total * blockSize);
    return Math.min(cold, Math.max(0, input));
  }

  private double output(InferenceRequest request, int input) {
    if (input <= 0) {
      return 0;
    }
    double output = Math.rint(input * outputRatio);
    if (request.maxOutputTokens().isPresent()) {
      output = Math.min(output, request.maxOutputTokens().getAsInt());
    }
    return outputCap >= 0 ? Math.min(output, outputCap) : output;
  }
}
