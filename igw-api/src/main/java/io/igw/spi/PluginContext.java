package io.igw.spi;

import io.igw.api.Attribute;
import io.igw.api.Signal;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a plugin gets at creation; all registration happens here. */
public interface PluginContext {
  /** Name of the instance. */
  String name();

  /** A numeric column. */
  Signal signal(String name);

  /**
   * The numeric columns of a data type whoever fills them: that of the bare name first, then those
   * named {@code dataType/producer}. Grows while plugins are created; to be read in a cycle.
   */
  List<Signal> signals(String dataType);

  /** An object column that this plugin fills. */
  <T> Attribute<T> attribute(String dataType, Class<T> type);

  /** An object column that another plugin fills. */
  <T> Attribute<T> attribute(String dataType, String producer, Class<T> type);

  /** A slot of per-request state. */
  <T> RequestKey<T> requestKey(String name, Class<T> type);

  /**
   * The slots of per-request state named {@code dataType/producer}, whoever writes them and
   * whatever their type. Grows while plugins are created; to be read with a request.
   */
  List<RequestKey<?>> requestKeys(String dataType);

  /** Declares that this plugin writes {@code dataType}; the key's producer is this instance. */
  PerEndpoint produces(String dataType);

  /**
   * Declares that this plugin reads {@code dataType}; to write it is refused.
   *
   * @param producer name of the producing instance; the runtime creates a plugin of that type and
   *     name if there is none
   * @param required false: without a producer all values are 0 and nothing is created
   */
  PerEndpoint consumes(String dataType, String producer, boolean required);

  /**
   * Learned state that survives a reload: the running instance with this name and fingerprint, else
   * a new one.
   */
  <T extends AutoCloseable> T state(Object fingerprint, Supplier<T> create);

  /**
   * Another instance that this plugin depends on by {@link #consumes}; null before it is there,
   * which is once all plugins are, and if it is of another kind.
   */
  default <T extends Plugin> @Nullable T plugin(String name, Class<T> kind) {
    return null;
  }

  /** Runs short tasks later; virtual in simulation. */
  Timer timer();

  /** Monotonic clock; virtual in simulation. */
  LongSupplier nanoClock();

  /** What this plugin shows to a metrics system. */
  Meters meters();

  /** For work off the request path. */
  Executor background();

  /** Runs once after a delay. */
  @FunctionalInterface
  interface Timer {
    /**
     * Runs {@code task} after {@code nanos}. What is half a second away or more may come up to a
     * tenth of a second later, so that tasks of about the same time share a wake-up.
     */
    Cancellable after(long nanos, Runnable task);
  }

  /** A task that can be cancelled. */
  @FunctionalInterface
  interface Cancellable {
    /** Cancels; no effect if the task has run. */
    void cancel();
  }
}
