package io.igw.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptBuilderTest {
  @ParameterizedTest
  @CsvSource({"'',ef46db3751d8e999", "a,d24ec4f1a98c6e5b", "abc,44bc2cf5ad770999"})
  void hashesAsPublished(String text, String hex) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(Long.toHexString(Xxh64.hash(bytes, 0, bytes.length))).isEqualTo(hex);
  }

  /** Vectors of the approximate chain: model {@code my-model}, blocks of 64 tokens. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-,0,127,7cbda95b51905187 181205ee2e24038b",
        "-,0,129,7cbda95b51905187 181205ee2e24038b ca61110c8f161c60",
        "salt1,0,127,cbd5c2bda6078a08 d21c632e91f482c7",
        "-,1,3,93821886038fa6be"
      })
  void chainsTokensAsSpecified(String salt, int first, int last, String hashes) {
    PromptBuilder builder = new PromptBuilder();
    for (int token = first; token <= last; token++) {
      builder.token(token);
    }
    Prompt prompt = builder.build("my-model", salt);
    String[] expected = hashes.split(" ");
    assertThat(prompt.blocks(64)).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(prompt.blockHash(64, i)).isEqualTo(Long.parseUnsignedLong(expected[i], 16));
    }
    assertThat(prompt.estimatedTokens()).isEqualTo(last - first + 1);
  }

  @Test
  void doesNotDependOnHowTheContentIsCut() {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    byte[] content = new byte[5000];
    random.nextBytes(content);
    Prompt whole = new PromptBuilder().bytes(content, 0, content.length).build("m", null);
    for (int round = 0; round < 200; round++) {
      PromptBuilder builder = new PromptBuilder();
      for (int at = 0; at < content.length; ) {
        int length = Math.min(content.length - at, random.nextInt(700));
        builder.bytes(content, at, length);
        at += length;
      }
      Prompt cut = builder.build("m", null);
      assertThat(hashes(cut, 64)).isEqualTo(hashes(whole, 64));
      assertThat(hashes(cut, 192)).isEqualTo(hashes(whole, 192));
    }
  }

  @Test
  void bordersSeparateWhatTextAloneWouldNot() {
    Prompt left = new PromptBuilder().text("ab").border(1).text("c").build("m", null);
    Prompt right = new PromptBuilder().text("a").border(1).text("bc").build("m", null);
    assertThat(hashes(left, 64)).isNotEqualTo(hashes(right, 64));
  }

  @Test
  void aBorderAcrossABlockEndIsNotLost() {
    for (int lead = 250; lead <= 260; lead++) {
      byte[] content = new byte[lead];
      Prompt one = new PromptBuilder().bytes(content, 0, lead).border(1).text("x").build("m", null);
      Prompt two = new PromptBuilder().bytes(content, 0, lead).border(2).text("x").build("m", null);
      assertThat(hashes(one, 64)).isNotEqualTo(hashes(two, 64));
    }
  }

  @Test
  void largerBlocksFollowTheSamePrefix() {
    Prompt shorter = new PromptBuilder().text("a".repeat(1024)).build("m", null);
    Prompt longer = new PromptBuilder().text("a".repeat(1024) + "b".repeat(900)).build("m", null);
    assertThat(longer.blocks(128)).isEqualTo(4);
    assertThat(Arrays.copyOf(hashes(longer, 128), 2)).isEqualTo(hashes(shorter, 128));
  }

  @Test
  void contextSeedsTheChainAndCounts() {
    PromptBuilder builder = new PromptBuilder().text("question");
    PromptBuilder tools = new PromptBuilder().text("t".repeat(300));
    Prompt plain = builder.build("m", null);
    Prompt with = builder.build("m", null, tools);
    Prompt other = builder.build("m", null, new PromptBuilder().text("t".repeat(301)));
    assertThat(hashes(with, 64)).isNotEqualTo(hashes(plain, 64)).isNotEqualTo(hashes(other, 64));
    assertThat(hashes(builder.build("m", null, new PromptBuilder()), 64))
        .isEqualTo(hashes(plain, 64));
    assertThat(with.estimatedTokens()).isEqualTo(77);
  }

  @Test
  void digestTellsContentsApartAndClearForgets() {
    PromptBuilder builder = new PromptBuilder().text("a".repeat(256));
    long block = builder.digest();
    long more = builder.text("b").digest();
    assertThat(more).isNotEqualTo(block);
    assertThat(builder.clear().length()).isZero();
    assertThat(builder.digest()).isZero();
    assertThat(builder.text("a".repeat(256)).digest()).isEqualTo(block);
  }

  @Test
  void refusesABlockSizeThatIsNoMultiple() {
    assertThatThrownBy(() -> Prompt.EMPTY.blocks(100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("blockTokens: 100 (expected: a positive multiple of 64)");
  }

  private static long[] hashes(Prompt prompt, int blockTokens) {
    long[] hashes = new long[prompt.blocks(blockTokens)];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = prompt.blockHash(blockTokens, i);
    }
    return hashes;
  }
}
