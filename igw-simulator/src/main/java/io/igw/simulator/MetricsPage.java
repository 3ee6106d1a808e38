package io.igw.simulator;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The metrics page of a vLLM server: the families and the size of a real one (about 60 kB), with
 * the engine's own numbers.
 *
 * <p><b>Threading.</b> Confined to the engine's event loop.
 */
final class MetricsPage {
  private static final String[] HANDLERS = {
    "/v1/completions", "/v1/chat/completions", "/v1/models", "/metrics", "/health"
  };
  private static final double[] HTTP_SECONDS = {
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30
  };

  private final Engine engine;
  private final EngineCounters counters;
  private final EngineSettings settings;
  private final String labels;
  private final byte[] process;
  private final List<RenderedHistogram> histograms = new ArrayList<>();
  private final StringBuilder text = new StringBuilder(8192);
  private double loraTimestamp = System.currentTimeMillis() / 1e3;

  MetricsPage(Engine engine, EngineCounters counters, EngineSettings settings) {
    this.engine = engine;
    this.counters = counters;
    this.settings = settings;
    this.labels = "engine=\"0\",model_name=\"" + escaped(settings.baseModel()) + "\"";
    this.process = ascii(processFamilies());
    for (Histogram histogram : counters.histograms()) {
      histograms.add(new RenderedHistogram(histogram, labels));
    }
  }

  void write(ByteBuf out) {
    out.writeBytes(process);
    text.setLength(0);
    engineFamilies();
    lora();
    out.writeCharSequence(text, StandardCharsets.UTF_8);
    for (RenderedHistogram histogram : histograms) {
      histogram.write(out);
    }
  }

  private void engineFamilies() {
    gauge(
        "vllm:num_requests_running",
        "Number of requests in model execution batches.",
        engine.runningRequests());
    gauge(
        "vllm:num_requests_waiting",
        "Number of requests waiting to be processed.",
        engine.waitingRequests());
    family("vllm:num_requests_waiting_by_reason", "gauge", "Waiting requests by reason.");
    line("vllm:num_requests_waiting_by_reason", ",reason=\"capacity\"", engine.waitingRequests());
    line("vllm:num_requests_waiting_by_reason", ",reason=\"deferred\"", 0);
    family("vllm:engine_sleep_state", "gauge", "Engine sleep state.");
    line("vllm:engine_sleep_state", ",sleep_state=\"awake\"", 1);
    line("vllm:engine_sleep_state", ",sleep_state=\"weights_offloaded\"", 0);
    line("vllm:engine_sleep_state", ",sleep_state=\"discard_all\"", 0);
    gauge(
        "vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", engine.kvUsage());
    counter("vllm:prefix_cache_queries", "Queried tokens.", counters.promptTokens.sum());
    counter("vllm:prefix_cache_hits", "Cached tokens.", counters.cachedTokens.sum());
    counter("vllm:external_prefix_cache_queries", "Queried tokens at a connector.", 0);
    counter("vllm:external_prefix_cache_hits", "Cached tokens at a connector.", 0);
    counter("vllm:mm_cache_queries", "Queried items of the multi-modal cache.", 0);
    counter("vllm:mm_cache_hits", "Cached items of the multi-modal cache.", 0);
    counter("vllm:num_preemptions", "Preemptions by the engine.", 0);
    counter("vllm:prompt_tokens", "Prefill tokens processed.", counters.promptTokens.sum());
    counter("vllm:prompt_tokens_cached", "Cached prompt tokens.", counters.cachedTokens.sum());
    counter("vllm:generation_tokens", "Generated tokens.", counters.generatedTokens.sum());
    family("vllm:request_success_total", "counter", "Count of successfully processed requests.");
    line("vllm:request_success_total", ",finished_reason=\"stop\"", 0);
    line("vllm:request_success_total", ",finished_reason=\"length\"", counters.completed.sum());
    line("vllm:request_success_total", ",finished_reason=\"abort\"", counters.aborted.sum());
    family("vllm:cache_config_info", "gauge", "Information of the LLMEngine CacheConfig");
    text.append("vllm:cache_config_info{block_size=\"")
        .append(EngineSettings.BLOCK_TOKENS)
        .append("\",cache_dtype=\"auto\",calculate_kv_scales=\"False\",cpu_offload_gb=\"0\",")
        .append("enable_prefix_caching=\"True\",engine=\"0\",gpu_memory_utilization=\"0.9\",")
        .append("is_attention_free=\"False\",num_cpu_blocks=\"None\",num_gpu_blocks=\"")
        .append(settings.kvBlocks())
        .append("\",num_gpu_blocks_override=\"None\",prefix_caching_hash_algo=\"sha256\",")
        .append("sliding_window=\"None\",swap_space=\"4\",swap_space_bytes=\"4294967296\"} 1.0\n");
  }

  private void lora() {
    // The newest series counts, so the timestamp must never stand still.
    loraTimestamp = Math.max(loraTimestamp + 1e-6, System.currentTimeMillis() / 1e3);
    family("vllm:lora_requests_info", "gauge", "Running stats on lora requests.");
    text.append("vllm:lora_requests_info{max_lora=\"")
        .append(settings.loraSlots())
        .append("\",running_lora_adapters=\"")
        .append(escaped(String.join(",", engine.runningAdapters())))
        .append("\",waiting_lora_adapters=\"")
        .append(escaped(String.join(",", engine.waitingAdapters())))
        .append("\"} ")
        .append(String.format(Locale.ROOT, "%.6f", loraTimestamp))
        .append('\n');
  }

  private void gauge(String name, String help, double value) {
    family(name, "gauge", help);
    line(name, "", value);
  }

  private void counter(String name, String help, long value) {
    family(name + "_total", "counter", help);
    line(name + "_total", "", value);
    family(name + "_created", "gauge", help);
    line(name + "_created", "", 1.7612345670012e9);
  }

  private void family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void line(String name, String moreLabels, double value) {
    text.append(name).append('{').append(labels).append(moreLabels).append("} ");
    text.append(value).append('\n');
  }

  /** What the Python process and its HTTP library add: no reader of engine metrics needs it. */
  private static String processFamilies() {
    StringBuilder page = new StringBuilder(24_000);
    page.append("# HELP python_gc_objects_collected_total Objects collected during gc\n")
        .append("# TYPE python_gc_objects_collected_total counter\n");
    for (int generation = 0; generation < 3; generation++) {
      page.append("python_gc_objects_collected_total{generation=\"")
          .append(generation)
          .append("\"} 12874.0\n");
    }
    page.append("# HELP python_info Python platform information\n# TYPE python_info gauge\n")
        .append("python_info{implementation=\"CPython\",major=\"3\",minor=\"12\",")
        .append("patchlevel=\"11\",version=\"3.12.11\"} 1.0\n")
        .append("# HELP process_resident_memory_bytes Resident memory size in bytes.\n")
        .append("# TYPE process_resident_memory_bytes gauge\n")
        .append("process_resident_memory_bytes 6.41339392e+09\n")
        .append("# HELP process_cpu_seconds_total Total user and system CPU time.\n")
        .append("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 812.46\n")
        .append("# HELP http_requests_total Total number of requests.\n")
        .append("# TYPE http_requests_total counter\n");
    for (String handler : HANDLERS) {
      page.append("http_requests_total{handler=\"")
          .append(handler)
          .append("\",method=\"POST\",status=\"2xx\"} 4711.0\n");
    }
    page.append("# HELP http_request_duration_seconds Latency by handler.\n")
        .append("# TYPE http_request_duration_seconds histogram\n");
    for (String handler : HANDLERS) {
      for (String method : new String[] {"GET", "POST"}) {
        for (double bound : HTTP_SECONDS) {
          page.append("http_request_duration_seconds_bucket{handler=\"")
              .append(handler)
              .append("\",le=\"")
              .append(bound)
              .append("\",method=\"")
              .append(method)
              .append("\"} 4711.0\n");
        }
        page.append("http_request_duration_seconds_count{handler=\"")
            .append(handler)
            .append("\",method=\"")
            .append(method)
            .append("\"} 4711.0\n");
      }
    }
    return page.toString();
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A histogram whose lines are ready but for their values. */
  private static final class RenderedHistogram {
    private final Histogram histogram;
    private final byte[][] prefixes;

    RenderedHistogram(Histogram histogram, String labels) {
      this.histogram = histogram;
      int buckets = histogram.bounds.length;
      prefixes = new byte[buckets + 3][];
      for (int i = 0; i < buckets; i++) {
        String line = bucket(histogram.name, labels, Double.toString(histogram.bounds[i]));
        prefixes[i] = ascii(i == 0 ? header(histogram) + line : line);
      }
      prefixes[buckets] = ascii(bucket(histogram.name, labels, "+Inf"));
      prefixes[buckets + 1] = ascii(histogram.name + "_count{" + labels + "} ");
      prefixes[buckets + 2] = ascii(histogram.name + "_sum{" + labels + "} ");
    }

    private static String header(Histogram histogram) {
      return "# HELP "
          + histogram.name
          + " "
          + histogram.help
          + "\n# TYPE "
          + histogram.name
          + " histogram\n";
    }

    private static String bucket(String name, String labels, String bound) {
      return name + "_bucket{" + labels.replace(",model", ",le=\"" + bound + "\",model") + "} ";
    }

    void write(ByteBuf out) {
      int buckets = histogram.bounds.length;
      long below = 0;
      for (int i = 0; i < buckets; i++) {
        below += histogram.in(i);
        value(out, prefixes[i], below + ".0\n");
      }
      value(out, prefixes[buckets], histogram.count() + ".0\n");
      value(out, prefixes[buckets + 1], histogram.count() + ".0\n");
      value(out, prefixes[buckets + 2], histogram.sum() + "\n");
    }

    private static void value(ByteBuf out, byte[] prefix, String value) {
      out.writeBytes(prefix);
      out.writeCharSequence(value, StandardCharsets.US_ASCII);
    }
  }
}
