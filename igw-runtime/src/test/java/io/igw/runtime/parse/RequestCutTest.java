package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.RequestParser;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a body says does not depend on how it is cut, and no bytes make the parser throw. */
class RequestCutTest {
  private static final String CHAT = "/v1/chat/completions";
  private final RandomGenerator random =
      RandomGeneratorFactory.of("L64X128MixRandom").create(20_260_101);

  @ParameterizedTest
  @ValueSource(strings = {CHAT, ""})
  void everyCutGivesTheSame(String path) {
    byte[] body = Bodies.utf8(Bodies.rich());
    RequestParser.Parsed whole = Bodies.parse(path, body);
    assertThat(whole.error()).isNull();
    assertThat(whole.model()).isEqualTo("quwen \"x\"");
    assertThat(whole.stream()).isTrue();
    assertThat(whole.maxOutputTokens()).isEqualTo(12);
    for (int cut = 0; cut <= body.length; cut++) {
      Bodies.assertSame(Bodies.parseCut(path, body, cut), whole, "cut at " + cut);
    }
    for (int round = 0; round < 500; round++) {
      int[] cuts = Bodies.randomCuts(random, body.length);
      Bodies.assertSame(Bodies.parseCut(path, body, cuts), whole, Arrays.toString(cuts));
    }
    int[] each = new int[body.length];
    Arrays.setAll(each, i -> i);
    Bodies.assertSame(Bodies.parseCut(path, body, each), whole, "byte by byte");
  }

  @Test
  void everyPrefixIsAnErrorAndNoneThrows() {
    byte[] body = Bodies.utf8(Bodies.rich().strip());
    for (int length = 0; length < body.length; length++) {
      RequestParser.Parsed parsed = Bodies.parse(CHAT, Arrays.copyOf(body, length));
      assertThat(parsed.error())
          .as("length " + length)
          .startsWith("error unmarshaling request bodyMap: offset " + length + ": expected ")
          .endsWith(", not the end");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'prompt':[1,22,333,4.0e0,4294967295],'model':'m','max_tokens':12.50e1}",
        "{'prompt':['a\\u00e9','\\ud83d\\ude00\\ud83d','你好'],'model':'m'}",
        "{'prompt':[1,2,'x'],'model':'m'}",
        "{'prompt':'x','model':'m',}",
        "{'prompt':'x','bad':'\\q'}",
        "{'prompt':'x','bad':-}",
      })
  void completionsAreCutAlike(String text) {
    byte[] body = Bodies.json(text);
    RequestParser.Parsed whole = Bodies.parse("/v1/completions", body);
    for (int cut = 0; cut <= body.length; cut++) {
      for (int second = cut; second <= body.length; second++) {
        Bodies.assertSame(
            Bodies.parseCut("/v1/completions", body, cut, second), whole, cut + "," + second);
      }
    }
  }

  @Test
  void mutatedBodiesNeverThrowAndAreCutAlike() {
    byte[] alphabet = Bodies.utf8("{}[]\",:\\u0019.eE+-tfn \n\0é");
    String[] paths = {CHAT, "/v1/completions", "/v1/responses", "/v1/conversations", ""};
    byte[] rich = Bodies.utf8(Bodies.rich());
    for (int round = 0; round < 20_000; round++) {
      byte[] body = rich.clone();
      for (int change = random.nextInt(1, 6); change > 0; change--) {
        int at = random.nextInt(body.length);
        switch (random.nextInt(4)) {
          case 0 -> body[at] = alphabet[random.nextInt(alphabet.length)];
          case 1 -> body[at] = (byte) random.nextInt();
          case 2 -> {
            int from = random.nextInt(body.length);
            int length = Math.min(random.nextInt(40), body.length - Math.max(at, from));
            System.arraycopy(rich, from, body, at, length);
          }
          default -> body = Arrays.copyOf(body, Math.max(1, at));
        }
      }
      String path = paths[random.nextInt(paths.length)];
      RequestParser.Parsed whole = Bodies.parse(path, body);
      int[] cuts = Bodies.randomCuts(random, body.length);
      Bodies.assertSame(Bodies.parseCut(path, body, cuts), whole, "round " + round);
    }
  }

  @Test
  void garbageNeverThrows() {
    for (int round = 0; round < 5000; round++) {
      byte[] body = new byte[random.nextInt(300)];
      random.nextBytes(body);
      assertThat(Bodies.parse(CHAT, body).error()).isNotNull();
    }
  }

  @Test
  void aRewriteIsASpliceThatKeepsAllOtherBytes() {
    byte[] body = Bodies.utf8(Bodies.rich());
    RequestParser.Parsed parsed = Bodies.parse(CHAT, body);
    byte[] replacement = Bodies.json("'other model'");
    int start = (int) parsed.modelStart();
    int end = (int) parsed.modelEnd();
    byte[] spliced = new byte[body.length - (end - start) + replacement.length];
    System.arraycopy(body, 0, spliced, 0, start);
    System.arraycopy(replacement, 0, spliced, start, replacement.length);
    System.arraycopy(body, end, spliced, start + replacement.length, body.length - end);
    RequestParser.Parsed rewritten = Bodies.parse(CHAT, spliced);
    assertThat(rewritten.error()).isNull();
    assertThat(rewritten.model()).isEqualTo("other model");
    assertThat(Bodies.hashes(rewritten)).isEqualTo(Bodies.hashes(parsed));
    assertThat(new String(spliced, java.nio.charset.StandardCharsets.UTF_8))
        .contains("1152921504606846977", "1e400", "\"model\": \"no\"");
  }
}
