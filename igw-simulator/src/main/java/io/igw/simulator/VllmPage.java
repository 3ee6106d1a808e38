package io.igw.simulator;

import io.igw.simulator.engine.EngineModel;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;

/**
 * The metrics page of a vLLM server: the families and the size of a real one (about 60 kB). Gauges
 * have a series for each data-parallel rank; counters and histograms are the server's and stand
 * under rank 0.
 */
final class VllmPage implements MetricsPage {
  private final EngineSettings settings;
  private final Engine engine;
  private final EngineCounters counters;
  private final byte[] process;
  private final HistogramLines histograms;
  private final String model;
  private final String first;
  private final PageText text = new PageText();
  private double loraTimestamp = System.currentTimeMillis() / 1e3;

  private VllmPage(
      EngineSettings settings,
      Engine engine,
      EngineCounters counters,
      byte[] process,
      HistogramLines histograms,
      String model) {
    this.settings = settings;
    this.engine = engine;
    this.counters = counters;
    this.process = process;
    this.histograms = histograms;
    this.model = model;
    this.first = labels(0);
  }

  static BiFunction<Engine, EngineCounters, MetricsPage> pages(
      EngineSettings settings, String model) {
    byte[] process = PythonFamilies.text().getBytes(StandardCharsets.UTF_8);
    HistogramLines histograms = new HistogramLines(List.of(), "vllm:", "engine=\"0\"," + model);
    return (engine, counters) ->
        new VllmPage(settings, engine, counters, process, histograms, model);
  }

  private String labels(int rank) {
    return "engine=\"" + rank + "\"," + model;
  }

  @Override
  public void write(ByteBuf out) {
    out.writeBytes(process);
    text.clear();
    load();
    totals();
    cache();
    lora();
    text.writeTo(out);
    histograms.write(counters, out);
  }

  private void load() {
    perRank(
        "vllm:num_requests_running",
        "Number of requests in model execution batches.",
        EngineModel::runningJobs);
    perRank(
        "vllm:num_requests_waiting",
        "Number of requests waiting to be processed.",
        EngineModel::waitingJobs);
    text.family("vllm:num_requests_waiting_by_reason", "gauge", "Waiting requests by reason.");
    int waiting = engine.waitingRequests();
    text.line("vllm:num_requests_waiting_by_reason", first + ",reason=\"capacity\"", waiting);
    text.line("vllm:num_requests_waiting_by_reason", first + ",reason=\"deferred\"", 0);
    text.family("vllm:engine_sleep_state", "gauge", "Engine sleep state.");
    text.line("vllm:engine_sleep_state", first + ",sleep_state=\"awake\"", 1);
    text.line("vllm:engine_sleep_state", first + ",sleep_state=\"weights_offloaded\"", 0);
    text.line("vllm:engine_sleep_state", first + ",sleep_state=\"discard_all\"", 0);
    perRank(
        "vllm:kv_cache_usage_perc",
        "KV-cache usage. 1 means 100 percent usage.",
        EngineModel::kvUsage);
  }

  private void perRank(String name, String help, ToDoubleFunction<EngineModel> value) {
    text.family(name, "gauge", help);
    List<EngineModel> ranks = engine.ranks();
    for (int rank = 0; rank < ranks.size(); rank++) {
      text.line(name, labels(rank), value.applyAsDouble(ranks.get(rank)));
    }
  }

  private void totals() {
    counter("prefix_cache_queries", "Queried tokens.", counters.promptTokens.sum());
    counter("prefix_cache_hits", "Cached tokens.", counters.cachedTokens.sum());
    counter("external_prefix_cache_queries", "Queried tokens at a connector.", 0);
    counter("external_prefix_cache_hits", "Cached tokens at a connector.", 0);
    counter("mm_cache_queries", "Queried items of the multi-modal cache.", 0);
    counter("mm_cache_hits", "Cached items of the multi-modal cache.", 0);
    counter("num_preemptions", "Preemptions by the engine.", engine.preemptions());
    counter("prompt_tokens", "Prefill tokens processed.", counters.processPromptTokens());
    counter("prompt_tokens_cached", "Cached prompt tokens.", counters.cachedTokens.sum());
    long cached = counters.cachedTokens.sum();
    String source = "vllm:prompt_tokens_by_source_total";
    text.family(source, "counter", "Prompt tokens by where they came from.");
    long computed = counters.promptTokens.sum() - cached;
    text.line(source, first + ",source=\"local_compute\"", computed);
    text.line(source, first + ",source=\"local_cache_hit\"", cached);
    text.line(source, first + ",source=\"external_kv_transfer\"", 0);
    // vLLM shows these at 0 unless it was asked to estimate.
    counter("estimated_flops_per_gpu", "Estimated operations.", 0);
    counter("estimated_read_bytes_per_gpu", "Estimated bytes read.", 0);
    counter("estimated_write_bytes_per_gpu", "Estimated bytes written.", 0);
    counter("generation_tokens", "Generated tokens.", counters.generatedTokens.sum());
    String success = "vllm:request_success_total";
    text.family(success, "counter", "Count of successfully processed requests.");
    text.line(success, first + ",finished_reason=\"stop\"", 0);
    text.line(success, first + ",finished_reason=\"length\"", counters.completed.sum());
    text.line(success, first + ",finished_reason=\"abort\"", counters.aborted.sum());
  }

  private void counter(String name, String help, long value) {
    text.family("vllm:" + name + "_total", "counter", help);
    text.line("vllm:" + name + "_total", first, value);
    text.gauge("vllm:" + name + "_created", first, help, 1.7612345670012e9);
  }

  private void cache() {
    text.family("vllm:cache_config_info", "gauge", "Information of the LLMEngine CacheConfig");
    for (int rank = 0; rank < engine.ranks().size(); rank++) {
      text.raw("vllm:cache_config_info{block_size=\"" + EngineSettings.BLOCK_TOKENS)
          .raw("\",cache_dtype=\"auto\",calculate_kv_scales=\"False\",cpu_offload_gb=\"0\",")
          .raw("enable_prefix_caching=\"True\",engine=\"" + rank)
          .raw("\",gpu_memory_utilization=\"0.9\",")
          .raw("is_attention_free=\"False\",num_cpu_blocks=\"None\",num_gpu_blocks=\"")
          .raw(Integer.toString(settings.kvBlocks()))
          .raw("\",num_gpu_blocks_override=\"None\",prefix_caching_hash_algo=\"sha256\",")
          .raw("sliding_window=\"None\",swap_space=\"4\",swap_space_bytes=\"4294967296\"} 1.0\n");
    }
  }

  private void lora() {
    // The newest series counts, so the timestamp must never stand still.
    loraTimestamp = Math.max(loraTimestamp + 1e-6, System.currentTimeMillis() / 1e3);
    text.family("vllm:lora_requests_info", "gauge", "Running stats on lora requests.");
    text.raw("vllm:lora_requests_info{max_lora=\"" + settings.loraSlots())
        .raw("\",running_lora_adapters=\"")
        .raw(PageText.escaped(String.join(",", engine.runningAdapters())))
        .raw("\",waiting_lora_adapters=\"")
        .raw(PageText.escaped(String.join(",", engine.waitingAdapters())))
        .raw("\"} " + String.format(Locale.ROOT, "%.6f", loraTimestamp) + "\n");
  }
}
