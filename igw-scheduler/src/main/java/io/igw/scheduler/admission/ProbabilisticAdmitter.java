package io.igw.scheduler.admission;

import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.Signal;
import io.igw.spi.Admitter;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests of priority below 0 with probability {@code min(saturation^power × k, 1)}, the
 * saturation being the mean of {@code max(waiting/queueDepthThreshold, kv/kvCacheUtilThreshold)}
 * (plugins-request-control.md 4). An endpoint of which nothing is known counts 1. Type {@code
 * probabilistic-admitter}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass, for requests below priority 0 only.
 */
final class ProbabilisticAdmitter implements Admitter {
  private final double queueThreshold;
  private final double kvThreshold;
  private final double power;
  private final double k;

  private ProbabilisticAdmitter(double queueThreshold, double kvThreshold, double power, double k) {
    this.queueThreshold = queueThreshold;
    this.kvThreshold = kvThreshold;
    this.power = power;
    this.k = k;
  }

  static Admitter of(Parameters parameters) {
    return new ProbabilisticAdmitter(
        positive(parameters, "queueDepthThreshold", 5),
        positive(parameters, "kvCacheUtilThreshold", 0.8),
        positive(parameters, "power", 5),
        positive(parameters, "k", 300));
  }

  private static double positive(Parameters parameters, String key, double defaultValue) {
    return parameters.number(key, defaultValue, Double.MIN_VALUE, Double.MAX_VALUE);
  }

  @Override
  public @Nullable Rejection admit(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    if (cycle.request().priority() >= 0 || size == 0) {
      return null;
    }
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
    double sum = 0;
    for (int i = 0; i < size; i++) {
      boolean unknown = Double.isNaN(waiting[i]) && Double.isNaN(kv[i]);
      double queue = waiting[i] > 0 ? waiting[i] / queueThreshold : 0;
      double cache = kv[i] > 0 ? kv[i] / kvThreshold : 0;
      sum += unknown ? 1 : Math.max(queue, cache);
    }
    double saturation = sum / size;
    double probability = Math.min(Math.pow(saturation, power) * k, 1);
    if (!(cycle.random().nextDouble() < probability)) {
      return null;
    }
    return Rejection.of(
        Reason.SATURATED,
        String.format(
            Locale.ROOT,
            "probabilistic-admitter: rejected, saturation=%.3f prob=%.2f",
            saturation,
            probability));
  }
}
