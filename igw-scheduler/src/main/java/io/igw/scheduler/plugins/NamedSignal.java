package io.igw.scheduler.plugins;

import io.igw.api.Signal;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The numeric attribute that a configuration names by key and producer, or by key alone whoever
 * produces it (plugins-request-control.md 2).
 *
 * <p><b>Threading.</b> Stateless once the configuration is loaded.
 */
public final class NamedSignal {
  private static final String CORE = "core-metrics-extractor";

  private final List<Signal> signals;

  private NamedSignal(List<Signal> signals) {
    this.signals = signals;
  }

  /**
   * Reads {@code key} and {@code producer} (plugins-scheduling.md 2.4): without a producer it is
   * the core extractor, whose attributes have bare names; an empty one stands for any.
   */
  public static NamedSignal read(Parameters parameters, String key, PluginContext context) {
    String name = parameters.text(key, "");
    @Nullable String producer = parameters.text("producer");
    parameters.explain("producer", CORE, "a plugin's name; empty: any");
    if (name.isEmpty()) {
      parameters.reject(key, "the name of an attribute");
    } else if (name.contains("/") && producer == null) {
      parameters.reject(key, "a name without '/', or 'producer' beside it");
    }
    if (producer == null || producer.equals(CORE)) {
      return of(context.signal(name));
    }
    if (producer.isEmpty()) {
      return ofAny(name, context);
    }
    context.consumes(name, producer, true);
    return of(context.signal(name + "/" + producer));
  }

  /** One column. */
  public static NamedSignal of(Signal signal) {
    return new NamedSignal(List.of(signal));
  }

  /** The attribute of that name, whoever produces it. */
  public static NamedSignal ofAny(String name, PluginContext context) {
    return new NamedSignal(context.signals(name));
  }

  /**
   * Its numbers by candidate position. Of several producers the first one that has a number for any
   * of the candidates.
   */
  public double[] column(Cycle cycle, int candidates) {
    double[] first = cycle.column(signals.get(0));
    for (int s = 0, count = signals.size(); s < count && count > 1; s++) {
      double[] column = cycle.column(signals.get(s));
      for (int i = 0; i < candidates; i++) {
        if (!Double.isNaN(column[i])) {
          return column;
        }
      }
    }
    return first;
  }
}
