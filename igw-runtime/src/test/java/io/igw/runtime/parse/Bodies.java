package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Prompt;
import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import io.igw.spi.RequestParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Bodies for tests, and what the parser makes of them. */
final class Bodies {
  private Bodies() {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** JSON with single quotes for double ones. */
  static byte[] json(String text) {
    return utf8(text.replace('\'', '"'));
  }

  static RequestParser.Parsed parse(RequestParser parser, String path, byte[] body) {
    RequestParser.RequestBody request = parser.request(path, RequestHeaders.NONE);
    request.feed(body, 0, body.length);
    return request.finish();
  }

  static RequestParser.Parsed parse(RequestParser parser, String path, String body) {
    return parse(parser, path, json(body));
  }

  static RequestParser.Parsed parse(String path, byte[] body) {
    RequestParser.RequestBody request =
        new JsonRequest(OpenAiApi.of(path), MediaTokens.DEFAULT, RequestHeaders.NONE);
    request.feed(body, 0, body.length);
    return request.finish();
  }

  static RequestParser.Parsed parse(String path, String body) {
    return parse(path, json(body));
  }

  /** Parses a body in two pieces, each from an array with something before and behind. */
  static RequestParser.Parsed parseCut(String path, byte[] body, int... cuts) {
    RequestParser.RequestBody request =
        new JsonRequest(OpenAiApi.of(path), MediaTokens.DEFAULT, RequestHeaders.NONE);
    int at = 0;
    for (int cut : cuts) {
      feed(request, body, at, cut);
      at = cut;
    }
    feed(request, body, at, body.length);
    return request.finish();
  }

  private static void feed(RequestParser.RequestBody request, byte[] body, int from, int to) {
    byte[] framed = new byte[to - from + 7];
    Arrays.fill(framed, (byte) '"');
    System.arraycopy(body, from, framed, 3, to - from);
    request.feed(framed, 3, to - from);
  }

  static int[] randomCuts(RandomGenerator random, int length) {
    return random.ints(random.nextInt(12), 0, length + 1).sorted().toArray();
  }

  static long[] hashes(RequestParser.Parsed parsed) {
    return hashes(parsed.prompt("target"));
  }

  static long[] hashes(Prompt prompt) {
    long[] hashes = new long[prompt.blocks(64)];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = prompt.blockHash(64, i);
    }
    return hashes;
  }

  static void assertSame(RequestParser.Parsed actual, RequestParser.Parsed expected, String what) {
    assertThat(actual.error()).as(what).isEqualTo(expected.error());
    if (expected.error() != null) {
      return;
    }
    assertThat(actual.model()).as(what).isEqualTo(expected.model());
    assertThat(actual.modelStart()).as(what).isEqualTo(expected.modelStart());
    assertThat(actual.modelEnd()).as(what).isEqualTo(expected.modelEnd());
    assertThat(actual.stream()).as(what).isEqualTo(expected.stream());
    assertThat(actual.maxOutputTokens()).as(what).isEqualTo(expected.maxOutputTokens());
    assertThat(hashes(actual)).as(what).isEqualTo(hashes(expected));
    assertThat(actual.prompt("t").estimatedTokens())
        .as(what)
        .isEqualTo(expected.prompt("t").estimatedTokens());
  }

  /** A chat body with everything in it, and some bytes more than a block of each kind. */
  static String rich() {
    return """
     { "model" : "qu\\u0077en \\"x\\"" ,"stream":true,
    "seed": 1152921504606846977, "big":1e400, "logit_bias": {"model": "no", "a":[[],{}]},
    "max_tokens": 17, "max_completion_tokens": 1.2e1, "cache_salt":"s\\u00e9l",
    "tools":[{"type":"function","function":{"name":"f\\n","parameters":{"x":[1,-2.5e-3]}}}],
    "messages":[
      {"role":"system","content":"Größe \\u4f60\\u597d 你好, \\ud83d\\ude00 😀 \\ud83d! \\/"},
      {"role":"user","name":"ann","content":[{"type":"text","text":"what\\tis\\r\\nthis"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,PNG","detail":"low"}},
        {"type":"image_url","image_url":"http://x/y.png"},
        {"type":"video_url","video_url":{"url":"http://x/y.mp4"}},
        {"type":"input_audio","input_audio":{"data":"QUJD","format":"wav"}},
        {"type":"file","file":{"id":"é"}}, "plain"]},
      {"role":"assistant","content":null,
        "tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{\\"x\\":1}"}}]},
      {"role":"tool","tool_call_id":"c1","content":"LONG"}],
    "documents":[{"text":"d"}], "chat_template_kwargs":{"enable_thinking":false},
    "chat_template":"{{ x }}", "add_generation_prompt":true, "n": null, "t": false
    }
    """
        .replace("PNG", Images.base64(Images.png(900, 700)))
        .replace("LONG", "0123456789 åäö \\\" ".repeat(40));
  }
}
