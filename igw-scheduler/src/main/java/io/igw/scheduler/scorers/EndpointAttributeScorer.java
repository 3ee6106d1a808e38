package io.igw.scheduler.scorers;

import io.igw.scheduler.plugins.AbsentNumbers;
import io.igw.scheduler.plugins.NamedSignal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;

/**
 * Scores one number of an endpoint between two bounds, given or found among the candidates
 * (plugins-scheduling.md 3.9); an endpoint without it scores {@code absentScore}, 0 by default.
 * Type {@code endpoint-attribute-scorer}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> At most two passes over a column, once per snapshot.
 */
final class EndpointAttributeScorer implements Scorer {
  private final NamedSignal signal;
  private final boolean lowerIsBetter;
  private final boolean adaptive;
  private final double least;
  private final double most;
  private final double absent;

  private EndpointAttributeScorer(
      NamedSignal signal,
      boolean lowerIsBetter,
      boolean adaptive,
      double least,
      double most,
      double absent) {
    this.signal = signal;
    this.lowerIsBetter = lowerIsBetter;
    this.adaptive = adaptive;
    this.least = least;
    this.most = most;
    this.absent = absent;
  }

  static Scorer of(Parameters parameters, PluginContext context) {
    NamedSignal signal = NamedSignal.read(parameters, "attributeKey", context);
    Parameters algorithm = parameters.object("algorithm");
    String type = algorithm.oneOf("type", "", "linear_lower_is_better", "linear_higher_is_better");
    boolean lower = type.equals("linear_lower_is_better");
    Parameters normalization = algorithm.object("normalization");
    Parameters fixed = normalization.object("fixedRange");
    boolean adaptive = !fixed.present();
    if (normalization.object("adaptiveRange").present() && !adaptive) {
      normalization.reject("fixedRange", "only one of fixedRange and adaptiveRange");
    }
    double least = fixed.number("min", 0, -Double.MAX_VALUE, Double.MAX_VALUE);
    double most = fixed.number("max", adaptive ? 1 : 0, -Double.MAX_VALUE, Double.MAX_VALUE);
    if (!(least < most)) {
      fixed.reject("max", "a number above min");
    }
    double absent = AbsentNumbers.read(parameters, 0);
    return new EndpointAttributeScorer(signal, lower, adaptive, least, most, absent);
  }

  /** Of a column whose bounds the candidates give. */
  static Scorer adaptive(NamedSignal signal, boolean lowerIsBetter) {
    return new EndpointAttributeScorer(signal, lowerIsBetter, true, 0, 1, 0);
  }

  /** Of a column with given bounds. */
  static Scorer fixed(NamedSignal signal, boolean lowerIsBetter, double least, double most) {
    return new EndpointAttributeScorer(signal, lowerIsBetter, false, least, most, 0);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    double[] values = signal.column(cycle, size);
    double low = least;
    double high = most;
    if (adaptive) {
      low = Double.POSITIVE_INFINITY;
      high = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < size; i++) {
        double value = values[i];
        // Comparisons with NaN are false: absent numbers do not count.
        low = value < low ? value : low;
        high = value > high ? value : high;
      }
    }
    double range = high - low;
    for (int i = 0; i < size; i++) {
      double value = values[i];
      if (Double.isNaN(value)) {
        scores[i] = Double.NaN;
      } else if (range > 0) {
        double x = (value - low) / range;
        double inside = x < 0 ? 0 : x > 1 ? 1 : x;
        scores[i] = lowerIsBetter ? 1 - inside : inside;
      } else {
        scores[i] = 1;
      }
    }
    AbsentNumbers.fill(scores, size, absent);
  }

  @Override
  public Inputs inputs() {
    return Inputs.SNAPSHOT;
  }
}
