package io.igw.extproc.metrics;

import io.igw.scheduler.PluginMeters.Family;
import io.igw.scheduler.PluginMeters.Kind;
import io.igw.scheduler.PluginMeters.Series;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes what plugins measure. Stateless. */
final class PluginFamilies {
  private static final String DURATION = "llm_d_epp_plugin_duration_seconds";

  /** Names of earlier releases, which have no labels but for the durations. */
  private static final Map<String, String> DEPRECATED =
      Map.of(
          DURATION,
          "inference_extension_plugin_duration_seconds",
          "llm_d_epp_prefix_indexer_size",
          "inference_extension_prefix_indexer_size",
          "llm_d_epp_prefix_indexer_hit_ratio",
          "inference_extension_prefix_indexer_hit_ratio",
          "llm_d_epp_prefix_indexer_hit_bytes",
          "inference_extension_prefix_indexer_hit_bytes");

  private PluginFamilies() {}

  /** Adds the families; one whose name is taken is left out, or nothing could be read at all. */
  static void write(List<MetricSnapshot> out, List<Family> families, boolean deprecated) {
    Set<String> taken = new HashSet<>();
    out.forEach(snapshot -> taken.add(snapshot.getMetadata().getPrometheusName()));
    for (Family family : families) {
      if (taken.add(family.name())) {
        out.add(snapshot(family.name(), "[ALPHA] " + family.help(), family, true));
      }
      String old = DEPRECATED.get(family.name());
      if (deprecated && old != null && taken.add(old)) {
        out.add(
            snapshot(
                old,
                "[ALPHA] Deprecated, use " + family.name() + ".",
                family,
                family.name().equals(DURATION)));
      }
    }
  }

  private static MetricSnapshot snapshot(
      String name, String help, Family family, boolean labelled) {
    if (family.kind() == Kind.HISTOGRAM) {
      HistogramSnapshot.Builder histogram = HistogramSnapshot.builder().name(name).help(help);
      if (labelled) {
        for (Series series : family.series()) {
          histogram.dataPoint(histogram(family, List.of(series), labels(family, series)));
        }
      } else {
        histogram.dataPoint(histogram(family, family.series(), Labels.EMPTY));
      }
      return histogram.build();
    }
    if (family.kind() == Kind.COUNTER) {
      CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
      for (Series series : family.series()) {
        counter.dataPoint(
            CounterDataPointSnapshot.builder()
                .labels(labels(family, series))
                .value(series.value())
                .build());
      }
      return counter.build();
    }
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    double sum = 0;
    for (Series series : family.series()) {
      double value = series.value();
      sum += value;
      if (labelled) {
        gauge.dataPoint(
            GaugeDataPointSnapshot.builder().labels(labels(family, series)).value(value).build());
      }
    }
    if (!labelled) {
      gauge.dataPoint(GaugeDataPointSnapshot.builder().value(sum).build());
    }
    return gauge.build();
  }

  private static HistogramDataPointSnapshot histogram(
      Family family, List<Series> all, Labels labels) {
    double[] bounds = family.bounds();
    double[] upper = Arrays.copyOf(bounds, bounds.length + 1);
    upper[bounds.length] = Double.POSITIVE_INFINITY;
    long[] counts = new long[upper.length];
    double sum = 0;
    for (Series series : all) {
      for (int i = 0; i < counts.length; i++) {
        counts[i] += series.count(i);
      }
      sum += series.value();
    }
    return HistogramDataPointSnapshot.builder()
        .classicHistogramBuckets(ClassicHistogramBuckets.of(upper, counts))
        .sum(sum)
        .labels(labels)
        .build();
  }

  private static Labels labels(Family family, Series series) {
    Labels labels = Labels.of("plugin_name", series.plugin(), "plugin_type", series.type());
    for (int i = 0; i < family.labelNames().size(); i++) {
      labels = labels.add(family.labelNames().get(i), series.labelValues().get(i));
    }
    return labels;
  }
}
