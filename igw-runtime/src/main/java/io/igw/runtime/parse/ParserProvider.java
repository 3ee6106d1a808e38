package io.igw.runtime.parse;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import java.util.function.Supplier;

/** The providers of the parsers; none has parameters. */
public abstract class ParserProvider implements PluginProvider {
  private final String type;
  private final String summary;
  private final Supplier<Plugin> create;

  private ParserProvider(String type, String summary, Supplier<Plugin> create) {
    this.type = type;
    this.summary = summary;
    this.create = create;
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public String summary() {
    return summary;
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    return create.get();
  }

  /** {@code openai-parser}. */
  public static final class OpenAi extends ParserProvider {
    /** For ServiceLoader. */
    public OpenAi() {
      super("openai-parser", "reads requests and responses of the OpenAI APIs", OpenAiParser::new);
    }
  }

  /** {@code passthrough-parser}. */
  public static final class Passthrough extends ParserProvider {
    /** For ServiceLoader. */
    public Passthrough() {
      super("passthrough-parser", "takes every body as it is", PassthroughParser::new);
    }
  }

  /** {@code anthropic-parser}. */
  public static final class Anthropic extends ParserProvider {
    /** For ServiceLoader. */
    public Anthropic() {
      super(
          "anthropic-parser",
          "reads requests and responses of the messages API",
          AnthropicParser::new);
    }
  }

  /** {@code vllmhttp-parser}. */
  public static final class VllmHttp extends ParserProvider {
    /** For ServiceLoader. */
    public VllmHttp() {
      super(
          "vllmhttp-parser",
          "reads vLLM's requests of token ids and their responses",
          VllmHttpParser::new);
    }
  }

  /** {@code sglanghttp-parser}. */
  public static final class SglangHttp extends ParserProvider {
    /** For ServiceLoader. */
    public SglangHttp() {
      super(
          "sglanghttp-parser",
          "reads SGLang's requests of token ids and their responses",
          SglangParser::new);
    }
  }

  /** {@code vertexai-parser}. */
  public static final class VertexAi extends ParserProvider {
    /** For ServiceLoader. */
    public VertexAi() {
      super(
          "vertexai-parser",
          "reads OpenAI requests inside Vertex AI's gRPC messages",
          VertexParser::new);
    }
  }

  /** {@code vllmgrpc-parser}. */
  public static final class VllmGrpc extends ParserProvider {
    /** For ServiceLoader. */
    public VllmGrpc() {
      super(
          "vllmgrpc-parser",
          "reads requests and responses of vLLM's gRPC service",
          VllmGrpcParser::new);
    }
  }
}
