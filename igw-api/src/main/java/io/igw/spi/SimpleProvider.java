package io.igw.spi;

import java.util.Objects;

/**
 * A provider that is told everything at construction. A plugin jar needs one class like this and
 * its name in {@code META-INF/services/io.igw.spi.PluginProvider}:
 *
 * <pre>{@code
 * public final class BigBatches extends SimpleProvider {
 *   public BigBatches() {
 *     super("big-batches", Stability.BETA, "prefers endpoints that run much", (parameters, context) ->
 *         Scorer.of((request, endpoint) -> Math.min(1, endpoint.get(Signal.RUNNING_REQUESTS) / 100)));
 *   }
 * }
 * }</pre>
 */
public abstract class SimpleProvider implements PluginProvider {
  private final String type;
  private final Stability stability;
  private final String summary;
  private final Factory factory;

  /** Makes an instance of a plugin. */
  @FunctionalInterface
  public interface Factory {
    /** As {@link PluginProvider#create}. */
    Plugin create(Parameters parameters, PluginContext context);
  }

  /** A provider of {@code type}; the arguments are what the methods of the same names return. */
  protected SimpleProvider(String type, Stability stability, String summary, Factory factory) {
    this.type = Objects.requireNonNull(type, "type");
    this.stability = Objects.requireNonNull(stability, "stability");
    this.summary = Objects.requireNonNull(summary, "summary");
    this.factory = Objects.requireNonNull(factory, "factory");
  }

  @Override
  public final String type() {
    return type;
  }

  @Override
  public final Stability stability() {
    return stability;
  }

  @Override
  public final String summary() {
    return summary;
  }

  @Override
  public final Plugin create(Parameters parameters, PluginContext context) {
    return factory.create(parameters, context);
  }
}
