package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;

/**
 * Scores by this picker's own requests in flight n: n at most {@code idleThreshold}: 1; else {@code
 * (max − n)/max × maxBusyScore} over the candidates (plugins-scheduling.md 3.2). Type {@code
 * active-request-scorer}.
 *
 * <p>The number is this picker's own and always there: none is absent or stale.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Two passes over the load column.
 */
final class ActiveRequestScorer implements Scorer {
  private final double idleThreshold;
  private final double maxBusyScore;

  ActiveRequestScorer(double idleThreshold, double maxBusyScore) {
    this.idleThreshold = idleThreshold;
    this.maxBusyScore = maxBusyScore;
  }

  static Scorer of(Parameters parameters, PluginContext context) {
    // Accepted and ignored, as in the reference: leases have an expiry of their own.
    parameters.text("requestTimeout");
    // There is one set of counters, so the name says nothing but that such a producer must be
    // there.
    String producer = parameters.text("inFlightLoadProducerName", "");
    if (!producer.isEmpty()) {
      context.consumes(InFlightLoadProducer.IN_FLIGHT_LOAD, producer, true);
    }
    int idle = parameters.integer("idleThreshold", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    return new ActiveRequestScorer(Math.max(0, idle), parameters.number("maxBusyScore", 1, 0, 1));
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    double[] inFlight = cycle.inFlightRequests();
    double max = 0;
    for (int i = 0; i < size; i++) {
      // Not Math.max, whose care for NaN and signed zeros costs a nanosecond per endpoint.
      max = inFlight[i] > max ? inFlight[i] : max;
    }
    double scale = max > 0 ? maxBusyScore / max : 0;
    for (int i = 0; i < size; i++) {
      scores[i] = inFlight[i] <= idleThreshold ? 1 : (max - inFlight[i]) * scale;
    }
  }
}
