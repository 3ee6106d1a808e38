package io.igw.scheduler.plugins;

import io.igw.api.Signal;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/** The numeric attribute that a configuration names by key and producer. Pure. */
public final class NamedSignal {
  private static final String CORE = "core-metrics-extractor";

  private NamedSignal() {}

  /**
   * Reads {@code key} and {@code producer} (plugins-scheduling.md 2.4). What the core extractor
   * reports, and what any producer may report, is found under its bare name.
   */
  public static Signal read(Parameters parameters, String key, PluginContext context) {
    String name = parameters.text(key, "");
    @Nullable String producer = parameters.text("producer");
    if (name.isEmpty()) {
      parameters.reject(key, "the name of an attribute");
    } else if (name.contains("/") && producer == null) {
      parameters.reject(key, "a name without '/', or 'producer' beside it");
    }
    if (producer == null || producer.isEmpty() || producer.equals(CORE)) {
      return context.signal(name);
    }
    context.consumes(name, producer, true);
    return context.signal(name + "/" + producer);
  }
}
