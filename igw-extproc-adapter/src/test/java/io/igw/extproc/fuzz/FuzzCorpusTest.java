package io.igw.extproc.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Runs each target over its corpus: sound inputs, odd ones, and those that have failed before. */
class FuzzCorpusTest {
  private static final long MOST_BYTES = 1 << 20;

  @TestFactory
  List<DynamicContainer> replays() throws IOException {
    List<DynamicContainer> targets = new ArrayList<>();
    for (FuzzTarget target : FuzzTarget.values()) {
      List<DynamicTest> inputs =
          target.seeds().stream()
              .map(file ->
                  DynamicTest.dynamicTest(
                      file.getFileName().toString(),
                      file.toUri(),
                      () -> target.run(Files.readAllBytes(file))))
              .toList();
      assertThat(inputs).as("corpus of %s", target).isNotEmpty();
      targets.add(DynamicContainer.dynamicContainer(target.corpus(), inputs));
    }
    return targets;
  }

  @Test
  void theCorpusStaysSmall() throws IOException {
    long bytes = 0;
    for (FuzzTarget target : FuzzTarget.values()) {
      for (Path file : target.seeds()) {
        bytes += Files.size(file);
      }
    }
    assertThat(bytes).isLessThan(MOST_BYTES);
  }
}
