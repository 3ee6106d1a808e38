package io.igw.scheduler.filters;

import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the endpoints that are at or below every given load (plugins-scheduling.md 2.5); a number
 * that was never seen counts 0. Type {@code utilization-filter}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Two passes over a column for each condition, no
 * allocation.
 */
final class UtilizationFilter implements Filter {
  private static final String METRICS =
      "active-requests, running-requests, waiting-queue or kv-cache-utilization";

  /** An upper bound; a null signal stands for this picker's own requests in flight. */
  private record Condition(@Nullable Signal signal, double most) {}

  private final Condition[] conditions;
  private final boolean allIfNone;

  private UtilizationFilter(Condition[] conditions, boolean allIfNone) {
    this.conditions = conditions;
    this.allIfNone = allIfNone;
  }

  static Filter of(Parameters parameters, PluginContext context) {
    List<Condition> conditions = new ArrayList<>();
    boolean ownLoad = false;
    for (Parameters entry : parameters.list("conditions")) {
      String metric = entry.text("metric", "");
      double most = entry.number("maxValue", Double.NaN, 0, Double.MAX_VALUE);
      if (Double.isNaN(most)) {
        entry.reject("maxValue", "a number >= 0");
      }
      switch (metric) {
        case "active-requests" -> {
          conditions.add(new Condition(null, most));
          ownLoad = true;
        }
        case "running-requests" -> conditions.add(new Condition(Signal.RUNNING_REQUESTS, most));
        case "waiting-queue" -> conditions.add(new Condition(Signal.WAITING_REQUESTS, most));
        case "kv-cache-utilization" -> {
          conditions.add(new Condition(Signal.KV_CACHE_USAGE, most));
          if (most > 1) {
            entry.reject("maxValue", "0..1 for kv-cache-utilization");
          }
        }
        default -> entry.reject("metric", METRICS);
      }
    }
    if (conditions.isEmpty()) {
      parameters.reject("conditions", "one or more of {metric, maxValue}");
    }
    String producer = parameters.text("inFlightLoadProducerName", "");
    if (ownLoad && !producer.isEmpty()) {
      context.consumes("InFlightLoad", producer, true);
    }
    return new UtilizationFilter(
        conditions.toArray(new Condition[0]), parameters.flag("fallbackOnEmpty", false));
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    if (allIfNone && !anyPasses(cycle, candidates.size())) {
      return;
    }
    for (Condition condition : conditions) {
      double[] values = values(cycle, condition);
      double most = condition.most();
      candidates.retainIf(i -> !(values[i] > most));
    }
  }

  private boolean anyPasses(Cycle cycle, int size) {
    for (int i = 0; i < size; i++) {
      boolean passes = true;
      for (Condition condition : conditions) {
        passes &= !(values(cycle, condition)[i] > condition.most());
      }
      if (passes) {
        return true;
      }
    }
    return false;
  }

  private static double[] values(Cycle cycle, Condition condition) {
    Signal signal = condition.signal();
    return signal == null ? cycle.inFlightRequests() : cycle.column(signal);
  }

  @Override
  public boolean removesByLoad() {
    return true;
  }
}
