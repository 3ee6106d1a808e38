package io.igw.scheduler.filters;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.SaturationDetector;

/**
 * Saturation by what this picker has in flight, in requests, tokens or whichever is worse
 * (flow-control.md 6.2); as a filter it keeps the endpoints below the limit with headroom, and none
 * if there is none (plugins-scheduling.md 2.10). Type {@code concurrency-detector}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass, no allocation.
 */
final class ConcurrencyDetector implements SaturationDetector, Filter {
  private final boolean byRequests;
  private final boolean byTokens;
  private final double mostRequests;
  private final double mostTokens;
  private final double headroom;

  private ConcurrencyDetector(
      boolean byRequests,
      boolean byTokens,
      double mostRequests,
      double mostTokens,
      double headroom) {
    this.byRequests = byRequests;
    this.byTokens = byTokens;
    this.mostRequests = mostRequests;
    this.mostTokens = mostTokens;
    this.headroom = headroom;
  }

  static Plugin of(Parameters parameters, PluginContext context) {
    String mode = parameters.oneOf("concurrencyMode", "requests", "requests", "tokens", "hybrid");
    String producer = parameters.text("inFlightLoadProducerName", "");
    if (!producer.isEmpty()) {
      context.consumes("InFlightLoad", producer, true);
    }
    return new ConcurrencyDetector(
        !mode.equals("tokens"),
        !mode.equals("requests"),
        parameters.integer("maxConcurrency", 100, 1, Integer.MAX_VALUE),
        parameters.integer("maxTokenConcurrency", 1_000_000, 1, Integer.MAX_VALUE),
        parameters.number("headroom", 0, 0, Double.MAX_VALUE));
  }

  @Override
  public double saturation(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    if (size == 0) {
      return 1;
    }
    double[] requests = cycle.inFlightRequests();
    double[] tokens = cycle.inFlightTokens();
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double ofRequests = byRequests ? requests[i] / mostRequests : 0;
      double ofTokens = byTokens ? tokens[i] / mostTokens : 0;
      sum += Math.max(ofRequests, ofTokens);
    }
    return sum / size;
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    double[] requests = cycle.inFlightRequests();
    double[] tokens = cycle.inFlightTokens();
    double requestLimit = Math.floor(mostRequests * (1 + headroom));
    double tokenLimit = Math.floor(mostTokens * (1 + headroom));
    candidates.retainIf(
        i -> !(byRequests && requests[i] >= requestLimit || byTokens && tokens[i] >= tokenLimit));
  }

  @Override
  public boolean removesByLoad() {
    return true;
  }
}
