package io.igw.plugins.prefix;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;

/** Makes {@link ApproxPrefixCacheProducer}s. */
public final class ApproxPrefixCacheProvider implements PluginProvider {
  /** For ServiceLoader. */
  public ApproxPrefixCacheProvider() {}

  @Override
  public String type() {
    return ApproxPrefixCacheProducer.TYPE;
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    return new ApproxPrefixCacheProducer(PrefixIndexSettings.read(parameters), context);
  }
}
