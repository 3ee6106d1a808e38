package io.igw.spi;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

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

  /**
   * Numbers by the value of a label that is known only later, read when the metrics are: what the
   * map does not tell any more vanishes. The first 100 are shown. Asked for again, the latter
   * counts.
   *
   * @param label what the keys of the map are
   * @param values a map that does not change; a call may come from any thread
   * @param labels names and values of the labels before it, in turns
   */
  void gauges(
      String family,
      String help,
      String label,
      Supplier<Map<String, Double>> values,
      String... labels);

  /**
   * As {@link #gauges}, of numbers that only go up, and without a limit: the plugin bounds them.
   *
   * @param family name without {@code _total}
   */
  void counters(
      String family,
      String help,
      String label,
      Supplier<Map<String, Double>> values,
      String... labels);

  /** Counts values by size. */
  @FunctionalInterface
  interface Histogram {
    /** Counts one value; allocates nothing. */
    void record(double value);
  }
}
