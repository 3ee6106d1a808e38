package io.igw.runtime.metrics;

import io.igw.api.Signal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an engine's page holds what igw wants to know; null for what the engine does not tell.
 *
 * @param name as the engine label of an endpoint gives it
 * @param waiting requests in the queue
 * @param running requests in the batch
 * @param kvUsage used share of the KV cache
 * @param lora family whose labels tell the adapters
 * @param cacheInfo family whose labels tell block size and number of blocks
 * @param blockSize family whose value is the block size; wins over {@code cacheInfo}
 * @param blocks family whose value is the number of blocks; wins over {@code cacheInfo}
 * @param blockSizeLabel label of {@code cacheInfo}
 * @param blocksLabel label of {@code cacheInfo}
 * @param custom further numbers
 */
record EngineSpec(
    String name,
    @Nullable MetricSpec waiting,
    @Nullable MetricSpec running,
    @Nullable MetricSpec kvUsage,
    @Nullable MetricSpec lora,
    @Nullable MetricSpec cacheInfo,
    @Nullable MetricSpec blockSize,
    @Nullable MetricSpec blocks,
    String blockSizeLabel,
    String blocksLabel,
    List<Custom> custom) {

  static final String DEFAULT_BLOCK_SIZE_LABEL = "block_size";
  static final String DEFAULT_BLOCKS_LABEL = "num_gpu_blocks";

  EngineSpec {
    custom = List.copyOf(custom);
  }

  /** A number that the user defines. */
  record Custom(Signal signal, MetricSpec spec) {}

  /** The engines that are known without configuration (data-layer.md 7.1). */
  static List<EngineSpec> builtIn() {
    String blocks = "nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type=%s}";
    return List.of(
        load(
            "vllm",
            "vllm:num_requests_waiting",
            "vllm:num_requests_running",
            "vllm:kv_cache_usage_perc",
            "vllm:lora_requests_info",
            info("vllm:cache_config_info", DEFAULT_BLOCK_SIZE_LABEL, DEFAULT_BLOCKS_LABEL)),
        load(
            "sglang",
            "sglang:num_queue_reqs",
            "sglang:num_running_reqs",
            "sglang:token_usage",
            null,
            info("sglang:cache_config_info", "page_size", "num_pages")),
        load(
            "trtllm-serve",
            "trtllm_num_requests_waiting",
            "trtllm_num_requests_running",
            "trtllm_kv_cache_utilization",
            null,
            values("trtllm_kv_cache_tokens_per_block", "trtllm_kv_cache_max_blocks")),
        load(
            "triton-tensorrt-llm",
            "nv_trt_llm_request_metrics{request_type=waiting}",
            "nv_trt_llm_request_metrics{request_type=scheduled}",
            blocks.formatted("fraction"),
            null,
            values(blocks.formatted("tokens_per"), blocks.formatted("max"))),
        load(
            "triton",
            "nv_inference_pending_request_count",
            "nv_inference_exec_count",
            null,
            null,
            Geometry.NONE));
  }

  /** How an engine tells the shape of its cache. */
  private record Geometry(
      @Nullable MetricSpec info,
      @Nullable MetricSpec blockSize,
      @Nullable MetricSpec blocks,
      String blockSizeLabel,
      String blocksLabel) {
    static final Geometry NONE =
        new Geometry(null, null, null, DEFAULT_BLOCK_SIZE_LABEL, DEFAULT_BLOCKS_LABEL);
  }

  private static Geometry info(String family, String blockSizeLabel, String blocksLabel) {
    return new Geometry(MetricSpec.of(family), null, null, blockSizeLabel, blocksLabel);
  }

  private static Geometry values(String blockSize, String blocks) {
    return new Geometry(
        null,
        MetricSpec.parse(blockSize),
        MetricSpec.parse(blocks),
        DEFAULT_BLOCK_SIZE_LABEL,
        DEFAULT_BLOCKS_LABEL);
  }

  private static EngineSpec load(
      String name,
      String waiting,
      String running,
      @Nullable String kvUsage,
      @Nullable String lora,
      Geometry geometry) {
    return new EngineSpec(
        name,
        MetricSpec.parse(waiting),
        MetricSpec.parse(running),
        kvUsage == null ? null : MetricSpec.parse(kvUsage),
        lora == null ? null : MetricSpec.parse(lora),
        geometry.info(),
        geometry.blockSize(),
        geometry.blocks(),
        geometry.blockSizeLabel(),
        geometry.blocksLabel(),
        List.of());
  }
}
