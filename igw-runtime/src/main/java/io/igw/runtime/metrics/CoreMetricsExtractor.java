package io.igw.runtime.metrics;

import io.igw.spi.Plugin;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads load, KV cache and adapters from the metrics page of an engine; which engine an endpoint
 * runs is told by a label (data-layer.md 7.1).
 *
 * <p><b>Threading.</b> Immutable; the reading itself is done by an extraction per endpoint.
 */
public final class CoreMetricsExtractor implements Plugin {
  /** Type as configuration names it. */
  public static final String TYPE = "core-metrics-extractor";

  static final String ENGINE_LABEL = "llm-d.ai/engine-type";
  static final String LEGACY_ENGINE_LABEL = "inference.networking.k8s.io/engine-type";

  private final String engineLabelKey;
  private final Engine defaultEngine;
  private final Map<String, Engine> engines;

  /**
   * An extractor.
   *
   * @param engineLabelKey label that names the engine; the legacy label is asked next if this is
   *     the standard one
   * @param defaultEngine for endpoints without the label or with an unknown engine; one of {@code
   *     engines}
   */
  CoreMetricsExtractor(String engineLabelKey, String defaultEngine, Map<String, Engine> engines) {
    Engine fallback = engines.get(defaultEngine);
    if (fallback == null) {
      throw new IllegalArgumentException(
          "defaultEngine: " + defaultEngine + " (expected: one of " + engines.keySet() + ")");
    }
    this.engineLabelKey = engineLabelKey;
    this.defaultEngine = fallback;
    this.engines = Map.copyOf(engines);
  }

  /** The engine that an endpoint with these labels runs. */
  Engine engine(Map<String, String> labels) {
    String name = named(labels);
    @Nullable Engine engine = name == null ? null : engines.get(name);
    return engine == null ? defaultEngine : engine;
  }

  /** The engine that the labels name, if it is none that is known; else null. */
  @Nullable String unknownEngine(Map<String, String> labels) {
    String name = named(labels);
    return name == null || engines.containsKey(name) ? null : name;
  }

  private @Nullable String named(Map<String, String> labels) {
    String name = labels.get(engineLabelKey);
    return name == null && engineLabelKey.equals(ENGINE_LABEL)
        ? labels.get(LEGACY_ENGINE_LABEL)
        : name;
  }

  String engineLabelKey() {
    return engineLabelKey;
  }

  /** An extraction for one endpoint with these labels. */
  Extraction newExtraction(Map<String, String> labels) {
    return new Extraction(engine(labels));
  }

  /** Names of the engines it knows, sorted. */
  List<String> engineNames() {
    return engines.keySet().stream().sorted().toList();
  }
}
