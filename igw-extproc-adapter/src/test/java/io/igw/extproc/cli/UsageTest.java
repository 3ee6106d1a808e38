package io.igw.extproc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsageTest {
  @Test
  void everyCommandHasALine() {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    Epp.usage(new PrintStream(page, true, StandardCharsets.UTF_8), List.of("demo", "rehearse"));
    String text = page.toString(StandardCharsets.UTF_8);
    for (String command : List.of("epp", "plugins", "demo", "rehearse", "help")) {
      assertThat(text).containsPattern("(?m)^  " + command + "  +[A-Zi]");
    }
  }
}
