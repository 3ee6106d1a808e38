package io.igw.simulator;

import io.igw.simulator.engine.EngineModel;
import io.netty.buffer.ByteBuf;
import java.util.function.BiFunction;

/** The metrics page of {@code trtllm-serve}: one series for all data-parallel ranks. */
final class TrtllmPage implements MetricsPage {
  private final EngineSettings settings;
  private final Engine engine;
  private final EngineCounters counters;
  private final HistogramLines histograms;
  private final String labels;
  private final PageText text = new PageText();

  private TrtllmPage(
      EngineSettings settings,
      Engine engine,
      EngineCounters counters,
      HistogramLines histograms,
      String labels) {
    this.settings = settings;
    this.engine = engine;
    this.counters = counters;
    this.histograms = histograms;
    this.labels = labels;
  }

  static BiFunction<Engine, EngineCounters, MetricsPage> pages(
      EngineSettings settings, String model) {
    String labels = "engine_type=\"trtllm\"," + model;
    HistogramLines histograms = new HistogramLines(HistogramLines.COMMON, "trtllm_", labels);
    return (engine, counters) -> new TrtllmPage(settings, engine, counters, histograms, labels);
  }

  @Override
  public void write(ByteBuf out) {
    text.clear();
    gauge("num_requests_running", "Number of requests that run.", engine.runningRequests());
    gauge("num_requests_waiting", "Number of requests that wait.", engine.waitingRequests());
    gauge(
        "kv_cache_utilization", "Share of the KV cache in use.", engine.most(EngineModel::kvUsage));
    gauge("kv_cache_tokens_per_block", "Tokens of a KV block.", EngineSettings.BLOCK_TOKENS);
    gauge(
        "kv_cache_max_blocks",
        "Number of KV blocks.",
        (double) settings.kvBlocks() * engine.ranks().size());
    text.family("trtllm_request_success_total", "counter", "Requests processed.");
    String length = labels + ",finished_reason=\"length\"";
    text.line("trtllm_request_success_total", length, counters.completed.sum());
    text.writeTo(out);
    histograms.write(counters, out);
  }

  private void gauge(String name, String help, double value) {
    text.gauge("trtllm_" + name, labels, help, value);
  }
}
