package io.igw.plugins.lora;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import java.util.Set;

/** Makes {@link LoraAffinityScorer}s. */
public final class LoraAffinityProvider implements PluginProvider {
  /** For ServiceLoader. */
  public LoraAffinityProvider() {}

  @Override
  public String type() {
    return LoraAffinityScorer.TYPE;
  }

  @Override
  public String summary() {
    return "prefers endpoints that serve, or can load, the requested adapter";
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    return new LoraAffinityScorer(Set.copyOf(parameters.texts("baseModels")), context);
  }
}
