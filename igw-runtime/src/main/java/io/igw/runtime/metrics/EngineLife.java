package io.igw.runtime.metrics;

import org.jspecify.annotations.Nullable;

/**
 * What a page tells of the life of its engine.
 *
 * @param awake 1 while it can serve, 0 while it sleeps (epp-protocol.md MS-17)
 * @param work grows as long as the process lives: if it goes back, the server was restarted
 */
record EngineLife(@Nullable MetricSpec awake, @Nullable MetricSpec work) {
  static final EngineLife UNKNOWN = new EngineLife(null, null);

  /** As engines of this name tell it, with whatever specifications the rest is read. */
  static EngineLife of(String engine) {
    return switch (engine) {
      case "vllm" ->
          new EngineLife(
              MetricSpec.parse("vllm:engine_sleep_state{sleep_state=awake}"),
              MetricSpec.of("vllm:prompt_tokens_total"));
      case "sglang" -> new EngineLife(null, MetricSpec.of("sglang:prompt_tokens_total"));
      case "trtllm-serve" -> new EngineLife(null, MetricSpec.of("trtllm_request_success_total"));
      default -> UNKNOWN;
    };
  }

  /** The same, but a sleeping engine counts as any other. */
  EngineLife everAwake() {
    return new EngineLife(null, work);
  }
}
