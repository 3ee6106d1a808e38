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
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One fill, and one write for each endpoint that holds
 * a part of the prompt.
 */
public final class InFlightLoadProducer implements DataProducer {
  /** Type, and default name. */
  public static final String TYPE = "inflight-load-producer";

  /** Data type of what it produces: tokens. */
  public static final String UNCACHED_TOKENS = "UncachedRequestTokens";

  /** Data type of the counters, which every instance stands for; nothing is stored under it. */
  static final String IN_FLIGHT_LOAD = "InFlightLoad";

  private static final String PREFIX_PRODUCER = "approx-prefix-cache-producer";
  private static final int NO_CAP = -1;

  private final PerEndpoint uncached;
  private final PerEndpoint matchedBlocks;
  private final PerEndpoint totalBlocks;
  private final PerEndpoint blockSize;
  private final boolean addOutput;
  private final double outputRatio;
  private final int outputCap;

  private InFlightLoadProducer(
      PluginContext context, String prefix, boolean addOutput, double outputRatio, int outputCap) {
    this.addOutput = addOutput;
    this.outputRatio = outputRatio;
    this.outputCap = outputCap;
    String producer = prefix.isEmpty() ? PREFIX_PRODUCER : prefix;
    matchedBlocks = context.consumes("PrefixCacheMatchInfo.matchedBlocks", producer, false);
    totalBlocks = context.consumes("PrefixCacheMatchInfo.totalBlocks", producer, false);
    blockSize = context.consumes("PrefixCacheMatchInfo.blockSizeTokens", producer, false);
    context.consumes(TokenProducer.TOKENIZED_PROMPT, TokenProducer.TYPE, true);
    context.produces(IN_FLIGHT_LOAD);
    uncached = context.produces(UNCACHED_TOKENS);
  }

  static InFlightLoadProducer of(PluginContext context, boolean addEstimatedOutputTokens) {
    return new InFlightLoadProducer(context, "", addEstimatedOutputTokens, 1.5, NO_CAP);
  }

  static InFlightLoadProducer of(Parameters parameters, PluginContext context) {
    // One replica counts for itself: there is no state to share.
    parameters.flag("syncCrossReplicaState", true);
    return new InFlightLoadProducer(
        context,
        parameters.text("prefixMatchInfoProducerName", ""),
        parameters.flag("addEstimatedOutputTokens", false),
        parameters.number("outputRatio", 1.5, 0, Double.MAX_VALUE),
        parameters.integer("maxEstimatedOutputTokens", NO_CAP, 0, Integer.MAX_VALUE));
  }

  /** Whether output is estimated: then tokens stay reserved until the response ends. */
  public boolean addsEstimatedOutputTokens() {
    return addOutput;
  }

  /** Of the tokens that a request would add, those that stand for its output; 0 if none do. */
  public int estimatedOutput(InferenceRequest request) {
    int input = Math.max(0, request.prompt().estimatedTokens());
    return addOutput ? (int) Math.min(Integer.MAX_VALUE, output(request, input)) : 0;
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {
    InferenceRequest request = cycle.request();
    int input = Math.max(0, request.prompt().estimatedTokens());
    double output = addOutput ? output(request, input) : 0;
    cycle.putAll(uncached, input + output);
    double[] matched = cycle.values(matchedBlocks);
    double[] total = cycle.values(totalBlocks);
    double[] size = cycle.values(blockSize);
    for (int i = 0, count = candidates.size(); i < count; i++) {
      // An endpoint that holds nothing adds the whole prompt, which the fill has said already.
      if (matched[i] > 0 && total[i] > 0) {
        double cost = uncached(input, matched[i], total[i], size[i]) + output;
        cycle.put(uncached, candidates.ordinal(i), cost);
      }
    }
  }

  private static double uncached(double input, double matched, double total, double blockSize) {
    double cold =
        Math.max(0, (total - matched) * blockSize) + Math.max(0, input - total * blockSize);
    // The last block may be partial: what is not held never exceeds the prompt.
    return Math.min(cold, input);
  }

  private double output(InferenceRequest request, int input) {
    if (input == 0) {
      return 0;
    }
    // Half goes up, as in the reference; rint would send it to the even neighbour.
    double output = Math.floor(input * outputRatio + 0.5);
    if (request.maxOutputTokens().isPresent()) {
      int limit = request.maxOutputTokens().getAsInt();
      output = limit >= 0 ? Math.min(output, limit) : output;
    }
    return outputCap >= 0 ? Math.min(output, outputCap) : output;
  }
}
