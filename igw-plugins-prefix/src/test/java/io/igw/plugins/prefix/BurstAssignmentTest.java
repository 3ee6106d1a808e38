package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.plugins.prefix.BurstAssignment.Rules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The assignment of plugins-request-control.md 3.2; a prompt is a word, its blocks its prefixes.
 */
class BurstAssignmentTest {
  private static final double[] THREE = new double[3];

  private static List<long[]> prompts(String words) {
    List<long[]> prompts = new ArrayList<>();
    for (String word : words.split(" ")) {
      String text = word.equals("-") ? "" : word;
      long[] blocks = new long[text.length()];
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = text.substring(0, i + 1).hashCode();
      }
      prompts.add(blocks);
    }
    return prompts;
  }

  private static String assign(String words, double[] running, Rules rules) {
    StringBuilder text = new StringBuilder();
    for (int replica : BurstAssignment.of(prompts(words), running, rules)) {
      text.append(text.length() == 0 ? "" : " ").append(replica < 0 ? "-" : "" + replica);
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({
    // prompts; most per replica, blocks to colocate, by tokens; replicas
    "aa aa bb bb cc cc, -1, 0, false, 0 0 1 1 2 2",
    "aa bb aa bb, -1, 0, false, 0 1 0 1",
    "aa b c, -1, 0, false, - - -",
    "aa - aa -, -1, 0, false, 0 - 0 -",
    // The longest group is placed first.
    "a a bbb bbb, -1, 0, false, 1 1 0 0",
    // Beyond the limit members overflow to the least loaded.
    "aa aa aa aa aa, 2, 0, false, 0 0 1 1 2",
    // Above the limit of all they are spread one by one.
    "a a a a a, 1, 0, false, 0 1 2 0 1",
    // Single requests that begin alike go together.
    "abc abd xyz xzz, -1, 2, false, 0 0 1 2",
    "abc abd xyz, -1, 3, false, - - -",
    // Unless there is no room: the fair share is one.
    "abc abd abe, -1, 2, false, 0 1 2",
    "aaaa aaaa bb bb cc cc, -1, 0, true, 0 0 1 1 2 2",
  })
  void assignment(String words, int most, int colocate, boolean byTokens, String expected) {
    assertThat(assign(words, THREE, new Rules(most, colocate, byTokens))).isEqualTo(expected);
  }

  @Test
  void equalReplicasAreToldApartByWhatTheyRun() {
    assertThat(assign("a a", new double[] {5, 1, 3}, new Rules(-1, 0, false))).isEqualTo("1 1");
  }

  @Test
  void noReplicasNoAssignment() {
    assertThat(BurstAssignment.of(prompts("a a"), new double[0], new Rules(-1, 0, false)))
        .containsOnly(BurstAssignment.UNASSIGNED);
  }

  @Test
  void byTokensWhatIsHeldAlreadyCostsNothing() {
    int[] to =
        BurstAssignment.of(
            prompts("abcdef abcdef abcdeg abcdeg xy xy zw zw"),
            new double[2],
            new Rules(-1, 3, true));
    assertThat(to[0]).isEqualTo(to[2]);
    assertThat(Arrays.stream(to).distinct().count()).isEqualTo(2);
  }
}
