package io.igw.runtime.parse;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;

/** Provides {@code passthrough-parser}. */
public final class PassthroughParserProvider implements PluginProvider {
  /** Called by ServiceLoader. */
  public PassthroughParserProvider() {}

  @Override
  public String type() {
    return "passthrough-parser";
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    return new PassthroughParser();
  }
}
