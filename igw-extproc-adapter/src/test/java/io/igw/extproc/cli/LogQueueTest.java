package io.igw.extproc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines between event loops and the log. */
class LogQueueTest {
  private final LogQueue queue = new LogQueue();
  private final List<String> log = new ArrayList<>();

  @Test
  void linesComeOutInOrder() {
    queue.put("a");
    queue.put("b");
    queue.drainTo(log::add);
    queue.drainTo(log::add);
    assertThat(log).containsExactly("a", "b");
  }

  @Test
  void whatDoesNotFitIsCounted() {
    for (int i = 0; i < 10_005; i++) {
      queue.put("line");
    }
    queue.drainTo(log::add);
    assertThat(log).hasSize(10_001).endsWith("5 lines dropped: the log is too slow");
    queue.put("next");
    queue.drainTo(log::add);
    assertThat(log).endsWith("next");
  }
}
