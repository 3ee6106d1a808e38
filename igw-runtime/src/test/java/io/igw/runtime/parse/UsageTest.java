package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
  private static final String EVENTS = "text/event-stream";
  private final RequestParser parser = new OpenAiParser();
  private final RandomGenerator random =
      RandomGeneratorFactory.of("L64X128MixRandom").create(20_260_102);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{'usage':{'prompt_tokens':5,'completion_tokens':7,'total_tokens':12}} | 5 -1 7",
        "{'usage':{'input_tokens':5,'output_tokens':7}} | 5 -1 7",
        "{'usage':{'prompt_tokens':5,'input_tokens':6,'completion_tokens':7,'output_tokens':8}}"
            + " | 5 -1 7",
        "{'usage':{'prompt_tokens':5,'prompt_tokens_details':{'cached_tokens':3}}} | 5 3 -1",
        "{'usage':{'prompt_tokens_details':{'cached_tokens':3},"
            + "'input_tokens_details':{'cached_tokens':4}}} | -1 4 -1",
        "{'usage':{'prompt_tokens_details':null,'prompt_tokens':1}} | 1 -1 -1",
        "{'usage':{'prompt_tokens':'5','completion_tokens':'\\u0037'}} | 5 -1 7",
        "{'usage':{'prompt_tokens':'5x','completion_tokens':''}} | -1 -1 -1",
        "{'usage':{'prompt_tokens':5.5,'completion_tokens':-7}} | -1 -1 -1",
        "{'usage':{'prompt_tokens':5.0,'completion_tokens':true}} | 5 -1 -1",
        "{'usage':{'prompt_tokens':5,'prompt_tokens':6}} | 6 -1 -1",
        "{'usage':{'prompt_tokens':5},'usage':{'completion_tokens':6}} | -1 -1 6",
        "{'usage':null} | -1 -1 -1",
        "{'usage':[1]} | -1 -1 -1",
        "{'choices':[{'usage':{'prompt_tokens':5}}]} | -1 -1 -1",
        "{'response':{'usage':{'input_tokens':5}}} | 5 -1 -1",
        "{'choices':[{'message':{'content':'\\\"usage\\\":{}'}}],'usage':{'prompt_tokens':5}}"
            + " | 5 -1 -1",
        "<html> | -1 -1 -1",
        "^^ | -1 -1 -1",
      })
  void ofAJsonResponse(String body, String usage) {
    byte[] bytes = Bodies.json(body);
    for (String type : new String[] {"application/json", null}) {
      assertThat(usage(type, bytes, bytes.length)).isEqualTo(usage);
      for (int piece = 1; piece < bytes.length; piece++) {
        assertThat(usage(type, bytes, piece)).isEqualTo(usage);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: {'usage':{'prompt_tokens':5,'completion_tokens':7}}NN | 5 -1 7",
        "data:{'usage':{'prompt_tokens':5}}NN | 5 -1 -1",
        "data:  {'usage':{'prompt_tokens':5}} NN | 5 -1 -1",
        "data: {'usage':{'prompt_tokens':5}}N | 5 -1 -1",
        "data: {'usage':{'prompt_tokens':5}} | 5 -1 -1",
        "data: {'usage':{'prompt_tokens':5}}NNdata: [DONE]NN | 5 -1 -1",
        "data: {'usage':{'prompt_tokens':1}}NNdata: {'usage':{'prompt_tokens':2}}NN | 2 -1 -1",
        "data: {'usage':{'prompt_tokens':1,'prompt_tokens_details':{'cached_tokens':9}}}NN"
            + "data: {'usage':{'prompt_tokens':2,'completion_tokens':3}}NN | 2 9 3",
        "data: {'usage':{'prompt_tokens':1}}NNdata: {'usage':null}NN | 1 -1 -1",
        "data: {'usage':{'prompt_tokens':1}}NNdata: {'usage':{'prompt_tokens':2}NN | 1 -1 -1",
        "data: {'usage':{'prompt_tokens':1}}NNdata: {'usage':{'prompt_tokens':2}}xNN | 1 -1 -1",
        ": data: {'usage':{'prompt_tokens':1}}NN | -1 -1 -1",
        "dat: {'usage':{'prompt_tokens':1}}NN | -1 -1 -1",
        "xdata: {'usage':{'prompt_tokens':1}}NN | -1 -1 -1",
        "data {'usage':{'prompt_tokens':1}}NN | -1 -1 -1",
        ": commentNevent: xNid: 7Ndata: {'usage':{'prompt_tokens':1}}Nretry: 9NN | 1 -1 -1",
        "data: {Ndata: 'usage':{'prompt_tokens':Ndata: 12}Ndata: }NN | 12 -1 -1",
        "data: {'usage':Nevent: xNdata: {'prompt_tokens':12}}NN | 12 -1 -1",
        "data: {'usage':NNdata: {'prompt_tokens':12}}NN | -1 -1 -1",
        "NNdata: {'a':1}NNNdata: {'usage':{'prompt_tokens':3}}NNN | 3 -1 -1",
        "event: response.completedNdata: {'type':'response.completed','response':{'usage':"
            + "{'input_tokens':5,'input_tokens_details':{'cached_tokens':2},'output_tokens':6}}}NN"
            + " | 5 2 6",
        "data: {'choices':[{'delta':{'content':'\\'usage\\''}}],'usage': null}NN"
            + "data: {'choices':[],'usage' : {'prompt_tokens':4}}NN | 4 -1 -1",
      })
  void ofAnEventStreamHoweverItIsCut(String events, String usage) {
    for (String lineEnd : new String[] {"\n", "\r\n", "\r"}) {
      byte[] bytes =
          Bodies.utf8(
              events.replace("\\'", "\\\"").replace('\'', '"').replaceAll("N(?!E)", lineEnd));
      for (int first = 0; first <= bytes.length; first++) {
        RequestParser.ResponseBody body = parser.response("Text/Event-Stream; charset=utf-8");
        body.feed(bytes, 0, first);
        body.feed(bytes, first, bytes.length - first);
        assertThat(text(body.usage())).as("cut at %d", first).isEqualTo(usage);
      }
      for (int piece = 1; piece < bytes.length; piece++) {
        assertThat(usage(EVENTS, bytes, piece)).as("pieces of %d", piece).isEqualTo(usage);
      }
    }
  }

  /** Whatever the API: of chat, and of responses. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'usage':{'completion_tokens':9,'completion_tokens_details':{'reasoning_tokens':4}}} | 4",
        "{'usage':{'output_tokens':9,'output_tokens_details':{'reasoning_tokens':5}}} | 5",
        "{'response':{'usage':{'output_tokens_details':{'reasoning_tokens':6}}}} | 6",
        "{'usage':{'completion_tokens':9,'completion_tokens_details':null}} | -1",
      })
  void reasoningIsToldApart(String body, long tokens) {
    byte[] json = Bodies.json(body);
    assertThat(read("application/json", json, 3).usage().reasoningTokens()).isEqualTo(tokens);
    byte[] event = Bodies.json("data: " + body + "\n\ndata: {'usage':{'prompt_tokens':1}}\n\n");
    for (int piece = 1; piece <= event.length; piece++) {
      assertThat(read(EVENTS, event, piece).usage().reasoningTokens()).isEqualTo(tokens);
    }
  }

  @Test
  void theUsageIsKnownAsSoonAsItsLineIs() {
    RequestParser.ResponseBody body = parser.response(EVENTS);
    assertThat(body.usage()).isEqualTo(Usage.UNKNOWN);
    byte[] event = Bodies.json("data: {'usage':{'prompt_tokens':5}}\n");
    body.feed(event, 0, event.length);
    assertThat(text(body.usage())).isEqualTo("5 -1 -1");
    assertThat(body.usage()).isSameAs(body.usage());
  }

  /** What is no event of the model's: comments, other fields, nothing, and the end. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: {'a':1}NNdata: {'a':2}NNdata: [DONE]NN | 2",
        "data:{'a':1}NNdata:[DONE]NN | 1",
        ": pingNNevent: pingNNid: 1NN | 0",
        "event: xNdata: {'a':1}NN: cNNdata:  {'a':2}Nid: 1NNdata: [DONE]NN | 2",
        "data: {Ndata: 'a':1Ndata: }NN | 1",
        "data:NNdata: NNdataNNdata:Ndata: {}NN | 1",
        "data: {'a':1}NNdata: {'a' | 2",
        "data: {'a':1}NNdata: | 1",
      })
  void eventsAreCountedHoweverTheyAreCut(String events, long count) {
    for (String lineEnd : new String[] {"\n", "\r\n", "\r"}) {
      byte[] bytes = Bodies.utf8(events.replace('\'', '"').replaceAll("N(?!E)", lineEnd));
      for (int first = 0; first <= bytes.length; first++) {
        RequestParser.ResponseBody body = parser.response(EVENTS);
        body.feed(bytes, 0, first);
        body.feed(bytes, first, bytes.length - first);
        assertThat(body.events()).as("cut at %d", first).isEqualTo(count);
      }
      for (int piece = 1; piece <= bytes.length; piece++) {
        assertThat(read(EVENTS, bytes, piece).events()).as("pieces of %d", piece).isEqualTo(count);
      }
    }
    assertThat(parser.response("application/json").events()).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLineOverTheLimitGivesTheUsageUp(boolean whole) {
    for (String begin : List.of("data:", ": ", "event: ")) {
      int most = EventStreamUsage.MAX_LINE;
      int fits = begin.equals("data:") ? most : most - begin.length();
      assertThat(limited(begin, fits, whole)).isEqualTo("1 -1 3 null");
      assertThat(limited(begin, most + 1, whole)).isEqualTo("-1 -1 -1 sse_line_bytes");
    }
  }

  /** Usage before and after a line with so many bytes, and the limit that it broke. */
  private String limited(String begin, int bytes, boolean whole) {
    byte[] events =
        Bodies.json(
            "data: {'usage':{'prompt_tokens':1}}\n\n"
                + begin
                + "{'usage':0,'a':'"
                + "x".repeat(bytes - "{'usage':0,'a':''}".length())
                + "'}\n\n"
                + "data: {'usage':{'completion_tokens':3}}\n\n");
    RequestParser.ResponseBody body = parser.response(EVENTS);
    int piece = whole ? events.length : 1000;
    for (int at = 0; at < events.length; at += piece) {
      body.feed(events, at, Math.min(piece, events.length - at));
    }
    return text(body.usage()) + " " + body.brokenLimit();
  }

  @Test
  void aStreamOfManyEventsIsReadAlikeHoweverItIsCut() {
    StringBuilder events = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      events
          .append(i % 7 == 0 ? ": ping\r\n\r\n" : "")
          .append(i % 5 == 0 ? "event: x\n" : "")
          .append(i % 3 == 0 ? "data:" : "data: ")
          .append("{'id':'c-1','choices':[{'delta':{'content':'w\\n ")
          .append(i)
          .append("é'}}]")
          .append(i % 4 == 0 ? ",'usage':null}" : i == 41 ? USAGE : "}")
          .append(i % 2 == 0 ? "\n\n" : "\r\n\r\n");
    }
    byte[] bytes = Bodies.json(events + "data: [DONE]\n\n");
    for (int cut = 0; cut <= bytes.length; cut++) {
      RequestParser.ResponseBody body = parser.response(EVENTS);
      body.feed(bytes, 0, cut);
      body.feed(bytes, cut, bytes.length - cut);
      assertThat(text(body.usage())).isEqualTo("5 4 41");
    }
    for (int round = 0; round < 500; round++) {
      RequestParser.ResponseBody body = parser.response(EVENTS);
      int at = 0;
      for (int cut : Bodies.randomCuts(random, bytes.length)) {
        body.feed(bytes, at, cut - at);
        at = cut;
      }
      body.feed(bytes, at, bytes.length - at);
      assertThat(text(body.usage())).isEqualTo("5 4 41");
    }
  }

  private static final String USAGE =
      ",'usage':{'prompt_tokens':5,'prompt_tokens_details':{'cached_tokens':4},"
          + "'completion_tokens':41,'completion_tokens_details':{'reasoning_tokens':2}}}";

  @Test
  void mutatedResponsesNeverThrowAndAreCutAlike() {
    byte[] recorded =
        Bodies.json(
            "event: a\r\ndata: {'a':[1,{'b':'\\u00e9'}]}\r\n\r\ndata:{'choices':[]"
                + USAGE
                + "\n\n: c\rdata: {'response':{'usage':{'input_tokens':'3'}}}\r\rdata: [DONE]\n\n");
    byte[] alphabet = Bodies.json("{}[]',:\\ \r\n\n\r0du\0");
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = recorded.clone();
      for (int change = random.nextInt(1, 5); change > 0; change--) {
        bytes[random.nextInt(bytes.length)] =
            random.nextInt(3) == 0
                ? (byte) random.nextInt()
                : alphabet[random.nextInt(alphabet.length)];
      }
      String type = random.nextBoolean() ? EVENTS : null;
      int piece = 1 + random.nextInt(40);
      assertThat(usage(type, bytes, piece))
          .as("round %d", round)
          .isEqualTo(usage(type, bytes, bytes.length));
      assertThat(read(type, bytes, piece).events())
          .as("events of round %d", round)
          .isEqualTo(read(type, bytes, bytes.length).events());
    }
  }

  private String usage(String type, byte[] bytes, int piece) {
    return text(read(type, bytes, piece).usage());
  }

  private RequestParser.ResponseBody read(String type, byte[] bytes, int piece) {
    RequestParser.ResponseBody body = parser.response(type);
    for (int at = 0; at < bytes.length; at += piece) {
      byte[] copy = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece));
      body.feed(copy, 0, copy.length);
    }
    return body;
  }

  private static String text(Usage usage) {
    return usage.promptTokens() + " " + usage.cachedTokens() + " " + usage.completionTokens();
  }
}
