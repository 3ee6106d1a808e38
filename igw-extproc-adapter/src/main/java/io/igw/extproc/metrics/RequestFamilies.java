package io.igw.extproc.metrics;

import io.igw.extproc.metrics.RequestSeries.Key;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** The request families of observability-metrics.md 2, made from the series when they are read. */
final class RequestFamilies {
  private static final String CURRENT = "llm_d_epp_";
  private static final String OLD = "inference_objective_";

  private final List<MetricSnapshot> out;
  private final Collection<RequestSeries> series;
  private final boolean deprecated;

  RequestFamilies(List<MetricSnapshot> out, Collection<RequestSeries> series, boolean deprecated) {
    this.out = out;
    this.series = series;
    this.deprecated = deprecated;
  }

  void write() {
    counters();
    histogram(
        "request_duration_seconds",
        "request_duration_seconds",
        "Request latency in seconds.",
        Bounds.LONG_SECONDS,
        s -> s.duration);
    histogram(
        "request_size_bytes",
        "request_sizes",
        "Request body size in bytes.",
        Bounds.REQUEST_BYTES,
        s -> s.requestBytes);
    histogram(
        "response_size_bytes",
        "response_sizes",
        "Response body size in bytes.",
        Bounds.RESPONSE_BYTES,
        s -> s.responseBytes);
    histogram(
        "request_input_tokens",
        "input_tokens",
        "Prompt tokens per request.",
        Bounds.INPUT_TOKENS,
        s -> s.inputTokens);
    histogram(
        "request_output_tokens",
        "output_tokens",
        "Generated tokens per request.",
        Bounds.OUTPUT_TOKENS,
        s -> s.outputTokens);
    histogram(
        "request_cached_tokens",
        "prompt_cached_tokens",
        "Prompt tokens that came from the engine's prefix cache.",
        Bounds.INPUT_TOKENS,
        s -> s.cachedTokens);
    histogram(
        "request_ntpot_seconds",
        "normalized_time_per_output_token_seconds",
        "Request latency per generated token in seconds.",
        Bounds.PER_OUTPUT_TOKEN_SECONDS,
        s -> s.perOutputToken);
    firstToken();
    histogram(
        "request_streaming_tpot_seconds",
        "",
        "Time per generated token after the first, streaming responses.",
        Bounds.STREAMED_TOKEN_SECONDS,
        s -> s.streamedToken);
    histogram(
        "request_streaming_itl_seconds",
        "",
        "Time between chunks of a streaming response.",
        Bounds.INTER_TOKEN_SECONDS,
        s -> s.interToken);
    running();
  }

  private void counters() {
    counter(CURRENT + "request", "Requests that were scheduled.", Key::full, false);
    counter(CURRENT + "request_error", "Requests that ended with an error.", Key::full, true);
    if (deprecated) {
      counter(OLD + "request", replaced(CURRENT + "request_total"), Key::modelsAndPriority, false);
      counter(OLD + "request_error", replaced(CURRENT + "request_error_total"), Key::models, true);
    }
  }

  private static String replaced(String by) {
    return "[ALPHA] Deprecated, use " + by + ".";
  }

  private static String help(String text) {
    return text.startsWith("[") ? text : "[ALPHA] " + text;
  }

  private void counter(String name, String help, Function<Key, Labels> labels, boolean errorsOnly) {
    Map<Labels, Long> sums = new LinkedHashMap<>();
    for (RequestSeries each : series) {
      Labels own = labels.apply(each.key);
      if (!errorsOnly) {
        long count = each.requests.sum();
        if (count > 0) {
          sums.merge(own, count, Long::sum);
        }
        continue;
      }
      for (Map.Entry<String, LongAdder> error : each.errors.entrySet()) {
        sums.merge(own.add("error_code", error.getKey()), error.getValue().sum(), Long::sum);
      }
    }
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help(help));
    sums.forEach((own, sum) ->
        family.dataPoint(CounterDataPointSnapshot.builder().labels(own).value(sum).build()));
    out.add(family.build());
  }

  private void histogram(
      String name,
      String oldName,
      String help,
      double[] bounds,
      Function<RequestSeries, Buckets> buckets) {
    out.add(family(CURRENT + name, help, bounds, s -> s.key.full(), buckets));
    if (deprecated && !oldName.isEmpty()) {
      String old = replaced(CURRENT + name);
      out.add(family(OLD + oldName, old, bounds, s -> s.key.models(), buckets));
    }
  }

  private HistogramSnapshot family(
      String name,
      String help,
      double[] bounds,
      Function<RequestSeries, Labels> labels,
      Function<RequestSeries, Buckets> buckets) {
    Map<Labels, Buckets.Total> totals = new LinkedHashMap<>();
    for (RequestSeries each : series) {
      totals
          .computeIfAbsent(labels.apply(each), l -> new Buckets.Total(bounds))
          .add(buckets.apply(each));
    }
    HistogramSnapshot.Builder family = HistogramSnapshot.builder().name(name).help(help(help));
    points(family, totals);
    return family.build();
  }

  private static void points(HistogramSnapshot.Builder family, Map<Labels, Buckets.Total> totals) {
    totals.forEach((labels, total) -> {
      if (total.any()) {
        family.dataPoint(total.point(labels));
      }
    });
  }

  private void firstToken() {
    Map<Labels, Buckets.Total> totals = new LinkedHashMap<>();
    for (RequestSeries each : series) {
      for (boolean streaming : new boolean[] {true, false}) {
        totals
            .computeIfAbsent(
                each.key.full().add("streaming", Boolean.toString(streaming)),
                l -> new Buckets.Total(Bounds.FIRST_TOKEN_SECONDS))
            .add(streaming ? each.firstTokenStreaming : each.firstTokenWhole);
      }
    }
    HistogramSnapshot.Builder family =
        HistogramSnapshot.builder()
            .name(CURRENT + "request_ttft_seconds")
            .help(help("Time to the first response body bytes in seconds."));
    points(family, totals);
    out.add(family.build());
  }

  private void running() {
    out.add(running(CURRENT + "request_running", help("Requests running now."), s -> s.key.full()));
    if (deprecated) {
      out.add(
          running(
              OLD + "running_requests",
              replaced(CURRENT + "request_running"),
              s -> s.key.modelOnly()));
    }
  }

  private GaugeSnapshot running(String name, String help, Function<RequestSeries, Labels> labels) {
    Map<Labels, Long> sums = new LinkedHashMap<>();
    for (RequestSeries each : series) {
      if (!each.key.model().isEmpty() && each.requests.sum() > 0) {
        sums.merge(labels.apply(each), each.running.sum(), Long::sum);
      }
    }
    GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
    sums.forEach((own, sum) ->
        family.dataPoint(GaugeDataPointSnapshot.builder().labels(own).value(sum).build()));
    return family.build();
  }
}
