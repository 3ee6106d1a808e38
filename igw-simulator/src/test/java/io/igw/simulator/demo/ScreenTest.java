package io.igw.simulator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.ServerLoad;
import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScreenTest {
  private static final PlayResult RESULT =
      new PlayResult(12, 1, 1000, 800, 300, 4, new long[] {20_000_000, 40_000_000});
  private static final Screen.Scene SCENE =
      new Screen.Scene(
          "igw, through envoy",
          4,
          20,
          RESULT,
          List.of(
              row("server-0", Fleet.State.UP, 3),
              row("server-1", Fleet.State.SLOW, 0),
              row("server-2", Fleet.State.DEAD, 0),
              row("server-3", Fleet.State.SPARE, 0)),
          1,
          List.of(
              "decision 9: model=m endpoint=server-0 total=2.0 (a=1.0) runner-up=server-1 total=1.5"));

  private static Fleet.Row row(String name, Fleet.State state, int waiting) {
    return new Fleet.Row(
        name, state, new ServerLoad(waiting, 2, 0.5, List.of("adapter-1")), 0.8, 0.25);
  }

  private static List<String> draw(int columns) {
    return draw(columns, 100);
  }

  private static List<String> draw(int columns, int rows) {
    return Screen.draw(SCENE, columns, rows).stream().map(AttributedString::toString).toList();
  }

  @Test
  void showsServersDecisionsAndKeys() {
    String all = String.join("\n", draw(130));
    assertThat(all)
        .contains("igw demo: igw, through envoy   4 of 20 s")
        .contains("12 sent, 2 answered, 1 failed")
        .contains("prefix hits 80.0 %   TTFT p50 20 ms, p90 40 ms")
        .contains("  server-0   up         3    2  #####.....  50 %   80 %   25 %  adapter-1")
        .contains("> server-1   slow")
        .contains("  server-2   dead   \n")
        .contains("  server-3   spare  \n")
        .contains("decision 9: model=m endpoint=server-0 total=2.0 (a=1.0)\n")
        .contains("     runner-up=server-1 total=1.5")
        .contains("k kill or restart");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 20, 40, 71, 72, 80, 300})
  void nothingIsWiderThanTheTerminal(int columns) {
    assertThat(draw(columns)).allMatch(line -> line.length() <= columns);
  }

  @Test
  void ofFortyColumnsAllButTheLastAreEnough() {
    assertThat(draw(39))
        .containsExactly(
            "igw demo: igw, through envoy",
            "4 of 20 s",
            "12 sent, 2 answered, 1 failed",
            "2.8 requests/s   75 tokens/s",
            "prefix hits 80.0 %",
            "TTFT p50 20 ms, p90 40 ms",
            "",
            " server    state   q run   KV hit share",
            " server-0  up      3   2  50%  80%  25%",
            ">server-1  slow    0   2  50%  80%  25%",
            " server-2  dead  ",
            " server-3  spare ",
            "",
            "#9: m -> server-0 total=2.0 (a=1.0)",
            "     runner-up=server-1 total=1.5",
            "",
            "up/down or 0-9 choose",
            "k kill or restart   s slow   a add",
            "q quit");
  }

  @Test
  void wheneverThereAreTooFewRowsDecisionsGoFirst() {
    List<String> all = draw(39);
    List<String> without = draw(39, all.size() - 2);
    assertThat(without).hasSize(all.size() - 2).noneMatch(line -> line.contains("server-0 total"));
    assertThat(without.get(without.size() - 1)).isEqualTo("q quit");
    assertThat(draw(39, 1)).hasSize(all.size() - 3);
  }
}
