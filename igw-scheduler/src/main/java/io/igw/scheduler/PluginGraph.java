package io.igw.scheduler;

import io.igw.api.Schema;
import io.igw.spi.PerEndpoint;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Creates plugin instances with their contexts, records what each produces and consumes, and orders
 * producers. Used by the embedder's builder and by the configuration loader. Skeleton: signatures
 * are the contract. Not thread-safe.
 */
public final class PluginGraph {
  /**
   * What a consumer lacks: the runtime creates a plugin of type and name {@code producer} for a
   * required one.
   */
  public record Missing(String consumer, String dataType, String producer, boolean required) {}

  public PluginGraph(
      Schema schema, PluginContext.Timer timer, LongSupplier nanoClock, Executor background) {
    throw new UnsupportedOperationException();
  }

  public Schema schema() {
    throw new UnsupportedOperationException();
  }

  /** Context for an instance about to be created. */
  public PluginContext context(String name) {
    throw new UnsupportedOperationException();
  }

  /** Registers a created instance under its name. */
  public void add(String name, Plugin plugin) {
    throw new UnsupportedOperationException();
  }

  /** Keys consumed that no added instance produces. */
  public List<Missing> missing() {
    throw new UnsupportedOperationException();
  }

  /**
   * Names of all DataProducers in dependency order (configuration order otherwise). @throws
   * IllegalStateException naming the cycle's path
   */
  public List<String> producerOrder() {
    throw new UnsupportedOperationException();
  }

  /**
   * The key that an instance produces, for {@link Scheduler.Builder#reservedTokens}; null if
   * nothing produces it.
   */
  public @org.jspecify.annotations.Nullable PerEndpoint produced(String dataType) {
    throw new UnsupportedOperationException();
  }
}
