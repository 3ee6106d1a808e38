package io.igw.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Output tokens a second with all requests in the queue from the start, beside what NVIDIA
 * publishes for TensorRT-LLM 1.0 (performance overview, tables of Llama 3.1 8B and Llama 3.3 70B,
 * FP8).
 */
class EnginePresetTest {
  private static final int REQUESTS = 600;

  @ParameterizedTest
  @CsvSource({
    // preset, prompt, output, published, how near
    "llama-3.1-8b-fp8-h100, 2048, 128, 3450, 0.1",
    "llama-3.1-8b-fp8-h100, 2048, 2048, 9305, 0.15",
    "llama-3.1-8b-fp8-h100, 5000, 500, 3459, 0.15",
    "llama-3.3-70b-fp8-h200, 2048, 128, 442, 0.1",
    "llama-3.3-70b-fp8-h200, 2048, 2048, 2003, 0.35",
    "llama-3.3-70b-fp8-h200, 5000, 500, 566, 0.15",
  })
  void isNearPublishedThroughput(
      String name, int prompt, int output, double published, double share) {
    // The batch of TensorRT-LLM's defaults.
    EngineParameters parameters = EnginePreset.of(name).parameters(64).withBatch(2048, 8192);
    EngineModel engine =
        new EngineModel(
            parameters,
            new EngineModel.Listener() {
              @Override
              public void token(Job job, long nowNanos) {}

              @Override
              public void ended(Job job, long nowNanos) {}
            });
    for (int i = 0; i < REQUESTS; i++) {
      engine.submit(new Job(prompt, output, new long[0], null, 0), 0);
    }
    long now = 0;
    while (engine.nextNanos() != EngineModel.IDLE) {
      now = engine.nextNanos();
      engine.advance(now);
    }
    double perSecond = (double) REQUESTS * output / (now / 1e9);
    assertThat(perSecond).isCloseTo(published, within(share * published));
  }
}
