package io.igw.scheduler.filters;

import io.igw.scheduler.plugins.NamedSignal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps the endpoints one of whose numbers compares as wanted (plugins-scheduling.md 2.4). Type
 * {@code endpoint-attribute-filter}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Two passes over a column, no allocation.
 */
final class EndpointAttributeFilter implements Filter {
  private enum Operator {
    LESS_THAN("LessThan"),
    LESS_THAN_OR_EQUAL("LessThanOrEqual"),
    GREATER_THAN("GreaterThan"),
    GREATER_THAN_OR_EQUAL("GreaterThanOrEqual"),
    EQUAL("Equal"),
    NOT_EQUAL("NotEqual");

    private final String spelling;

    Operator(String spelling) {
      this.spelling = spelling;
    }

    boolean holds(double value, double bound) {
      return switch (this) {
        case LESS_THAN -> value < bound;
        case LESS_THAN_OR_EQUAL -> value <= bound;
        case GREATER_THAN -> value > bound;
        case GREATER_THAN_OR_EQUAL -> value >= bound;
        case EQUAL -> value == bound;
        case NOT_EQUAL -> value != bound;
      };
    }
  }

  private final NamedSignal signal;
  private final Operator operator;
  private final double bound;
  private final boolean keepsMissing;
  private final boolean allIfNone;

  private EndpointAttributeFilter(
      NamedSignal signal,
      Operator operator,
      double bound,
      boolean keepsMissing,
      boolean allIfNone) {
    this.signal = signal;
    this.operator = operator;
    this.bound = bound;
    this.keepsMissing = keepsMissing;
    this.allIfNone = allIfNone;
  }

  static Filter of(Parameters parameters, PluginContext context) {
    NamedSignal signal = NamedSignal.read(parameters, "attribute", context);
    String missing = parameters.oneOf("onMissing", "Pass", "Pass", "Fail");
    boolean allIfNone = parameters.flag("fallbackOnEmpty", false);
    Parameters algorithm = parameters.object("algorithm");
    algorithm.oneOf("type", "", "threshold");
    Parameters threshold = algorithm.object("threshold");
    Operator operator = operator(threshold);
    double bound = threshold.number("value", Double.NaN, -Double.MAX_VALUE, Double.MAX_VALUE);
    if (Double.isNaN(bound)) {
      threshold.reject("value", "a number");
    }
    return new EndpointAttributeFilter(signal, operator, bound, missing.equals("Pass"), allIfNone);
  }

  private static Operator operator(Parameters threshold) {
    String[] spellings =
        Stream.of(Operator.values()).map(operator -> operator.spelling).toArray(String[]::new);
    String wanted = threshold.oneOf("operator", "", spellings);
    return Operator.values()[List.of(spellings).indexOf(wanted)];
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    int size = candidates.size();
    double[] values = signal.column(cycle, size);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      kept += keeps(values[i]) ? 1 : 0;
    }
    if (kept < size && (kept > 0 || !allIfNone)) {
      candidates.retainIf(i -> keeps(values[i]));
    }
  }

  private boolean keeps(double value) {
    return Double.isNaN(value) ? keepsMissing : operator.holds(value, bound);
  }
}
