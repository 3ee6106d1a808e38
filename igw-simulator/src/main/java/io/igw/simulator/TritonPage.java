package io.igw.simulator;

import io.igw.simulator.engine.EngineModel;
import io.netty.buffer.ByteBuf;

/** The metrics page of a Triton server with the TensorRT-LLM backend. */
final class TritonPage implements MetricsPage {
  private static final String REQUESTS = "nv_trt_llm_request_metrics";
  private static final String BLOCKS = "nv_trt_llm_kv_cache_block_metrics";

  private final EngineSettings settings;
  private final Engine engine;
  private final EngineCounters counters;
  private final String model;
  private final PageText text = new PageText();

  TritonPage(EngineSettings settings, Engine engine, EngineCounters counters) {
    this.settings = settings;
    this.engine = engine;
    this.counters = counters;
    this.model = "model=\"" + PageText.escaped(settings.baseModel()) + "\"";
  }

  @Override
  public void write(ByteBuf out) {
    text.clear();
    int waiting = engine.waitingRequests();
    int running = engine.runningRequests();
    text.family(REQUESTS, "gauge", "TRT LLM request metrics");
    requests("waiting", waiting);
    requests("scheduled", running);
    requests("max", settings.maxRunning());
    requests("active", waiting + running);
    double blocks = (double) settings.kvBlocks() * engine.ranks().size();
    double used = engine.most(EngineModel::kvUsage);
    text.family(BLOCKS, "gauge", "TRT LLM KV cache block metrics");
    blocks("fraction", used);
    blocks("tokens_per", EngineSettings.BLOCK_TOKENS);
    blocks("used", Math.rint(used * blocks));
    blocks("free", blocks - Math.rint(used * blocks));
    blocks("max", blocks);
    text.family("nv_inference_count", "counter", "Number of inferences performed");
    text.line("nv_inference_count", model + ",version=\"1\"", counters.completed.sum());
    text.writeTo(out);
  }

  private void requests(String type, double value) {
    text.line(REQUESTS, model + ",request_type=\"" + type + "\",version=\"1\"", value);
  }

  private void blocks(String type, double value) {
    text.line(BLOCKS, "kv_cache_block_type=\"" + type + "\"," + model + ",version=\"1\"", value);
  }
}
