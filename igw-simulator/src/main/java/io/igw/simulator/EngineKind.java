package io.igw.simulator;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whose metrics page a model server shows. The names are the picker's engine types. */
public enum EngineKind {
  /** All families of a vLLM server, with adapters. */
  VLLM("vllm", "/metrics"),
  /** SGLang; no adapters. */
  SGLANG("sglang", "/metrics"),
  /** {@code trtllm-serve}; no adapters, a path of its own. */
  TRTLLM("trtllm-serve", "/prometheus/metrics"),
  /** TensorRT-LLM under Triton; no adapters. */
  TRITON("triton-tensorrt-llm", "/metrics");

  private final String type;
  private final String metricsPath;

  EngineKind(String type, String metricsPath) {
    this.type = type;
    this.metricsPath = metricsPath;
  }

  /** As the picker names it, in an endpoint's label {@code llm-d.ai/engine-type} for example. */
  public String type() {
    return type;
  }

  /** Path of its metrics page. */
  public String metricsPath() {
    return metricsPath;
  }

  /** All names, for messages. */
  public static String types() {
    return Arrays.stream(values()).map(EngineKind::type).collect(Collectors.joining(", "));
  }

  /** The kind of a name, null if there is none. */
  public static @Nullable EngineKind of(String type) {
    for (EngineKind kind : values()) {
      if (kind.type.equals(type)) {
        return kind;
      }
    }
    return null;
  }
}
