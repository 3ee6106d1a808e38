package io.igw.simulator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.InfoCmp;
import org.jline.utils.ScreenTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TerminalViewTest {
  private static final String COLOUR = "\u001b\\[([0-9]+;)*[34][0-9](;[0-9]+)*m";
  private static final AttributedStyle RED =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final List<String> reasons = new ArrayList<>();

  private LineDisciplineTerminal terminal(String type) throws IOException {
    LineDisciplineTerminal terminal =
        new LineDisciplineTerminal("test", type, written, StandardCharsets.UTF_8);
    terminal.setSize(Size.of(40, 10));
    return terminal;
  }

  private String written() {
    return written.toString(StandardCharsets.UTF_8);
  }

  private String shownOn(LineDisciplineTerminal terminal) throws IOException {
    try (TerminalView view = TerminalView.over(terminal, reasons::add)) {
      assertThat(view).isNotNull();
      view.show(List.of(new AttributedString("dead", RED)));
    }
    assertThat(reasons).isEmpty();
    return written();
  }

  @Test
  void aDumbTerminalIsLeftAloneAndNamed() throws IOException {
    assertThat(TerminalView.over(terminal("dumb"), reasons::add)).isNull();
    assertThat(written()).isEmpty();
    assertThat(reasons).containsExactly("one of type dumb cannot move its cursor");
  }

  @Test
  void coloursAreForTerminalsThatHaveThem() throws IOException {
    assertThat(shownOn(terminal("ansi"))).contains("dead").containsPattern(COLOUR);
    written.reset();
    String grey = InfoCmp.getDefaultInfoCmp("ansi").replace("colors#8, ", "").replace(" op=", " ");
    InfoCmp.setDefaultInfoCmp("igw-grey", grey);
    assertThat(shownOn(terminal("igw-grey"))).contains("dead").doesNotContainPattern(COLOUR);
  }

  @Test
  void ofFortyColumnsTheLastStaysFree() throws IOException {
    ScreenTerminal.VirtualTerminal virtual =
        ScreenTerminal.withTerminal("test", "xterm-256color", 40, 4);
    try (TerminalView view = TerminalView.over(virtual.terminal(), reasons::add)) {
      assertThat(view).isNotNull();
      assertThat(view.columns()).isEqualTo(39);
      assertThat(view.rows()).isEqualTo(4);
      String full = "0123456789".repeat(4).substring(0, 39);
      view.show(List.of(line(full), line("b"), line(full), line("d"), line("too many")));
      assertThat(virtual.screen().toString().lines().map(String::stripTrailing))
          .containsExactly(full, "b", full, "d");
      view.show(List.of(line("a"), line(full)));
      assertThat(virtual.screen().toString().lines().map(String::stripTrailing))
          .containsExactly("a", full, "", "");
    }
  }

  private static AttributedString line(String text) {
    return new AttributedString(text);
  }
}
