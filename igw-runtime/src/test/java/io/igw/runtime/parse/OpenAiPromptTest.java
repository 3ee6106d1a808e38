package io.igw.runtime.parse;

import static io.igw.runtime.parse.Bodies.hashes;
import static io.igw.runtime.parse.Bodies.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.PromptBuilder;
import io.igw.spi.RequestParser;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a request becomes its prompt. */
class OpenAiPromptTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String COMPLETIONS = "/v1/completions";

  @Test
  void hashesTextsAndTokensOfACompletionAsTheyAre() {
    String text = "a 你好 \"q\" \n".repeat(60);
    String escaped = "a \\u4f60\\u597d \\\"q\\\" \\n".repeat(60);
    long[] expected = hashes(new PromptBuilder().text(text).build("target", "salt"));
    assertThat(hashes(parse(COMPLETIONS, "{'cache_salt':'salt','prompt':'" + escaped + "'}")))
        .isEqualTo(expected);
    assertThat(hashes(parse(COMPLETIONS, "{'prompt':['" + escaped + "'],'cache_salt':'salt'}")))
        .isEqualTo(expected);
    PromptBuilder tokens = new PromptBuilder();
    StringBuilder ids = new StringBuilder("4294967295");
    tokens.token(-1);
    for (int i = 0; i < 200; i++) {
      tokens.token(i * 77);
      ids.append(", ").append(i * 77);
    }
    RequestParser.Parsed parsed = parse(COMPLETIONS, "{'prompt':[" + ids + "]}");
    assertThat(hashes(parsed)).isEqualTo(hashes(tokens.build("target", null)));
    assertThat(parsed.prompt("target").estimatedTokens()).isEqualTo(201);
  }

  @Test
  void listsOfTokensAreOnePromptEach() {
    long[] two = hashes(parse(COMPLETIONS, "{'prompt':[[1, 2],[3]]}"));
    assertThat(two)
        .isEqualTo(
            hashes(
                new PromptBuilder()
                    .token(1)
                    .token(2)
                    .border(Borders.NEXT_PROMPT)
                    .token(3)
                    .build("target", null)));
    assertThat(hashes(parse(COMPLETIONS, "{'prompt':[[1],[2,3]]}"))).isNotEqualTo(two);
    assertThat(hashes(parse(COMPLETIONS, "{'prompt':[[1,2,3]]}")))
        .isEqualTo(hashes(parse(COMPLETIONS, "{'prompt':[1,2,3]}")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "'messages':[{'role':'ab','content':'c'}] | 'messages':[{'role':'a','content':'bc'}]",
        "'messages':[{'content':'ab'},{'content':'c'}]"
            + " | 'messages':[{'content':'a'},{'content':'bc'}]",
        "'messages':[{'role':'a','content':'b'}] | 'messages':[{'role':'a'},{'content':'b'}]",
        "'messages':[{'content':'b'}] | 'messages':[{'role':'b'}]",
        "'messages':[{'content':'b'}] | 'messages':[{'content':[{'image_url':'b'}]}]",
        "'messages':[{'content':[{'image_url':'b'}]}]"
            + " | 'messages':[{'content':[{'image_url':'c'}]}]",
        "'messages':[{'content':[{'image_url':'b'}]}]"
            + " | 'messages':[{'content':[{'video_url':'b'}]}]",
        "'messages':[{'content':[{'file':'b'}]}] | 'messages':[{'content':[{'file':'c'}]}]",
        "'messages':[{'content':[{'input_audio':{'data':'b'}}]}]"
            + " | 'messages':[{'content':[{'input_audio':{'data':'c'}}]}]",
        "'messages':[{'tool_calls':[1]}] | 'messages':[{'tool_calls':[2]}]",
        "'messages':[{'name':'b'}] | 'messages':[{'content':'b'}]",
        "'messages':[{}],'tools':[1] | 'messages':[{}],'tools':[2]",
        "'messages':[{}],'tools':[1] | 'messages':[{}]",
        "'messages':[{}],'tools':[1] | 'messages':[{}],'documents':[1]",
        "'messages':[{}],'chat_template':'1' | 'messages':[{}],'chat_template':'2'",
        "'messages':[{}],'chat_template_kwargs':{'a':1}"
            + " | 'messages':[{}],'chat_template_kwargs':{'a':2}",
        "'messages':[{}],'cache_salt':'a' | 'messages':[{}],'cache_salt':'b'",
        "'messages':[{'content':'\\ud83d'}] | 'messages':[{'content':'\\ud83e'}]",
      })
  void differentPromptsDiffer(String one, String two) {
    RequestParser.Parsed left = parse(CHAT, "{" + one + "}");
    RequestParser.Parsed right = parse(CHAT, "{" + two + "}");
    assertThat(left.error()).isNull();
    assertThat(right.error()).isNull();
    assertThat(hashes(left)).isNotEqualTo(hashes(right));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'messages':[{'content':'a'}],'tools':[1]} | {'tools':[1],'messages':[{'content':'a'}]}",
        "{'messages':[{'content':'a'}]} | {'messages':[{'content':[{'type':'text','text':'a'}]}]}",
        "{'messages':[{'content':'a'}]}"
            + " | {'messages':[{'content':'b'}],'messages':[{'content':'a'}]}",
        "{'messages':[{'content':'a'}]}"
            + " | {'messages':[{'content':7}],'messages':[{'content':'a'}]}",
        "{'messages':[{'content':'a'}]} | {'temperature':1,'messages':[ {'content' : 'a','id':7}]}",
        "{'messages':[{'content':[{'image_url':'u'}]}]}"
            + " | {'messages':[{'content':[{'image_url':{'url':'u'}}]}]}",
        "{'messages':[{'content':'a','tool_calls':null}]} | {'messages':[{'content':'a'}]}",
      })
  void equalPromptsAreEqual(String one, String two) {
    RequestParser.Parsed left = parse(CHAT, one);
    RequestParser.Parsed right = parse(CHAT, two);
    assertThat(left.error()).isNull();
    assertThat(right.error()).isNull();
    assertThat(hashes(left)).isEqualTo(hashes(right));
    assertThat(hashes(parse("", two))).isEqualTo(hashes(left));
  }

  @Test
  void aConversationThatGoesOnKeepsItsBlocks() {
    String first = "{'role':'user','content':'" + "word ".repeat(300) + "'}";
    long[] turn = hashes(parse(CHAT, "{'messages':[" + first + "]}"));
    long[] next =
        hashes(parse(CHAT, "{'messages':[" + first + ",{'role':'assistant','content':'y'}]}"));
    assertThat(Arrays.copyOf(next, turn.length - 1))
        .isEqualTo(Arrays.copyOf(turn, turn.length - 1));
  }

  @Test
  void mediaCountAsManyTokensWhateverTheirSizeAndAreBounded() {
    String image = "{'image_url':{'url':'data:image/png;base64," + "A".repeat(100_000) + "'}}";
    int tokens =
        parse(CHAT, "{'messages':[{'content':[" + image + "]}]}").prompt("m").estimatedTokens();
    assertThat(tokens).isBetween(225, 235);
    String videos = "{'video_url':'v'},".repeat(5000) + "{'video_url':'w'}";
    assertThat(
            parse(CHAT, "{'messages':[{'content':[" + videos + "]}]}")
                .prompt("m")
                .estimatedTokens())
        .isBetween(131_072, 131_072 + 3 * 5001);
  }

  @Test
  void repeatedMessagesDoNotRenewTheBoundOfMedia() {
    String videos = "'messages':[{'content':[" + "{'video_url':'v'},".repeat(40) + "'']}],";
    RequestParser.Parsed parsed = parse(CHAT, "{" + videos.repeat(3) + "'model':'m'}");
    assertThat(parsed.error()).isNull();
    assertThat(parsed.prompt("m").estimatedTokens()).isLessThan(200);
  }
}
