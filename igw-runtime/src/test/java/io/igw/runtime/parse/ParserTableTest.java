package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.RequestHeaders;
import io.igw.api.Usage;
import io.igw.spi.Plugin;
import io.igw.spi.PluginProvider;
import io.igw.spi.RequestParser;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParserTableTest {
  private final RequestParser openAi = new OpenAiParser();
  private final RequestParser passthrough = new PassthroughParser();

  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions, CHAT",
    "/v1/chat/completions/, CHAT",
    "/v1/chat/completions?a=/v1/completions, CHAT",
    "/v1/chat/completions/?a=b, CHAT",
    "chat/completions, CHAT",
    "/tenant/v2/chat/completions, CHAT",
    "/v1/chat/completions/render, CHAT",
    "/v1/completions, COMPLETIONS",
    "/v1/xchat/completions, COMPLETIONS",
    "/v1/completions/render, COMPLETIONS",
    "/v1/embeddings, EMBEDDINGS",
    "/v1/responses, RESPONSES",
    "/v1/conversations, CONVERSATIONS",
    "/v1/images/generations, IMAGES",
    "/v1/rerank, MODEL_ONLY",
    "/score, MODEL_ONLY",
    "/tokenize, MODEL_ONLY",
    "/v1/audio/transcriptions, MODEL_ONLY",
    "'', ANY_SHAPE",
  })
  void claimedPaths(String path, String api) {
    ParserTable table = new ParserTable(List.of(openAi));
    ParserTable.Match match = table.find(path);
    assertThat(match).isNotNull();
    assertThat(match.parser()).isSameAs(openAi);
    assertThat(OpenAiApi.of(match.path())).isEqualTo(OpenAiApi.valueOf(api));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/xcompletions",
    "/v1/Completions",
    "/v1/completions/x",
    "/v1/chat/completionsX",
    "/v1/chat%2Fcompletion",
    "/v1/%63ompletions",
    "/v1/chat%2Fcompletions",
    "/v1/completions//",
    "/v1/models",
    "/",
    "/?completions",
  })
  void otherPathsGoToTheFallback(String path) {
    assertThat(new ParserTable(List.of(openAi)).find(path)).isNull();
    ParserTable.Match match = new ParserTable(List.of(openAi, passthrough)).find(path);
    assertThat(match).isNotNull();
    assertThat(match.parser()).isSameAs(passthrough);
  }

  @Test
  void theLongestSuffixWinsWhateverTheOrder() {
    RequestParser generate = claiming("generate");
    RequestParser vllm = claiming("inference/v1/generate");
    for (List<RequestParser> order : List.of(List.of(generate, vllm), List.of(vllm, generate))) {
      ParserTable table = new ParserTable(order);
      assertThat(table.find("/inference/v1/generate").parser()).isSameAs(vllm);
      assertThat(table.find("/v1/generate").parser()).isSameAs(generate);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions, OpenAiParser",
    "/v1/messages, AnthropicParser",
    "/v1/messages/, AnthropicParser",
    "/v1/messages?beta=true, AnthropicParser",
    "/v1/messages/count_tokens, AnthropicParser",
    "/inference/v1/generate, VllmHttpParser",
    "/inference/v1/generate/, VllmHttpParser",
    "/tenant/inference/v1/generate, VllmHttpParser",
    "/generate, SglangParser",
    "/v1/generate, SglangParser",
    "/xgenerate, PassthroughParser",
    "/v1/xmessages, PassthroughParser",
    "/v1/messages/batches, PassthroughParser",
    "/google.cloud.aiplatform.v1.PredictionService/ChatCompletions, VertexParser",
    "/google.cloud.aiplatform.v1beta1.PredictionService/StreamRawPredict, VertexParser",
    "/PredictionService/RawPredict, VertexParser",
    "/google.cloud.aiplatform.v1.XPredictionService/RawPredict, PassthroughParser",
    "/google.cloud.aiplatform.v1.PredictionService/Predict, PassthroughParser",
    "/vllm.grpc.engine.VllmEngine/Generate, VllmGrpcParser",
    "/vllm.grpc.engine.VllmEngine/Embed, VllmGrpcParser",
    "/vllm.grpc.engine.VllmEngine/Abort, PassthroughParser",
    "/v1.completions, PassthroughParser",
  })
  void allParsersAtOnce(String path, String parser) {
    ParserTable table =
        new ParserTable(
            List.of(
                new SglangParser(),
                new VllmGrpcParser(),
                new VertexParser(),
                new VllmHttpParser(),
                new AnthropicParser(),
                openAi,
                passthrough));
    assertThat(table.find(path).parser().getClass().getSimpleName()).isEqualTo(parser);
  }

  @Test
  void ofEqualClaimsTheFirstCountsAndNoneBehindTheFallback() {
    RequestParser first = claiming("generate");
    RequestParser second = claiming("generate");
    ParserTable table = new ParserTable(List.of(first, second, passthrough, openAi));
    assertThat(table.find("/generate").parser()).isSameAs(first);
    assertThat(table.find("/v1/completions").parser()).isSameAs(passthrough);
    assertThat(table.ignored()).containsExactly(openAi);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "/a/?x, /b, /c, /a/?x",
        "-, /b, /c, /b",
        "'', '', /c, /c",
        "-, -, -, ''",
        "/, -, -, /",
      })
  void pathSources(String path, String original, String forwarded, String expected) {
    RequestHeaders headers =
        name ->
            switch (name) {
              case ":path" -> path;
              case "x-original-path" -> original;
              case "x-forwarded-path" -> forwarded;
              default -> null;
            };
    assertThat(ParserTable.path(headers)).isEqualTo(expected);
  }

  @Test
  void withoutAPathTheParserOfCompletionsLooksAtTheShape() {
    ParserTable.Match match =
        new ParserTable(List.of(claiming("generate"), openAi))
            .find(ParserTable.path(RequestHeaders.NONE));
    assertThat(match.parser()).isSameAs(openAi);
    RequestParser.RequestBody body = match.parser().request(match.path(), RequestHeaders.NONE);
    byte[] chat = Bodies.json("{'messages':[{'content':'x'}],'model':'m'}");
    body.feed(chat, 0, chat.length);
    assertThat(body.finish().error()).isNull();
  }

  @Test
  void passthroughReadsNothing() {
    RequestParser.RequestBody body = passthrough.request("/x", RequestHeaders.NONE);
    body.feed(new byte[] {1, 2}, 0, 2);
    RequestParser.Parsed parsed = body.finish();
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isNull();
    assertThat(parsed.modelRequired()).isFalse();
    assertThat(parsed.modelStart()).isEqualTo(-1);
    assertThat(parsed.modelEnd()).isEqualTo(-1);
    assertThat(parsed.stream()).isFalse();
    assertThat(parsed.maxOutputTokens()).isEqualTo(-1);
    assertThat(parsed.prompt("m").blocks(64)).isZero();
    RequestParser.ResponseBody response = passthrough.response("application/json");
    byte[] usage = Bodies.json("{'usage':{'prompt_tokens':1}}");
    response.feed(usage, 0, usage.length);
    assertThat(response.usage()).isEqualTo(Usage.UNKNOWN);
  }

  @Test
  void theProvidersAreFound() {
    Map<String, PluginProvider> found =
        ServiceLoader.load(PluginProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.type().endsWith("-parser"))
            .collect(Collectors.toMap(PluginProvider::type, provider -> provider));
    assertThat(found)
        .containsOnlyKeys(
            "openai-parser",
            "anthropic-parser",
            "vllmhttp-parser",
            "sglanghttp-parser",
            "vertexai-parser",
            "vllmgrpc-parser",
            "passthrough-parser");
    assertThat(found.values())
        .allSatisfy(provider ->
            assertThat(provider.getClass().getPackage()).isEqualTo(ParserTable.class.getPackage()));
    try (Plugin plugin = new OpenAiParser()) {
      assertThat(plugin).isInstanceOf(RequestParser.class);
    }
  }

  private static RequestParser claiming(String suffix) {
    RequestParser inner = new OpenAiParser();
    return new RequestParser() {
      @Override
      public List<String> pathSuffixes() {
        return List.of(suffix);
      }

      @Override
      public RequestBody request(String path, RequestHeaders headers) {
        return inner.request(path, headers);
      }

      @Override
      public ResponseBody response(String contentType) {
        return inner.response(contentType);
      }
    };
  }
}
