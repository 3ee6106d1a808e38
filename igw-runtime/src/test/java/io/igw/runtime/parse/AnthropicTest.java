package io.igw.runtime.parse;

import static io.igw.runtime.parse.Bodies.hashes;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows of plugins-request-control-parsers.md 4. */
class AnthropicTest {
  /** A stream as the API documents it. */
  static final String EVENTS =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":25,\
      "cache_read_input_tokens":7,"output_tokens":1}}}

      event: ping
      data: {"type":"ping"}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"text":"\\"usage\\""}}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}

      event: message_delta
      data: {"type":"message_delta","usage":{"input_tokens":0,"output_tokens":15}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  private static final String PATH = "/v1/messages";
  private final RequestParser parser = new AnthropicParser();

  private RequestParser.Parsed parse(String body) {
    return Bodies.parse(parser, PATH, body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{ | error unmarshaling request body: offset 1: expected a key or '}', not the end",
        "[] | error unmarshaling request body: offset 0: expected an object",
        "{} | invalid messages request: must have at least one message",
        "{'messages':[]} | invalid messages request: must have at least one message",
        "{'messages':null} | invalid messages request: must have at least one message",
        "{'messages':{}} | error parsing messages request: messages: expected array",
        "{'messages':[1]} | error parsing messages request: messages[0]: expected object",
        "{'messages':[{'content':5}]}"
            + " | error parsing messages request: messages[0].content: expected string or array",
        "{'messages':[{'content':null}]}"
            + " | error parsing messages request: messages[0].content: expected string or array",
        "{'messages':[{'content':['x']}]}"
            + " | error parsing messages request: messages[0].content[0]: expected object",
        "{'messages':[{'content':[{},{'type':'tool_result','content':[{'text':1}]}]}]}"
            + " | error parsing messages request: messages[0].content[1].content[0].text:"
            + " expected string",
        "{'messages':[{}],'system':{}}"
            + " | error parsing messages request: system: expected string or array",
        "{'messages':[{}],'tools':{}} | error parsing messages request: tools: expected array",
        "{'messages':[{}],'cache_salt':[]}"
            + " | error parsing messages request: cache_salt: expected string",
      })
  void namesWhatIsWrong(String body, String error) {
    assertThat(parse(body).error()).isEqualTo(error);
  }

  @Test
  void readsTheRoutingFields() {
    RequestParser.Parsed parsed =
        parse(
            "{'messages':[{'role':'user','content':'x'}],'max_tokens':12,'stream':true,"
                + "'model':'claude','cache_salt':'s','system':null}");
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isEqualTo("claude");
    assertThat(parsed.modelRequired()).isTrue();
    assertThat(parsed.modelStart()).isPositive();
    assertThat(parsed.stream()).isTrue();
    assertThat(parsed.maxOutputTokens()).isEqualTo(12);
  }

  @Test
  void ofARequestToCountTokensOnlyTheModelIsRead() {
    RequestParser.Parsed parsed =
        Bodies.parse(parser, "/v1/messages/count_tokens", "{'model':'m','messages':5}");
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isEqualTo("m");
    assertThat(parsed.prompt("m").blocks(64)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{'messages':[{'content':'ab'},{'content':'c'}]}"
            + " | {'messages':[{'content':'a'},{'content':'bc'}]}",
        "{'messages':[{'content':'a'}]} | {'messages':[{'content':'a'}],'system':'s'}",
        "{'messages':[{'content':'a'}],'system':'s'} | {'messages':[{'content':'a'}],'system':'t'}",
        "{'messages':[{'content':'a'}],'system':'x-anth'}"
            + " | {'messages':[{'content':'a'}],'system':'x-ant'}",
        "{'messages':[{'content':'a'}],'system':'x-anthropic-billing-heade'}"
            + " | {'messages':[{'content':'a'}],'system':''}",
        "{'messages':[{'content':'a'}],'tools':[{'name':'t'}]}"
            + " | {'messages':[{'content':'a'}],'tools':[{'name':'u'}]}",
        "{'messages':[{'content':[{'thinking':'a'}]}]} | {'messages':[{'content':[{'text':'a'}]}]}",
        "{'messages':[{'content':[{'source':{'data':'a'}}]}]}"
            + " | {'messages':[{'content':[{'source':{'data':'b'}}]}]}",
        "{'messages':[{'content':[{'source':{'url':'a'}}]}]}"
            + " | {'messages':[{'content':[{'source':{'url':'b'}}]}]}",
        "{'messages':[{'content':[{'content':'a'}]}]} | {'messages':[{'content':[{'content':'b'}]}]}",
        "{'messages':[{'content':[{'input':{'a':1}}]}]}"
            + " | {'messages':[{'content':[{'input':{'a':2}}]}]}",
        "{'messages':[{'content':'a'}],'cache_salt':'s'} | {'messages':[{'content':'a'}]}",
      })
  void differentPromptsDiffer(String one, String two) {
    assertThat(parse(one).error()).isNull();
    assertThat(parse(two).error()).isNull();
    assertThat(hashes(parse(one))).isNotEqualTo(hashes(parse(two)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{'messages':[{'content':'a'}]}"
            + " | {'messages':[{'content':[{'type':'text','text':'a'}]}]}",
        "{'messages':[{'content':[{'text':'a'}]}]}"
            + " | {'messages':[{'content':[{'text':'a','cache_control':{'type':'ephemeral'}}]}]}",
        "{'messages':[{'content':'a'}],'tools':[{'name':'t'}],'system':'s'}"
            + " | {'tools':[{'cache_control':{},'name':'t'}],'system':[{'text':'s'}],"
            + "'messages':[{'content':'a'}]}",
        "{'messages':[{'content':'a'}],'system':[{'text':'x-anthropic-billing-header: 1'},"
            + "{'text':'s'}]}"
            + " | {'messages':[{'content':'a'}],'system':[{'text':'x-anthropic-billing-header: 22'},"
            + "{'text':'s'}]}",
      })
  void equalPromptsAreEqual(String one, String two) {
    assertThat(parse(one).error()).isNull();
    assertThat(parse(two).error()).isNull();
    assertThat(hashes(parse(one))).isEqualTo(hashes(parse(two)));
  }

  @Test
  void anImageCountsAsTokensWhateverItsSize() {
    RequestParser.Parsed parsed =
        parse(
            "{'messages':[{'content':[{'type':'image','source':{'type':'base64','data':'"
                + "A".repeat(100_000)
                + "'}}]}]}");
    assertThat(parsed.prompt("m").mediaItems()).isOne();
    assertThat(parsed.prompt("m").estimatedTokens()).isBetween(225, 235);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'usage':{'input_tokens':5,'output_tokens':7,'cache_read_input_tokens':2}} | 5 2 7",
        "{'usage':{'input_tokens':'5','output_tokens':7}} | -1 -1 7",
        "{'usage':{'prompt_tokens':5}} | -1 -1 -1",
        "{'usage':null} | -1 -1 -1",
      })
  void usageOfAJsonResponse(String body, String usage) {
    RequestParser.ResponseBody response = parser.response("application/json");
    byte[] bytes = Bodies.json(body);
    response.feed(bytes, 0, bytes.length);
    assertThat(text(response.usage())).isEqualTo(usage);
  }

  @Test
  void usageOfAStreamIsMergedFromItsEventsHoweverTheyAreCut() {
    for (String lineEnd : new String[] {"\n", "\r\n"}) {
      byte[] bytes = Bodies.utf8(EVENTS.replace("\n", lineEnd));
      for (int cut = 0; cut <= bytes.length; cut++) {
        RequestParser.ResponseBody response = parser.response("text/event-stream");
        response.feed(bytes, 0, cut);
        response.feed(bytes, cut, bytes.length - cut);
        assertThat(text(response.usage())).as("cut at %d", cut).isEqualTo("25 7 15");
      }
    }
  }

  @Test
  void aDeltaTellsOfThePromptWhereTheStartDoesNot() {
    RequestParser.ResponseBody response = parser.response("text/event-stream");
    byte[] bytes =
        Bodies.json(
            "data: {'message':{'usage':{'output_tokens':1}}}\n\n"
                + "data: {'usage':{'input_tokens':9,'output_tokens':4}}\n\n");
    response.feed(bytes, 0, bytes.length);
    assertThat(text(response.usage())).isEqualTo("9 -1 4");
  }

  private static String text(Usage usage) {
    return usage.promptTokens() + " " + usage.cachedTokens() + " " + usage.completionTokens();
  }
}
