package io.igw.simulator;

import io.netty.buffer.ByteBuf;
import java.util.function.BiFunction;

/** The metrics page of one model server. Confined to the engine's event loop. */
interface MetricsPage {
  /** The page as it is now. */
  void write(ByteBuf out);

  /**
   * What makes the pages of a fleet; they share what is alike.
   *
   * @param settings of each server
   */
  static BiFunction<Engine, EngineCounters, MetricsPage> pages(EngineSettings settings) {
    String model = "model_name=\"" + PageText.escaped(settings.baseModel()) + "\"";
    return switch (settings.kind()) {
      case VLLM -> VllmPage.pages(settings, model);
      case SGLANG -> SglangPage.pages(settings, model);
      case TRTLLM -> TrtllmPage.pages(settings, model);
      case TRITON -> (engine, counters) -> new TritonPage(settings, engine, counters);
    };
  }
}
