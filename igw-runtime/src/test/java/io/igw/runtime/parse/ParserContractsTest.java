package io.igw.runtime.parse;

import io.igw.spi.RequestParser;
import io.igw.testkit.ParserContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The built-in parsers keep the contract that strangers' parsers are held to. */
class ParserContractsTest {
  private static final String CHAT =
      """
      {"model":"llama-\\u00e4", "stream":true, "temperature":0.5, "max_tokens":100,
       "stop":["a", {"b":[1,2,{}]}], "messages":[
        {"role":"system","content":"Be brief. %1$s"},
        {"role":"user","content":[{"type":"text","text":"tab\\t, quote \\", %1$s, \\ud83d\\ude00"},
          {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}\
      """;
  private static final String USAGE =
      "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34,\"total_tokens\":46,"
          + "\"prompt_tokens_details\":{\"cached_tokens\":8}}";

  @Nested
  class OpenAi extends ParserContract {
    @Override
    protected RequestParser parser() {
      return new OpenAiParser();
    }

    @Override
    protected List<Sample> requests() {
      return List.of(
          new Sample("/v1/chat/completions", String.format(CHAT, SECRET)),
          new Sample(
              "/v1/completions",
              "{\"prompt\":\"Once " + SECRET + "\",\"model\":\"m\",\"max_tokens\":7}"),
          new Sample(
              "/v1/completions",
              "{\"model\":\"m\",\"prompt\":[\"" + SECRET + "\",\"two\"],\"stream\":false}"),
          new Sample("/v1/completions", "{\"model\":\"m\",\"prompt\":[1,2,3,40000]}"));
    }

    @Override
    protected List<Sample> responses() {
      return List.of(
          new Sample("application/json", "{\"id\":\"x\",\"choices\":[{}]," + USAGE + "}"),
          new Sample(
              "text/event-stream",
              "data: {\"choices\":[{\"text\":\"a\"}]}\n\ndata: {\"choices\":[],"
                  + USAGE
                  + "}\n\ndata: [DONE]\n\n"));
    }

    @Override
    protected Sample large(int characters) {
      return new Sample(
          "/v1/completions",
          "{\"model\":\"m\",\"prompt\":\"" + "word ".repeat(characters / 5) + "\"}");
    }
  }

  @Nested
  class Anthropic extends ParserContract {
    @Override
    protected RequestParser parser() {
      return new AnthropicParser();
    }

    @Override
    protected List<Sample> requests() {
      return List.of(
          new Sample(
              "/v1/messages",
              """
              {"model":"claude","max_tokens":9,"system":[{"type":"text","text":"x-anthropic-bi"},
               {"type":"text","text":"x-anthropic-billing-header: 7","cache_control":{}}],
               "tools":[{"name":"t","input_schema":{"a":[1]}}],"stream":true,
               "messages":[{"role":"user","content":"%1$s"},{"role":"assistant","content":[
                {"type":"thinking","thinking":"%1$s","signature":"x"},
                {"type":"tool_use","id":"i","name":"t","input":{"a":"%1$s"}}]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":[
                {"type":"image","source":{"type":"base64","data":"AAAA"}},
                {"type":"text","text":"\u00e4"}]}]}]}\
              """
                  .formatted(SECRET)),
          new Sample("/v1/messages/count_tokens", "{\"model\":\"m\",\"messages\":[]}"));
    }

    @Override
    protected List<Sample> responses() {
      return List.of(
          new Sample("application/json", "{\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}"),
          new Sample("text/event-stream", AnthropicTest.EVENTS));
    }

    @Override
    protected Sample large(int characters) {
      String text = "{\"role\":\"user\",\"content\":\"" + "word ".repeat(characters / 5) + "\"}";
      return new Sample("/v1/messages", "{\"model\":\"m\",\"messages\":[" + text + "]}");
    }
  }

  @Nested
  class VllmHttp extends ParserContract {
    @Override
    protected RequestParser parser() {
      return new VllmHttpParser();
    }

    @Override
    protected List<Sample> requests() {
      return List.of(
          new Sample(
              "/inference/v1/generate",
              """
              {"model":"m","token_ids":[1, 22,333,4444, 55555,666666, 7777777,88888888,
               4294967295, 0,1e1,5.0,6],"sampling_params":{"max_tokens":7},"cache_salt":"s",
               "stream":true,"features":{"mm_hashes":{"image":["%s",null],"other":["x"]},
               "mm_placeholders":{"image":[{"offset":1,"length":4},{}],"other":[{"length":2}]}}}\
              """
                  .formatted(SECRET)));
    }

    @Override
    protected List<Sample> responses() {
      return List.of(new Sample("application/json", "{" + USAGE + "}"));
    }

    @Override
    protected Sample large(int characters) {
      return new Sample(
          "/inference/v1/generate",
          "{\"model\":\"m\",\"token_ids\":[" + "12345, ".repeat(characters / 7) + "1]}");
    }
  }

  @Nested
  class SglangHttp extends ParserContract {
    @Override
    protected RequestParser parser() {
      return new SglangParser();
    }

    @Override
    protected List<Sample> requests() {
      return List.of(
          new Sample(
              "/generate",
              "{\"input_ids\":[1,2,3,400000],\"extra_key\":\""
                  + SECRET
                  + "\",\"sampling_params\":{\"max_new_tokens\":5},\"lora_path\":\"a\"}"));
    }

    @Override
    protected List<Sample> responses() {
      String info = "\"prompt_tokens\":3,\"completion_tokens\":2,\"cached_tokens\":1";
      return List.of(
          new Sample("application/json", "{\"text\":\"x\",\"meta_info\":{" + info + "}}"),
          new Sample(
              "text/event-stream",
              "data: {\"meta_info\":{\"finish_reason\":null,"
                  + info
                  + "}}\n\ndata: {\"meta_info\":{\"finish_reason\":{\"type\":\"stop\"},"
                  + info
                  + "}}\n\ndata: [DONE]\n\n"));
    }

    @Override
    protected Sample large(int characters) {
      return new Sample("/generate", "{\"input_ids\":[" + "12345,".repeat(characters / 6) + "1]}");
    }
  }

  @Nested
  class VllmGrpc extends ParserContract {
    private static final String GENERATE = "/vllm.grpc.engine.VllmEngine/Generate";

    @Override
    protected RequestParser parser() {
      return new VllmGrpcParser();
    }

    @Override
    protected List<Sample> requests() {
      Proto tokens = new Proto().text(1, SECRET).packed(2, 1, 200, 30_000, 4_000_000);
      Proto media = new Proto().message(5, new Proto().number(2, 9)).text(6, "h");
      return List.of(
          Sample.of(GENERATE, new Proto().text(3, "Once " + SECRET).number(5, 1).frame()),
          Sample.of(
              GENERATE,
              new Proto()
                  .message(2, tokens)
                  .message(4, new Proto().number(8, 300))
                  .message(7, media)
                  .frame()),
          Sample.of(GENERATE, new Proto().message(2, tokens).gzipFrame()),
          Sample.of("/vllm.grpc.engine.VllmEngine/Embed", new Proto().message(2, tokens).frame()));
    }

    @Override
    protected List<Sample> responses() {
      Proto counts = new Proto().packed(1, 1, 2).number(2, 5).number(3, 6);
      byte[] one = new Proto().message(1, counts).frame();
      return List.of(
          Sample.of("application/grpc", Proto.join(one, one)),
          Sample.of("application/grpc", new Proto().bytes(1, new byte[8]).number(2, 7).frame()));
    }

    @Override
    protected Sample large(int characters) {
      return Sample.of(GENERATE, new Proto().text(3, "w".repeat(characters)).frame());
    }
  }

  @Nested
  class VertexAi extends ParserContract {
    private static final String PATH = "/x.PredictionService/ChatCompletions";

    @Override
    protected RequestParser parser() {
      return new VertexParser();
    }

    private byte[] framed(String content) {
      byte[] json =
          Bodies.json("{'messages':[{'content':'" + content + "'}],'model':'m','max_tokens':3}");
      return new Proto().text(1, "p").message(2, new Proto().bytes(2, json)).frame();
    }

    @Override
    protected List<Sample> requests() {
      return List.of(Sample.of(PATH, framed(SECRET)));
    }

    @Override
    protected List<Sample> responses() {
      byte[] json = Bodies.utf8("{" + USAGE + "}");
      byte[] event = Bodies.utf8("data: {" + USAGE + "}\n\n");
      return List.of(
          Sample.of("application/grpc", new Proto().bytes(2, json).frame()),
          Sample.of("application/grpc", new Proto().bytes(2, event).frame()));
    }

    @Override
    protected Sample large(int characters) {
      return Sample.of(PATH, framed("w".repeat(characters)));
    }
  }

  @Nested
  class Passthrough extends ParserContract {
    @Override
    protected RequestParser parser() {
      return new PassthroughParser();
    }

    @Override
    protected List<Sample> requests() {
      return List.of(new Sample("/any", "whatever " + SECRET), new Sample("/any", "{"));
    }

    @Override
    protected List<Sample> responses() {
      return List.of(new Sample("application/octet-stream", "whatever"));
    }

    @Override
    protected Sample large(int characters) {
      return new Sample("/any", "w".repeat(characters));
    }
  }
}
