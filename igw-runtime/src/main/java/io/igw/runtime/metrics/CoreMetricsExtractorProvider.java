package io.igw.runtime.metrics;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes {@link CoreMetricsExtractor}s. */
public final class CoreMetricsExtractorProvider implements PluginProvider {
  private static final Logger log = LoggerFactory.getLogger(CoreMetricsExtractorProvider.class);
  private static final String DEFAULT_ENGINE = "vllm";
  private static final String RESERVED = "default";

  /** For ServiceLoader. */
  public CoreMetricsExtractorProvider() {}

  @Override
  public String type() {
    return CoreMetricsExtractor.TYPE;
  }

  @Override
  public String summary() {
    return "reads queue, running requests, KV cache and adapters from metrics pages";
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    String labelKey = parameters.text("engineLabelKey", CoreMetricsExtractor.ENGINE_LABEL);
    String defaultEngine = parameters.text("defaultEngine", DEFAULT_ENGINE);
    boolean excludeSleeping = parameters.flag("excludeSleeping", true);
    Map<String, Engine> engines = new LinkedHashMap<>();
    for (EngineSpec spec : EngineSpec.builtIn()) {
      engines.put(spec.name(), engine(spec, excludeSleeping));
    }
    Set<String> configured = new HashSet<>();
    for (Parameters entry : parameters.list("engineConfigs")) {
      EngineSpec spec = engine(entry, context);
      if (spec.name().isEmpty() || spec.name().equals(RESERVED)) {
        entry.reject("name", "not empty and not \"default\", which is reserved");
      } else if (!configured.add(spec.name())) {
        entry.reject("name", "a unique name");
      } else {
        engines.put(spec.name(), engine(spec, excludeSleeping));
      }
    }
    if (!engines.containsKey(defaultEngine)) {
      parameters.reject(
          "defaultEngine",
          "defaultEngine \""
              + defaultEngine
              + "\" not found in engineConfigs; one of "
              + String.join(", ", engines.keySet()));
      defaultEngine = DEFAULT_ENGINE;
    }
    return new CoreMetricsExtractor(labelKey, defaultEngine, engines);
  }

  private static Engine engine(EngineSpec spec, boolean excludeSleeping) {
    EngineLife life = EngineLife.of(spec.name());
    return new Engine(spec, excludeSleeping ? life : life.everAwake());
  }

  private static EngineSpec engine(Parameters p, PluginContext context) {
    String name = p.text("name", "");
    List<String> off = new ArrayList<>();
    EngineSpec spec =
        new EngineSpec(
            name,
            spec(p, "queuedRequestsSpec", off),
            spec(p, "runningRequestsSpec", off),
            spec(p, "kvUsageSpec", off),
            spec(p, "loraSpec", off),
            spec(p, "cacheInfoSpec", off),
            spec(p, "cacheBlockSizeSpec", off),
            spec(p, "cacheNumBlocksSpec", off),
            p.text("cacheBlockSizeLabelName", EngineSpec.DEFAULT_BLOCK_SIZE_LABEL),
            p.text("cacheNumBlocksLabelName", EngineSpec.DEFAULT_BLOCKS_LABEL),
            custom(p, context));
    if (!off.isEmpty()) {
      log.info("engine {}: not read, no specification is given: {}", name, off);
    }
    return spec;
  }

  /** Null if it is empty, which switches the metric off, or wrong, which refuses the whole. */
  private static @Nullable MetricSpec spec(Parameters p, String key, List<String> off) {
    String text = p.text(key, "");
    if (text.isBlank()) {
      off.add(key);
      return null;
    }
    return parse(p, key, text);
  }

  private static @Nullable MetricSpec parse(Parameters p, String key, String text) {
    try {
      return MetricSpec.parse(text);
    } catch (IllegalArgumentException e) {
      p.reject(key, MetricSpec.SYNTAX + "; " + e.getMessage());
      return null;
    }
  }

  private static List<EngineSpec.Custom> custom(Parameters p, PluginContext context) {
    List<EngineSpec.Custom> all = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (Parameters entry : p.list("customMetrics")) {
      String key = entry.text("attributeKey", "");
      String text = entry.text("metricSpec", "");
      if (key.isBlank()) {
        entry.reject("attributeKey", "custom metric attributeKey cannot be empty");
      } else if (!keys.add(key)) {
        entry.reject("attributeKey", "custom metric attributeKey \"" + key + "\" is duplicated");
      } else if (text.isBlank()) {
        entry.reject("metricSpec", "custom metric \"" + key + "\" spec cannot be empty");
      } else {
        MetricSpec spec = parse(entry, "metricSpec", text);
        if (spec != null) {
          all.add(new EngineSpec.Custom(context.signal(key), spec));
        }
      }
    }
    return all;
  }
}
