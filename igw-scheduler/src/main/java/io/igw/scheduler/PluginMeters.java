package io.igw.scheduler;

import io.igw.spi.Meters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the plugins of one configuration measure, by family.
 *
 * <p><b>Threading.</b> Filled by the thread that loads the configuration, then published with it;
 * values from any thread.
 */
public final class PluginMeters {
  /** What a family holds. */
  public enum Kind {
    /** Only goes up. */
    COUNTER,
    /** Goes up and down. */
    GAUGE,
    /** Values by size. */
    HISTOGRAM
  }

  /** Series of one name. */
  public static final class Family {
    private final String name;
    private final String help;
    private final Kind kind;
    private final double[] bounds;
    private final List<String> labelNames;
    private final String owner;
    private final List<Series> series = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();

    private Family(
        String owner,
        String name,
        String help,
        Kind kind,
        double[] bounds,
        List<String> labelNames) {
      this.owner = owner;
      this.name = name;
      this.help = help;
      this.kind = kind;
      this.bounds = bounds;
      this.labelNames = labelNames;
    }

    /** Name, of a counter without {@code _total}. */
    public String name() {
      return name;
    }

    /** One sentence. */
    public String help() {
      return help;
    }

    /** What it holds. */
    public Kind kind() {
      return kind;
    }

    /** Upper bounds of a histogram, ascending. */
    public double[] bounds() {
      return bounds.clone();
    }

    /** Names of the labels beside those of the plugin. */
    public List<String> labelNames() {
      return labelNames;
    }

    /** Its series in the order in which they were made, then those that are told now. */
    public List<Series> series() {
      List<Series> all = new ArrayList<>(series);
      told.forEach(some -> some.addTo(all));
      return List.copyOf(all);
    }
  }

  /** Series of one plugin that come and go. */
  private record Told(
      String plugin,
      String type,
      List<String> labelValues,
      int most,
      Supplier<Map<String, Double>> values) {
    void addTo(List<Series> all) {
      Map<String, Double> now;
      try {
        now = values.get();
      } catch (RuntimeException e) {
        return;
      }
      int room = most;
      for (Map.Entry<String, Double> entry : now.entrySet()) {
        if (room-- == 0) {
          return;
        }
        List<String> labels = new ArrayList<>(labelValues);
        labels.add(entry.getKey());
        double value = entry.getValue();
        all.add(new Series(plugin, type, List.copyOf(labels), () -> value, new LongAdder(), null));
      }
    }
  }

  /** The numbers of one plugin under one set of labels. */
  public static final class Series {
    private final String plugin;
    private final String type;
    private final List<String> labelValues;
    private final DoubleSupplier value;
    private final LongAdder counter;
    private final @Nullable Sizes sizes;

    private Series(
        String plugin,
        String type,
        List<String> labelValues,
        DoubleSupplier value,
        LongAdder counter,
        @Nullable Sizes sizes) {
      this.plugin = plugin;
      this.type = type;
      this.labelValues = labelValues;
      this.value = value;
      this.counter = counter;
      this.sizes = sizes;
    }

    /** Name of the instance. */
    public String plugin() {
      return plugin;
    }

    /** Its type. */
    public String type() {
      return type;
    }

    /** Values of the labels beside those. */
    public List<String> labelValues() {
      return labelValues;
    }

    /** The number, of a histogram the sum; NaN if the plugin fails to tell it. */
    public double value() {
      try {
        return value.getAsDouble();
      } catch (RuntimeException e) {
        return Double.NaN;
      }
    }

    /** How many values are at most a histogram's i-th bound and above the one before. */
    public long count(int i) {
      return sizes == null ? 0 : sizes.counts.get(i);
    }
  }

  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final double[] NO_BOUNDS = {};

  /** The short bucket set of observability-metrics.md 1. */
  private static final double[] SECONDS = {
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1
  };

  private static final int MOST_TOLD = 100;

  private final Map<String, Family> families = new LinkedHashMap<>();

  PluginMeters() {}

  /** The families in the order in which plugins asked for them. */
  public List<Family> families() {
    return List.copyOf(families.values());
  }

  Meters of(String plugin, String type) {
    return new Meters() {
      @Override
      public LongAdder counter(String family, String help, String... labels) {
        Family of = family(plugin, family, help, Kind.COUNTER, NO_BOUNDS, every(2, 0, labels));
        List<String> values = every(2, 1, labels);
        Series known = find(of, plugin, values);
        LongAdder count = known == null ? new LongAdder() : known.counter;
        if (known == null) {
          of.series.add(new Series(plugin, type, values, count::sum, count, null));
        }
        return count;
      }

      @Override
      public Histogram histogram(String family, String help, double... bounds) {
        return sizes(
            plugin,
            type,
            family(plugin, family, help, Kind.HISTOGRAM, bounds.clone(), List.of()),
            List.of());
      }

      @Override
      public void gauge(String family, String help, DoubleSupplier value) {
        Family of = family(plugin, family, help, Kind.GAUGE, NO_BOUNDS, List.of());
        of.series.remove(find(of, plugin, List.of()));
        of.series.add(new Series(plugin, type, List.of(), value, new LongAdder(), null));
      }

      @Override
      public void gauges(
          String family,
          String help,
          String label,
          Supplier<Map<String, Double>> values,
          String... labels) {
        told(Kind.GAUGE, family, help, label, MOST_TOLD, values, labels);
      }

      @Override
      public void counters(
          String family,
          String help,
          String label,
          Supplier<Map<String, Double>> values,
          String... labels) {
        told(Kind.COUNTER, family, help, label, Integer.MAX_VALUE, values, labels);
      }

      private void told(
          Kind kind,
          String family,
          String help,
          String label,
          int most,
          Supplier<Map<String, Double>> values,
          String... labels) {
        List<String> names = new ArrayList<>(every(2, 0, labels));
        names.add(label);
        Family of = family(plugin, family, help, kind, NO_BOUNDS, List.copyOf(names));
        List<String> fixed = every(2, 1, labels);
        of.told.removeIf(t -> t.plugin().equals(plugin) && t.labelValues().equals(fixed));
        of.told.add(new Told(plugin, type, fixed, most, values));
      }
    };
  }

  /** Seconds that a plugin takes at one of its extension points. */
  Meters.Histogram durations(String plugin, String type, String extensionPoint) {
    Family of =
        family(
            plugin,
            "llm_d_epp_plugin_duration_seconds",
            "Seconds that a plugin took in a scheduling cycle, of one cycle in "
                + SlowWatch.SAMPLED
                + ".",
            Kind.HISTOGRAM,
            SECONDS,
            List.of("extension_point"));
    return sizes(plugin, type, of, List.of(extensionPoint));
  }

  private static Sizes sizes(String plugin, String type, Family of, List<String> labelValues) {
    Series known = find(of, plugin, labelValues);
    if (known != null && known.sizes != null) {
      return known.sizes;
    }
    Sizes sizes = new Sizes(of.bounds);
    of.series.add(new Series(plugin, type, labelValues, sizes.sum::sum, new LongAdder(), sizes));
    return sizes;
  }

  private static List<String> every(int step, int from, String... all) {
    List<String> some = new ArrayList<>();
    for (int i = from; i < all.length; i += step) {
      some.add(all[i]);
    }
    return List.copyOf(some);
  }

  private Family family(
      String plugin,
      String name,
      String help,
      Kind kind,
      double[] bounds,
      List<String> labelNames) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("family: " + name + " (expected: " + NAME + ")");
    }
    Family known =
        families.computeIfAbsent(name, n -> new Family(plugin, n, help, kind, bounds, labelNames));
    if (known.kind != kind
        || !Arrays.equals(known.bounds, bounds)
        || !known.labelNames.equals(labelNames)) {
      throw new IllegalArgumentException(
          "family: " + name + " (expected: as " + known.owner + " has it)");
    }
    return known;
  }

  private static @Nullable Series find(Family family, String plugin, List<String> labelValues) {
    for (Series known : family.series) {
      if (known.plugin.equals(plugin) && known.labelValues.equals(labelValues)) {
        return known;
      }
    }
    return null;
  }

  private static final class Sizes implements Meters.Histogram {
    private final double[] bounds;
    private final AtomicLongArray counts;
    private final DoubleAdder sum = new DoubleAdder();

    Sizes(double[] bounds) {
      this.bounds = bounds;
      this.counts = new AtomicLongArray(bounds.length + 1);
    }

    @Override
    public void record(double value) {
      int at = Arrays.binarySearch(bounds, value);
      counts.incrementAndGet(at >= 0 ? at : -at - 1);
      sum.add(value);
    }
  }
}
