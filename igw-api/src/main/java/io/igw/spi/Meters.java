package io.igw.spi;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * Numbers that a plugin shows to a metrics system. Made while the plugin is created, recorded from
 * any thread at the cost of an atomic addition. Every series carries the labels {@code plugin_name}
 * and {@code plugin_type} beside its own.
 *
 * <p>Plugins may share a family: of one kind, with the same labels and bounds, {@link
 * IllegalArgumentException} otherwise. A series that a plugin has already is given again.
 */
public interface Meters {
  /**
   * A counter.
   *
   * @param family name without {@code _total}
   * @param labels names and values in turns
   */
  LongAdder counter(String family, String help, String... labels);

  /** A histogram with these upper bounds, ascending. */
  Histogram histogram(String family, String help, double... bounds);

  /** A number that is read when the metrics are; asked for again, the latter counts. */
  void gauge(String family, String help, DoubleSupplier value);

  /** Counts values by size. */
  @FunctionalInterface
  interface Histogram {
    /** Counts one value; allocates nothing. */
    void record(double value);
  }
}
