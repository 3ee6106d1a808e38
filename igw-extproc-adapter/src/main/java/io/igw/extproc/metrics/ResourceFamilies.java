package io.igw.extproc.metrics;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What model rewrites decided (observability-metrics.md 4) and how their files were read.
 *
 * <p><b>Threading.</b> Any thread.
 */
final class ResourceFamilies {
  private static final int MAX_SERIES = 4_000;

  private record Decision(String rewrite, String model, String target) {
    Labels labels() {
      return Labels.of("model_rewrite_name", rewrite, "model_name", model, "target_model", target);
    }
  }

  private final Map<Decision, LongAdder> decisions = new ConcurrentHashMap<>();
  private final LongAdder refused = new LongAdder();
  private volatile int warnings;

  /** A rule chose; the models are capped. */
  void decided(String rewrite, String model, String target) {
    Decision decision = new Decision(rewrite, model, target);
    LongAdder count = decisions.get(decision);
    if (count == null) {
      Decision bounded =
          decisions.size() < MAX_SERIES ? decision : new Decision(rewrite, LabelCap.OTHER, target);
      count = decisions.computeIfAbsent(bounded, d -> new LongAdder());
    }
    count.increment();
  }

  void loaded(int warnings) {
    this.warnings = warnings;
  }

  void refused() {
    refused.increment();
  }

  void write(List<MetricSnapshot> out, boolean deprecated) {
    out.add(
        Counts.family(
            "llm_d_epp_model_rewrite_decisions",
            "Requests whose model a rewrite rule chose.",
            decisions,
            Decision::labels));
    if (deprecated) {
      out.add(
          Counts.family(
              "inference_extension_model_rewrite_decisions",
              "Deprecated, use llm_d_epp_model_rewrite_decisions_total.",
              decisions,
              Decision::labels));
    }
    out.add(
        Counts.single(
            "igw_resource_reload_failures",
            "Changes of objectives and model rewrites that could not be read.",
            refused));
    out.add(
        GaugeSnapshot.builder()
            .name("igw_resource_warnings")
            .help("Objectives and model rewrites that were ignored or changed, in part or whole.")
            .dataPoint(GaugeDataPointSnapshot.builder().value(warnings).build())
            .build());
  }
}
