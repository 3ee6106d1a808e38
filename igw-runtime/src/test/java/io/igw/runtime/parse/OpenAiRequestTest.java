package io.igw.runtime.parse;

import static io.igw.runtime.parse.Bodies.json;
import static io.igw.runtime.parse.Bodies.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.RequestParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiRequestTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String COMPLETIONS = "/v1/completions";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "/v1/chat/completions | {'model':'m','messages':[{'role':'user','content':'x'}]}",
        "/v1/chat/completions | {'model':'m','messages':[{'role':'user','content':null}]}",
        "/v1/chat/completions | {'model':'m','messages':[{}]}",
        "/v1/chat/completions | {'model':'m','messages':[{'content':[]}],'tools':null}",
        "/v1/chat/completions | {'model':'m','messages':[{'content':[{'type':'image_url',"
            + "'image_url':'u'}]}]}",
        "/v1/chat/completions | {'model':'m','messages':[{'content':['tolerated']}]}",
        "/v1/chat/completions/render | {'model':'m','messages':[{'content':'x'}]}",
        "/v1/completions | {'model':'m','prompt':'x'}",
        "/v1/completions | {'model':'m','prompt':['x','y']}",
        "/v1/completions | {'model':'m','prompt':['']}",
        "/v1/completions | {'model':'m','prompt':[0, 1.0, 2e1, 4294967295]}",
        "/v1/completions | {'model':'m','prompt':[[1,2],[3]]}",
        "/v1/completions/render | {'model':'m','prompt':'x'}",
        "/v1/embeddings | {'model':'m','input':[[1, 2, 3, 4, 5, 6, 7],[8]]}",
        "/v1/rerank | {'model':'m','query':'q','documents':['d']}",
        "/tokenize | {'model':'m','prompt':[true]}",
        "/v1/embeddings | {'model':'m','input':'x'}",
        "/v1/embeddings | {'model':'m','input':[5]}",
        "/v1/responses | {'model':'m','input':'','tools':7,'instructions':'i'}",
        "/v1/responses | {'model':'m','input':[{'role':'user'}]}",
        "/v1/conversations | {'model':'m','items':[{}]}",
        "/v1/images/generations | {'model':'m','prompt':'p','n':1,'size':'1x1'}",
        "^^ | {'model':'m','messages':[{'content':'x'}]}",
        "^^ | {'model':'m','prompt':'x'}",
        "^^ | {'model':'m','input':'x'}",
        "^^ | {'model':'m','input':null,'prompt':null,'messages':[{'content':'x'}]}",
      })
  void accepts(String path, String body) {
    RequestParser.Parsed parsed = parse(path, body);
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isEqualTo("m");
    assertThat(parsed.modelRequired()).isTrue();
    assertThat(parsed.stream()).isFalse();
    assertThat(parsed.maxOutputTokens()).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | messages: expected an array with at least one element",
        "{'messages':null} | messages: expected an array with at least one element",
        "{'messages':[]} | messages: expected an array with at least one element",
        "{'messages':5} | messages: expected array",
        "{'messages':{}} | messages: expected array",
        "{'messages':['x']} | messages[0]: expected object",
        "{'messages':[{},{},{'content':5}]} | messages[2].content: expected string or array",
        "{'messages':[{},{'role':true}]} | messages[1].role: expected string",
        "{'messages':[{'content':[{},{'text':[]}]}]} | "
            + "messages[0].content[1].text: expected string",
        "{'messages':[{'content':[7]}]} | messages[0].content[0]: expected string or object",
        "{'messages':[{'content':[{'image_url':{'url':1}}]}]} | "
            + "messages[0].content[0].image_url.url: expected string",
        "{'messages':[{'content':[{'input_audio':'x'}]}]} | "
            + "messages[0].content[0].input_audio: expected object",
        "{'messages':[{'tool_calls':{}}]} | messages[0].tool_calls: expected array",
        "{'messages':[{}],'tools':'x'} | tools: expected array",
        "{'messages':[{}],'cache_salt':1} | cache_salt: expected string",
        "{'messages':[{}],'add_generation_prompt':1} | add_generation_prompt: expected boolean",
        "{'messages':[{}],'chat_template_kwargs':[]} | chat_template_kwargs: expected object",
      })
  void namesTheFieldOfABadChat(String body, String cause) {
    assertThat(parse(CHAT, body).error())
        .isEqualTo("invalid chat completions request: must have valid messages field: " + cause);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | prompt: expected a string or array that is not empty",
        "{'prompt':''} | prompt: expected a string or array that is not empty",
        "{'prompt':[]} | prompt: expected a string or array that is not empty",
        "{'prompt':{}} | prompt: expected string or array",
        "{'prompt':1} | prompt: expected string or array",
        "{'prompt':['a',1]} | prompt[1]: expected all strings or all token ids",
        "{'prompt':[1,'a']} | prompt[1]: expected all strings or all token ids",
        "{'prompt':[1,[2]]} | prompt[1]: expected all strings or all token ids",
        "{'prompt':[[1],2]} | prompt[1]: expected all strings or all token ids",
        "{'prompt':[[1],['a']]} | prompt[1][0]: expected number",
        "{'prompt':[[[1]]]} | prompt[0][0]: expected number",
        "{'prompt':[[1,2],[3,-4]]} | prompt[1][1]: expected a token id, 0 to 4294967295",
        "{'prompt':[[]]} | prompt: expected a string or array that is not empty",
        "{'prompt':[11,22,33,44,55,66,77,true]} | prompt[7]: expected string or number or array",
        "{'prompt':[1,2,3,4,5,6,7,-1,9,10,11]} | prompt[7]: expected a token id, 0 to 4294967295",
        "{'prompt':[1,2,1.5]} | prompt[2]: expected a token id, 0 to 4294967295",
        "{'prompt':[-1]} | prompt[0]: expected a token id, 0 to 4294967295",
        "{'prompt':[4294967296]} | prompt[0]: expected a token id, 0 to 4294967295",
        "{'prompt':[99999999999999999999]} | prompt[0]: expected a token id, 0 to 4294967295",
      })
  void namesTheFieldOfABadCompletion(String body, String cause) {
    assertThat(parse(COMPLETIONS, body).error())
        .isEqualTo("invalid completions request: must have prompt field: " + cause);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "/v1/embeddings | {'input':[]} | invalid embeddings request: must have input field: "
            + "input: expected a string or array that is not empty",
        "/v1/responses | {'input':null} | invalid responses request: must have input field: "
            + "input: expected a value",
        "/v1/conversations | {'items':[]} | invalid conversations request: must have items field: "
            + "items: expected an array with at least one element",
        "/v1/conversations | {'items':[1]} | invalid conversations request: must have items field: "
            + "items[0]: expected object",
        "/v1/images/generations | {'prompt':''} | invalid images generations request: must have "
            + "prompt field: prompt: expected a string that is not empty",
        "^^ | {'model':'m'} | invalid request: its API is not known: expected one of messages, "
            + "prompt, input",
        "^^ | {'messages':[]} | invalid chat completions request: must have valid messages field: "
            + "messages: expected an array with at least one element",
      })
  void namesTheFieldInOtherApis(String path, String body, String error) {
    assertThat(parse(path, body).error()).isEqualTo(error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "^^ | offset 0: expected an object, not the end",
        "nonsense | offset 0: expected an object",
        "[] | offset 0: expected an object",
        "{'a':1 | offset 6: expected a number, not the end",
        "{'a':1} x | offset 8: expected nothing behind the object",
        "{'a' 1} | offset 5: expected ':'",
        "{'a':} | offset 5: expected a value",
        "{'a':1,} | offset 7: expected a key",
        "{a:1} | offset 1: expected a key or '}'",
        "{'a':[1 2]} | offset 8: expected ',' or the end of the object or array",
        "{'a':[1}} | offset 7: expected ',' or the end of the object or array",
        "{'a':01} | offset 6: expected ',' or the end of the object or array",
        "{'a':1.} | offset 7: expected a number",
        "{'a':-} | offset 6: expected a number",
        "{'a':+1} | offset 5: expected a value",
        "{'a':tru} | offset 8: expected true, false or null",
        "{'a':'\\x'} | offset 7: expected an escape",
        "{'a':'\\u00g0'} | offset 10: expected a hexadecimal digit",
        "{'a':'x | offset 7: expected the end of a string, not the end",
      })
  void saysWhereABodyIsNoJson(String body, String cause) {
    assertThat(parse(CHAT, body).error()).isEqualTo("error unmarshaling request bodyMap: " + cause);
  }

  @Test
  void refusesControlCharactersAndInvalidUtf8() {
    byte[] control = json("{'a':'x\ny'}");
    assertThat(parse(CHAT, control).error())
        .endsWith("offset 7: expected no control character in a string");
    String[] invalid = {
      "\u0080",
      "\u00C0\u0080",
      "\u00C1\u00BF",
      "\u00E0\u0080\u0080",
      "\u00ED\u00A0\u0080",
      "\u00F0\u0080\u0080\u0080",
      "\u00F4\u0090\u0080\u0080",
      "\u00F5\u0080\u0080\u0080",
      "\u00FF\u00FE",
      "\u00E4\u00BDx",
      "\u00E4x\u00BD",
      "\u00C3\"",
      "\u00E4\u00BD\u00C0"
    };
    for (String bytes : invalid) {
      byte[] body = ("{\"a\":\"" + bytes + "\"}").getBytes(StandardCharsets.ISO_8859_1);
      assertThat(parse(CHAT, body).error())
          .as(bytes)
          .startsWith("error unmarshaling request bodyMap: offset ")
          .endsWith(": expected UTF-8");
    }
  }

  @Test
  void boundsNestingNumbersAndShortTexts() {
    String deep = "{'a':" + "[".repeat(64) + "]".repeat(64) + "}";
    assertThat(parse(CHAT, deep).error()).endsWith("offset 68: expected at most 64 levels");
    String fits = "{'messages':[{}],'a':" + "[".repeat(63) + "]".repeat(63) + "}";
    assertThat(parse(CHAT, fits).error()).isNull();
    assertThat(parse(CHAT, "{'a':" + "1".repeat(1025) + "}").error())
        .endsWith("expected a number of at most 1024 bytes");
    assertThat(parse(CHAT, "{'messages':[{}],'a':" + "1".repeat(1024) + "}").error()).isNull();
    assertThat(parse(CHAT, "{'messages':[{}],'model':'" + "m".repeat(4097) + "'}").error())
        .endsWith(": model: expected at most 4096 bytes");
    String key = "{'messages':[{}],'" + "k".repeat(100_000) + "':1,'model':'m'}";
    assertThat(parse(CHAT, key).model()).isEqualTo("m");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'max_tokens':5,'max_completion_tokens':7} | 7",
        "{'max_tokens':5,'max_completion_tokens':-1} | 5",
        "{'max_tokens':5,'max_completion_tokens':'9'} | 5",
        "{'max_tokens':5,'max_completion_tokens':2.5} | 5",
        "{'max_tokens':5,'max_completion_tokens':null} | 5",
        "{'max_tokens':0} | 0",
        "{'max_tokens':1e2} | 100",
        "{'max_tokens':1.50e1} | 15",
        "{'max_tokens':9999999999} | 2147483647",
        "{'max_tokens':1e400} | 2147483647",
        "{'max_tokens':123456789012345678901234567890} | 2147483647",
        "{'max_tokens':1e-1} | -1",
        "{'max_tokens':10e-1} | 1",
        "{'max_tokens':-0} | 0",
        "{'max_tokens':5,'max_tokens':6} | 6",
        "{'max_tokens':5,'max_tokens':true} | -1",
        "{'max_output_tokens':5} | -1",
        "{'x':{'max_tokens':5}} | -1",
        "{} | -1",
      })
  void readsTheOutputLimit(String fields, int limit) {
    String body = fields.replace("{", "{'messages':[{}],").replace(",}", "}");
    if (fields.startsWith("{'x'")) {
      body = "{'messages':[{}],'x':{'max_tokens':5}}";
    }
    RequestParser.Parsed parsed = parse(CHAT, body);
    assertThat(parsed.error()).isNull();
    assertThat(parsed.maxOutputTokens()).isEqualTo(limit);
  }

  @Test
  void readsTheOutputLimitOfOtherApis() {
    assertThat(
            parse(COMPLETIONS, "{'prompt':'p','max_completion_tokens':1,'max_tokens':2}")
                .maxOutputTokens())
        .isEqualTo(2);
    assertThat(parse("/v1/responses", "{'input':1,'max_output_tokens':3}").maxOutputTokens())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      nullValues = "-",
      value = {
        "{'model':'m'} | m | 'm'",
        "{'model' :  'a\\u0062\\/\\\\' } | ab/\\ | 'a\\u0062\\/\\\\'",
        "{'mod\\u0065l':'m'} | m | 'm'",
        "{'model':'first','model':'last'} | last | 'last'",
        "{'model':'first','model':7} | - | 7",
        "{'model':7,'model':'last'} | last | 'last'",
        "{'model': null } | - | null",
        "{'model':['m', {}] } | - | ['m', {}]",
        "{'model':{'model':'m'} } | - | {'model':'m'}",
        "{'model':-1.5e3,'x':0} | - | -1.5e3",
        "{'model':true} | - | true",
        "{'model':7,'model':'m','model':null} | - | null",
        "{'x':{'model':'no'}} | - | -",
        "{'Model':'no'} | - | -",
        "{'model':''} | ^^ | ''",
      })
  void findsTheTopLevelModel(String fields, String model, String value) {
    String body =
        fields.substring(0, fields.length() - 1) + ",'messages':[{'model':'no','content':'x'}]}";
    RequestParser.Parsed parsed = parse(CHAT, body);
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isEqualTo(model);
    if (value == null) {
      assertThat(parsed.modelStart()).isEqualTo(-1);
      assertThat(parsed.modelEnd()).isEqualTo(-1);
    } else {
      byte[] bytes = json(body);
      byte[] found = Arrays.copyOfRange(bytes, (int) parsed.modelStart(), (int) parsed.modelEnd());
      assertThat(found).isEqualTo(json(value));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--boundary\r\nContent-Disposition: form-data",
        "[1]",
        "{'model':'m'",
        "{'model':7}",
        "{'query':'q'}"
      })
  void ofWhatGeneratesNothingOnlyASoundModelIsRead(String body) {
    RequestParser.Parsed parsed = parse("/v1/audio/transcriptions", body);
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isNull();
    assertThat(parsed.modelRequired()).isFalse();
    assertThat(parsed.modelStart()).isEqualTo(-1);
    assertThat(parsed.prompt("m").blocks(64)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"false", "null", "1", "'true'", "[true]", "{'stream':true}", "true,'stream':0"})
  void streamsOnlyForTrue(String value) {
    assertThat(parse(CHAT, "{'messages':[{}],'stream':" + value + "}").stream()).isFalse();
    assertThat(parse(CHAT, "{'stream': true ,'messages':[{}]}").stream()).isTrue();
  }
}
