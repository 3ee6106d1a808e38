package io.igw.runtime.parse;

import static io.igw.runtime.parse.Bodies.hashes;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows of plugins-request-control-parsers.md 5 and 6. */
class GenerateTest {
  private static final String VLLM_PATH = "/inference/v1/generate";
  private final RequestParser vllm = new VllmHttpParser();
  private final RequestParser sglang = new SglangParser();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | must have non-empty token_ids field",
        "{'token_ids':null} | must have non-empty token_ids field",
        "{'token_ids':[]} | must have non-empty token_ids field",
        "{'token_ids':'1'} | token_ids: expected array",
        "{'token_ids':[1,-1]}"
            + " | token_ids[1]: invalid value, expected a token id, 0 to 4294967295",
        "{'token_ids':[1,2,3,4,5,4294967296,7]}"
            + " | token_ids[5]: invalid value, expected a token id, 0 to 4294967295",
        "{'token_ids':[0.5]} | token_ids[0]: invalid value, expected a token id, 0 to 4294967295",
        "{'token_ids':['1']} | token_ids[0]: invalid value, expected number",
        "{'token_ids':[[1]]} | token_ids[0]: invalid value, expected number",
        "{'token_ids':[1,2,3,4,5,06,7]} | offset 25: expected ',' or the end of the object or array",
        "{'token_ids':[1,2,3,4,5,6,]} | offset 26: expected a value",
        "{'token_ids':[1],'cache_salt':1} | cache_salt: expected string",
      })
  void namesWhatIsWrongForVllm(String body, String cause) {
    assertThat(Bodies.parse(vllm, VLLM_PATH, body).error())
        .isEqualTo("invalid generate request: " + cause);
  }

  @Test
  void readsARequestToVllm() {
    RequestParser.Parsed parsed =
        Bodies.parse(
            vllm,
            VLLM_PATH,
            "{'model':'m','token_ids':[1,2,3],'stream':true,'cache_salt':'s',"
                + "'sampling_params':{'max_tokens':0,'n':1},'features':{'mm_hashes':"
                + "{'image':['a','b'],'video':['v'],'thermal':['t',null]},'mm_placeholders':"
                + "{'video':[{'offset':7,'length':30}],'image':[{'offset':0,'length':10},"
                + "{'offset':10,'length':20}],'thermal':[{'length':40},{'length':50}]}}}");
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isEqualTo("m");
    assertThat(parsed.modelRequired()).isTrue();
    assertThat(parsed.stream()).isTrue();
    assertThat(parsed.maxOutputTokens()).isZero();
    Prompt prompt = parsed.prompt("target");
    assertThat(hashes(prompt))
        .isEqualTo(hashes(new PromptBuilder().token(1).token(2).token(3).build("target", "s")));
    assertThat(prompt.mediaItems()).isEqualTo(4);
    int[] tokens = {10, 20, 30, 40};
    for (int i = 0; i < tokens.length; i++) {
      assertThat(prompt.mediaTokens(i)).isEqualTo(tokens[i]);
    }
    assertThat(prompt.mediaHash(0)).isEqualTo(new PromptBuilder().text("a").digest());
  }

  @Test
  void theLastOfEqualKeysCounts() {
    RequestParser.Parsed parsed =
        Bodies.parse(
            vllm,
            VLLM_PATH,
            "{'token_ids':[9,9],'token_ids':[1],'sampling_params':{'max_tokens':3},"
                + "'sampling_params':{}}");
    assertThat(parsed.maxOutputTokens()).isEqualTo(-1);
    assertThat(hashes(parsed))
        .isEqualTo(hashes(new PromptBuilder().token(1).build("target", null)));
  }

  @Test
  void manyMediaItemsAreBounded() {
    String hashes = "'h',".repeat(10_000) + "'h'";
    String places = "{'length':1},".repeat(10_000) + "{}";
    RequestParser.Parsed parsed =
        Bodies.parse(
            vllm,
            VLLM_PATH,
            "{'token_ids':[1],'features':{'mm_hashes':{'image':["
                + hashes
                + "]},"
                + "'mm_placeholders':{'image':["
                + places
                + "]}}}");
    assertThat(parsed.error()).isNull();
    assertThat(parsed.prompt("m").mediaItems()).isEqualTo(256);
  }

  @Test
  void tokensOfEveryLengthAreReadWhateverStandsBetweenThem() {
    SplittableRandom random = new SplittableRandom(7);
    String[] commas = {",", ", ", " ,", ",\n", " , ", ",  "};
    for (int round = 0; round < 200; round++) {
      PromptBuilder expected = new PromptBuilder();
      StringBuilder ids = new StringBuilder();
      for (int i = 0; i < 300; i++) {
        long bound = (long) Math.pow(10, random.nextInt(1, 10));
        int id = random.nextInt(20) == 0 ? -1 : (int) random.nextLong(bound);
        ids.append(i == 0 ? "" : commas[round % 2 == 0 ? round / 2 % 2 : random.nextInt(6)]);
        ids.append(Integer.toUnsignedLong(id));
        expected.token(id);
      }
      byte[] body = Bodies.json("{'token_ids':[" + ids + "],'model':'m'}");
      RequestParser.RequestBody request = vllm.request(VLLM_PATH, name -> null);
      int at = 0;
      while (at < body.length) {
        int piece = Math.min(body.length - at, random.nextInt(1, 200));
        request.feed(body, at, piece);
        at += piece;
      }
      RequestParser.Parsed parsed = request.finish();
      assertThat(parsed.error()).isNull();
      assertThat(hashes(parsed)).isEqualTo(hashes(expected.build("target", null)));
      assertThat(parsed.prompt("m").estimatedTokens()).isEqualTo(300);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | invalid generate request: input_ids must be provided",
        "{'text':'hello'} | invalid generate request: input_ids must be provided",
        "{'input_ids':null} | invalid generate request: input_ids must be provided",
        "{'input_ids':[]} | invalid generate request: input_ids cannot be empty",
        "{'input_ids':'x'} | invalid generate request: input_ids must be an array of uint32"
            + " integers: input_ids: expected array",
        "{'input_ids':[[1]]} | invalid generate request: input_ids must be an array of uint32"
            + " integers: input_ids[0]: expected number",
        "{'input_ids':[1,2.5]} | invalid generate request: input_ids must be an array of uint32"
            + " integers: input_ids[1]: expected a token id, 0 to 4294967295",
        "{'input_ids':[1],'extra_key':5} | unsupported generate request: extra_key must be a"
            + " string: extra_key: expected string",
        "{'input_ids':[1} | invalid generate request: offset 15: expected ',' or the end of the"
            + " object or array",
      })
  void namesWhatIsWrongForSglang(String body, String error) {
    assertThat(Bodies.parse(sglang, "/generate", body).error()).isEqualTo(error);
  }

  @Test
  void readsARequestToSglang() {
    RequestParser.Parsed parsed =
        Bodies.parse(
            sglang,
            "generate/",
            "{'input_ids':[1,2],'extra_key':'s','stream':true,'model':'no',"
                + "'sampling_params':{'max_new_tokens':8}}");
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isNull();
    assertThat(parsed.modelRequired()).isFalse();
    assertThat(parsed.stream()).isTrue();
    assertThat(parsed.maxOutputTokens()).isEqualTo(8);
    assertThat(hashes(parsed))
        .isEqualTo(hashes(new PromptBuilder().token(1).token(2).build("target", "s")));
    assertThat(
            Bodies.parse(
                    sglang,
                    "/generate",
                    "{'input_ids':[1],'sampling_params':[{'max_new_tokens':8}]}")
                .maxOutputTokens())
        .isEqualTo(-1);
  }

  @Test
  void anAdapterThatTheBodyNamesIsItsModel() {
    RequestParser.Parsed parsed =
        Bodies.parse(sglang, "/generate", "{'input_ids':[1],'lora_path':'adapter'}");
    assertThat(parsed.model()).isEqualTo("adapter");
    assertThat(parsed.modelRequired()).isTrue();
    assertThat(parsed.modelStart()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"/v1/generate", "/x/generate/", "''"})
  void nothingStandsBeforeThePathOfSglang(String path) {
    assertThat(Bodies.parse(sglang, path, "{'input_ids':[1]}").error())
        .isEqualTo("unsupported path: " + path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'meta_info':{'prompt_tokens':5,'completion_tokens':7,'cached_tokens':2}} | 5 2 7",
        "{'meta_info':{'prompt_tokens':5,'finish_reason':null}} | 5 -1 -1",
        "{'meta_info':{'cached_tokens':2}} | -1 -1 -1",
        "{'usage':{'prompt_tokens':5}} | -1 -1 -1",
        "data: {'meta_info':{'prompt_tokens':5,'completion_tokens':1,'finish_reason':null}}NN"
            + " | -1 -1 -1",
        "data: {'meta_info':{'prompt_tokens':5,'completion_tokens':1,'finish_reason':null}}NN"
            + "data: {'meta_info':{'finish_reason':{'type':'stop'},'prompt_tokens':5,"
            + "'completion_tokens':9,'cached_tokens':4}}NNdata: [DONE]NN | 5 4 9",
      })
  void usageOfSglang(String body, String usage) {
    byte[] bytes = Bodies.json(body.replaceAll("N(?!E)", "\n"));
    String type = body.startsWith("data") ? "text/event-stream" : "application/json";
    for (int cut = 0; cut <= bytes.length; cut++) {
      RequestParser.ResponseBody response = sglang.response(type);
      response.feed(bytes, 0, cut);
      response.feed(bytes, cut, bytes.length - cut);
      Usage told = response.usage();
      assertThat(told.promptTokens() + " " + told.cachedTokens() + " " + told.completionTokens())
          .as("cut at %d", cut)
          .isEqualTo(usage);
    }
  }
}
