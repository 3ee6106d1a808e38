package io.igw.runtime.parse;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import java.util.function.Supplier;

/** The providers of the parsers; none has parameters. */
public abstract class ParserProvider implements PluginProvider {
  private final String type;
  private final Supplier<Plugin> create;

  private ParserProvider(String type, Supplier<Plugin> create) {
    this.type = type;
    this.create = create;
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    return create.get();
  }

  /** {@code openai-parser}. */
  public static final class OpenAi extends ParserProvider {
    /** For ServiceLoader. */
    public OpenAi() {
      super("openai-parser", OpenAiParser::new);
    }
  }

  /** {@code passthrough-parser}. */
  public static final class Passthrough extends ParserProvider {
    /** For ServiceLoader. */
    public Passthrough() {
      super("passthrough-parser", PassthroughParser::new);
    }
  }
}
