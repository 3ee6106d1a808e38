package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Prompt;
import io.igw.api.RequestHeaders;
import io.igw.spi.RequestParser;
import io.igw.spi.RequestParser.Parsed;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiParserTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String COMPLETIONS = "/v1/completions";
  private static final String CHAT_ERROR =
      "invalid chat completions request: must have valid messages field";
  private static final String PROMPT_ERROR = "invalid completions request: must have prompt field";

  private final RequestParser parser = new OpenAiParser();

  private Parsed parse(String path, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    RequestParser.RequestBody request = parser.request(path, RequestHeaders.NONE);
    request.feed(bytes, 0, bytes.length);
    return request.finish();
  }

  private static String digest(Parsed parsed) {
    Prompt prompt = parsed.prompt("m");
    int blocks = prompt.blocks(64);
    return prompt.estimatedTokens()
        + ":"
        + (blocks == 0 ? "" : Long.toHexString(prompt.blockHash(64, blocks - 1)));
  }

  private static String message(String content) {
    return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":" + content + "}]}";
  }

  @Test
  void readsTheFieldsThatRoutingNeeds() {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}], \"stream\" : true ,"
            + "\"max_tokens\":7,\"max_completion_tokens\":9,\"model\" : \"a\\\"b\\u00e9\",\"seed\":1152921504606846977}";
    Parsed parsed = parse(CHAT, body);
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isEqualTo("a\"bé");
    assertThat(parsed.stream()).isTrue();
    assertThat(parsed.maxOutputTokens()).isEqualTo(9);
    assertThat(body.substring((int) parsed.modelStart(), (int) parsed.modelEnd()))
        .isEqualTo("\"a\\\"b\\u00e9\"");
  }

  @Test
  void theLastModelOfSeveralCountsAndNestedOnesDoNot() {
    String body =
        "{\"model\":\"x\",\"metadata\":{\"model\":\"no\"},\"messages\":[{\"role\":\"u\",\"model\":\"no\",\"content\":\"c\"}],"
            + "\"model\":\"y\"}";
    Parsed parsed = parse(CHAT, body);
    assertThat(parsed.model()).isEqualTo("y");
    assertThat(body.substring((int) parsed.modelStart(), (int) parsed.modelEnd()))
        .isEqualTo("\"y\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"messages\":[{\"role\":\"u\",\"content\":\"c\"}]}",
        "{\"model\":5,\"messages\":[{\"role\":\"u\"}]}"
      })
  void aModelThatIsNoTextIsNone(String body) {
    Parsed parsed = parse(CHAT, body);
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isNull();
    assertThat(parsed.modelRequired()).isTrue();
    assertThat(parsed.modelStart()).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\":\"m\"} | " + CHAT_ERROR,
        "{\"model\":\"m\",\"messages\":[]} | " + CHAT_ERROR,
        "{\"model\":\"m\",\"messages\":\"x\"} | " + CHAT_ERROR + ": messages: expected array",
        "{\"messages\":[{\"role\":\"u\"},{\"content\":5}]} | "
            + CHAT_ERROR
            + ": messages[1].content: expected string or null or array",
        "{\"messages\":[5]} | " + CHAT_ERROR + ": messages[0]: expected object",
        "[1] | error unmarshaling request bodyMap: request: expected object",
        "{\"a\":1 | error unmarshaling request bodyMap: unexpected end at byte 6",
        "{\"a\" 1} | error unmarshaling request bodyMap: expected ':' at byte 5",
        "{\"a\":01} | error unmarshaling request bodyMap: expected a value at byte 7",
        "{\"a\":nul} | error unmarshaling request bodyMap: expected a value at byte 8",
        "{\"a\":1}x | error unmarshaling request bodyMap: expected the end of the document at byte 7",
        "{\"a\":\"\\x\"} | error unmarshaling request bodyMap: bad escape in a string at byte 7",
        "{,} | error unmarshaling request bodyMap: expected a key at byte 1",
        "{\"a\":1,} | error unmarshaling request bodyMap: expected a key at byte 7",
        "{\"a\":[1}} | error unmarshaling request bodyMap: expected ',' or ']' at byte 7",
        "'' | error unmarshaling request bodyMap: unexpected end at byte 0",
      })
  void saysWhatIsWrongWithAChat(String body, String error) {
    assertThat(parse(CHAT, body).error()).isEqualTo(error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"text\" | -",
        "[\"a\",\"b\"] | -",
        "[1,2,3] | -",
        "\"\" | " + PROMPT_ERROR,
        "[] | " + PROMPT_ERROR,
        "null | " + PROMPT_ERROR + ": prompt: expected string or array",
        "5 | " + PROMPT_ERROR + ": prompt: expected string or array",
        "[[1]] | " + PROMPT_ERROR + ": prompt[0]: expected string or number",
        "[1,\"a\"] | " + PROMPT_ERROR + ": prompt[1]: expected all strings or all token ids",
        "[1,2.5] | " + PROMPT_ERROR + ": prompt[1]: expected a token id, 0..4294967295",
        "[-1] | " + PROMPT_ERROR + ": prompt[0]: expected a token id, 0..4294967295",
        "[4294967296] | " + PROMPT_ERROR + ": prompt[0]: expected a token id, 0..4294967295",
      })
  void readsEveryFormOfPrompt(String prompt, String error) {
    assertThat(parse(COMPLETIONS, "{\"model\":\"m\",\"prompt\":" + prompt + "}").error())
        .isEqualTo(error.equals("-") ? null : error);
  }

  @Test
  void withoutAPathTheBodyTells() {
    assertThat(parse("", "{\"model\":\"m\",\"prompt\":\"x\"}").error()).isNull();
    assertThat(parse("", message("\"x\"")).error()).isNull();
    assertThat(parse("", "{\"model\":\"m\"}").error()).isNotNull();
  }

  @Test
  void tokenIdsCountExactly() {
    assertThat(parse(COMPLETIONS, "{\"prompt\":[1,2,3,4,5,6,7]}").prompt("m").estimatedTokens())
        .isEqualTo(8);
  }

  @Test
  void escapesAreDecoded() {
    assertThat(digest(parse(CHAT, message("\"a\\u00e9\\ud83d\\ude00\\n\\/\\\"\\\\\""))))
        .isEqualTo(digest(parse(CHAT, message("\"aé😀\\u000a/\\u0022\\u005c\""))));
    assertThat(digest(parse(CHAT, message("\"\\ud83dx\\udc00\""))))
        .isEqualTo(digest(parse(CHAT, message("\"\ufffdx\ufffd\""))));
    assertThat(digest(parse(CHAT, message("\"\\ud83d\\n\""))))
        .isEqualTo(digest(parse(CHAT, message("\"\ufffd\\n\""))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"abc\" | \"abd\"",
        "[{\"type\":\"text\",\"text\":\"ab\"},{\"type\":\"text\",\"text\":\"c\"}] | [{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"bc\"}]",
        "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://a\"}}] | [{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://b\"}}]",
        "[{\"type\":\"image_url\",\"image_url\":\"http://a\"}] | [{\"type\":\"image_url\",\"image_url\":\"http://b\"}]",
        "[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA\",\"format\":\"wav\"}}] | [{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AB\",\"format\":\"wav\"}}]",
        "\"a\",\"tool_calls\":[{\"id\":\"1\"}] | \"a\",\"tool_calls\":[{\"id\":\"2\"}]",
      })
  void differentContentsHaveDifferentHashes(String left, String right) {
    Parsed one = parse(CHAT, message(left));
    Parsed two = parse(CHAT, message(right));
    assertThat(one.error()).isNull();
    assertThat(two.error()).isNull();
    assertThat(digest(one)).isNotEqualTo(digest(two));
  }

  @Test
  void rolesBordersToolsAndSaltCount() {
    String base =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"ab\"},{\"role\":\"user\",\"content\":\"c\"}]}";
    String plain = digest(parse(CHAT, base));
    assertThat(digest(parse(CHAT, base.replace("\"ab\"", "\"a\"").replace("\"c\"", "\"bc\""))))
        .isNotEqualTo(plain);
    assertThat(digest(parse(CHAT, base.replaceFirst("user", "tool")))).isNotEqualTo(plain);
    String tools =
        digest(parse(CHAT, base.replace("{\"model\"", "{\"tools\":[{\"n\":1}],\"model\"")));
    assertThat(tools).isNotEqualTo(plain);
    assertThat(digest(parse(CHAT, base.replace("]}", "],\"tools\":[{\"n\":1}]}"))))
        .as("wherever they stand")
        .isEqualTo(tools);
    assertThat(digest(parse(CHAT, base.replace("]}", "],\"cache_salt\":\"s\"}"))))
        .isNotEqualTo(plain);
    assertThat(digest(parse(CHAT, base.replace("\"m\"", "\"other\""))))
        .as("the target model seeds, not the body's")
        .isEqualTo(plain);
  }

  @Test
  void doesNotDependOnHowTheBodyIsCut() {
    String body =
        "{\"model\":\"mo\\u0064el\",\"stream\":true,\"x\":[1,-2.5e+3,null,{\"y\":false}],\"messages\":[{\"role\":\"user\",\"content\":"
            + "[{\"type\":\"text\",\"text\":\"héllo \\ud83d\\ude00 "
            + "w".repeat(300)
            + "\"},{\"image_url\":{\"url\":\"data:\\\"x\"}}]},"
            + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"f\":\"é\"}]}],\"tools\":[{\"t\":\"z\"}],\"max_tokens\":12}";
    Parsed whole = parse(CHAT, body);
    assertThat(whole.error()).isNull();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      same(whole, cut(bytes, cut, bytes.length), cut);
    }
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 300; round++) {
      same(whole, cut(bytes, random.ints(6, 0, bytes.length).sorted().toArray()), round);
    }
  }

  private Parsed cut(byte[] bytes, int... cuts) {
    RequestParser.RequestBody request = parser.request(CHAT, RequestHeaders.NONE);
    int from = 0;
    for (int cut : cuts) {
      request.feed(bytes, from, cut - from);
      from = cut;
    }
    request.feed(bytes, from, bytes.length - from);
    return request.finish();
  }

  private static void same(Parsed whole, Parsed cut, int where) {
    assertThat(cut.error()).as("cut %d", where).isNull();
    assertThat(cut.model()).isEqualTo("model");
    assertThat(cut.modelStart()).isEqualTo(whole.modelStart());
    assertThat(cut.modelEnd()).isEqualTo(whole.modelEnd());
    assertThat(cut.maxOutputTokens()).isEqualTo(12);
    assertThat(digest(cut)).as("cut %d", where).isEqualTo(digest(whole));
  }

  @Test
  void nestingIsBounded() {
    assertThat(parse(CHAT, "{\"a\":" + "[".repeat(100_000)).error())
        .isEqualTo("error unmarshaling request bodyMap: nested deeper than 64 at byte 68");
  }

  @Test
  void brokenBodiesNeverThrow() {
    byte[] good = (message("[{\"text\":\"x\\u0041\"}]") + " ").getBytes(StandardCharsets.UTF_8);
    SplittableRandom random = new SplittableRandom(9);
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      RequestParser.RequestBody request =
          parser.request(round % 2 == 0 ? CHAT : "", RequestHeaders.NONE);
      int cut = random.nextInt(bad.length);
      request.feed(bad, 0, cut);
      request.feed(bad, cut, bad.length - cut);
      Parsed parsed = request.finish();
      if (parsed.error() == null) {
        digest(parsed);
      }
    }
  }

  @Test
  void allocatesBlocksAndLittleElse() {
    byte[] body = message("\"" + "word ".repeat(80_000) + "\"").getBytes(StandardCharsets.UTF_8);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = 0;
    for (int round = 0; round < 50; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      RequestParser.RequestBody request = parser.request(CHAT, RequestHeaders.NONE);
      for (int at = 0; at < body.length; at += 16_384) {
        request.feed(body, at, Math.min(16_384, body.length - at));
      }
      request.finish();
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }
    // Growing the array of block hashes costs three times its size at most.
    assertThat(bytes).isLessThan(3 * 8 * (body.length / 256) + 4096);
  }
}
