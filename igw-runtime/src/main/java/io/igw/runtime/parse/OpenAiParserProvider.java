package io.igw.runtime.parse;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;

/** Provides {@code openai-parser}. */
public final class OpenAiParserProvider implements PluginProvider {
  /** Called by ServiceLoader. */
  public OpenAiParserProvider() {}

  @Override
  public String type() {
    return "openai-parser";
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    return new OpenAiParser();
  }
}
