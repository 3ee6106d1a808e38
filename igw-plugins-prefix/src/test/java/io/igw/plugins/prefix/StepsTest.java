package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "255, 255",
    "256, 256",
    "257, 257",
    "264, 257",
    "265, 258",
    "640, 304",
    "1562, 420",
    "2048, 480"
  })
  void aPromptIsReadInFineStepsThenInCoarseOnes(int blocks, int steps) {
    assertThat(Steps.of(blocks)).isEqualTo(steps);
    assertThat(Steps.blocks(steps, blocks)).isEqualTo(blocks);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1562, 0",
    "255, 1562, 255",
    "256, 1562, 263",
    "257, 1562, 271",
    "418, 1562, 1559",
    "419, 1562, 1561",
    "9, 10, 9"
  })
  void aStepIsKnownByItsLastBlock(int step, int blocks, int last) {
    assertThat(Steps.lastBlock(step, blocks)).isEqualTo(last);
  }

  @Test
  void whatAMatchRoundsAwayIsLessThanThreePercent() {
    for (int blocks = 1; blocks <= 5000; blocks++) {
      // The longest match that shows no more than the first steps.
      int shown = Steps.blocks(Steps.of(blocks + 1) - 1, Integer.MAX_VALUE);
      assertThat(shown).isBetween((int) Math.floor(blocks * 0.97), blocks);
    }
  }
}
