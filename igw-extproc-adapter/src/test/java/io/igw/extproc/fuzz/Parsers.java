package io.igw.extproc.fuzz;

import io.igw.runtime.parse.ParserProvider;
import io.igw.spi.RequestParser;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every parser that there is. */
public final class Parsers {
  private static final List<ParserProvider> PROVIDERS =
      List.of(
          new ParserProvider.OpenAi(),
          new ParserProvider.Anthropic(),
          new ParserProvider.VllmHttp(),
          new ParserProvider.SglangHttp(),
          new ParserProvider.VertexAi(),
          new ParserProvider.VllmGrpc(),
          new ParserProvider.Passthrough());

  /** The parsers, the one without claims last. */
  static final List<RequestParser> ALL =
      PROVIDERS.stream().map(p -> (RequestParser) p.create(null, null)).toList();

  private Parsers() {}

  /** Configuration with all of them and these plugins. */
  public static String configuration(String... plugins) {
    String all =
        Stream.concat(Stream.of(plugins), PROVIDERS.stream().map(ParserProvider::type))
            .map(type -> "{type: " + type + "}")
            .collect(Collectors.joining(", "));
    String refs =
        PROVIDERS.stream()
            .map(p -> "{pluginRef: " + p.type() + "}")
            .collect(Collectors.joining(", "));
    return "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins: ["
        + all
        + "]\nrequestHandler: {parsers: ["
        + refs
        + "]}\ndataLayer: {injectDefaults: false}\n";
  }
}
