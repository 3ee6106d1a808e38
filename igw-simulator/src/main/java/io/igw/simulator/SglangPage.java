package io.igw.simulator;

import io.igw.simulator.engine.EngineModel;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;

/**
 * The metrics page of an SGLang server. Gauges have a series for each data-parallel rank; counters
 * and histograms are the server's. A page of SGLang is a token.
 */
final class SglangPage implements MetricsPage {
  private final EngineSettings settings;
  private final Engine engine;
  private final EngineCounters counters;
  private final HistogramLines histograms;
  private final String model;
  private final PageText text = new PageText();

  private SglangPage(
      EngineSettings settings,
      Engine engine,
      EngineCounters counters,
      HistogramLines histograms,
      String model) {
    this.settings = settings;
    this.engine = engine;
    this.counters = counters;
    this.histograms = histograms;
    this.model = model;
  }

  static BiFunction<Engine, EngineCounters, MetricsPage> pages(
      EngineSettings settings, String model) {
    HistogramLines histograms = new HistogramLines(HistogramLines.COMMON, "sglang:", model);
    return (engine, counters) -> new SglangPage(settings, engine, counters, histograms, model);
  }

  @Override
  public void write(ByteBuf out) {
    text.clear();
    int tokens = settings.kvBlocks() * EngineSettings.BLOCK_TOKENS;
    perRank("num_running_reqs", "The number of running requests.", EngineModel::runningJobs);
    perRank(
        "num_queue_reqs", "The number of requests in the waiting queue.", EngineModel::waitingJobs);
    perRank("token_usage", "The token usage.", EngineModel::kvUsage);
    perRank("num_used_tokens", "The number of used tokens.", rank -> rank.kvUsage() * tokens);
    long prompt = counters.promptTokens.sum();
    long cached = counters.cachedTokens.sum();
    double hits = prompt == 0 ? 0 : (double) cached / prompt;
    text.gauge("sglang:cache_hit_rate", model, "The prefix cache hit rate.", hits);
    text.family("sglang:cache_config_info", "gauge", "Information of the cache.");
    text.line(
        "sglang:cache_config_info", "num_pages=\"" + tokens + "\",page_size=\"1\"," + model, 1);
    counter(
        "prompt_tokens_total",
        "Number of prefill tokens processed.",
        counters.processPromptTokens());
    counter("cached_tokens_total", "Number of cached prompt tokens.", cached);
    counter(
        "generation_tokens_total",
        "Number of generation tokens processed.",
        counters.generatedTokens.sum());
    counter("num_requests_total", "Number of requests processed.", counters.completed.sum());
    text.writeTo(out);
    histograms.write(counters, out);
  }

  private void perRank(String name, String help, ToDoubleFunction<EngineModel> value) {
    text.family("sglang:" + name, "gauge", help);
    List<EngineModel> ranks = engine.ranks();
    for (int rank = 0; rank < ranks.size(); rank++) {
      String labels = "dp_rank=\"" + rank + "\",engine_type=\"unified\"," + model;
      text.line("sglang:" + name, labels, value.applyAsDouble(ranks.get(rank)));
    }
  }

  private void counter(String name, String help, long value) {
    text.family("sglang:" + name, "counter", help);
    text.line("sglang:" + name, model, value);
  }
}
