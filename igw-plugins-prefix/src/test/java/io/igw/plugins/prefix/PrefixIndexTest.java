package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Prompt;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixIndexTest {
  private static final int ROOMY = 16 << 20;

  @Test
  void matchesTheLeadingBlocksThatWereRecorded() {
    Indexed index = new Indexed(ROOMY).follow(1, 1, 1);
    index.record(0, Prompts.of(1, 2, 3));
    assertThat(index.match(0, Prompts.of(1, 2, 3))).isEqualTo(3);
    assertThat(index.match(0, Prompts.of(1, 2, 3, 4))).isEqualTo(3);
    assertThat(index.match(0, Prompts.of(1, 2, 9))).isEqualTo(2);
    assertThat(index.match(0, Prompts.of(9, 2, 3))).isZero();
    assertThat(index.match(1, Prompts.of(1, 2, 3))).isZero();
  }

  @Test
  void recordTellsWhatWasHeldBefore() {
    Indexed index = new Indexed(ROOMY).follow(1, 1, 1);
    assertThat(index.record(0, Prompts.of(1, 2))).isZero();
    assertThat(index.record(0, Prompts.of(1, 2, 3, 4))).isEqualTo(2);
    assertThat(index.record(0, Prompts.of(1, 2, 3))).isEqualTo(3);
    assertThat(index.record(1, Prompts.of(1, 2, 3))).isZero();
  }

  @Test
  void anEndpointWithoutBlockZeroMatchesNothingAlthoughItHoldsLaterBlocks() {
    Indexed index = new Indexed(ROOMY).follow(1, 1, 1);
    Prompt prompt = Prompts.of(1, 2, 3, 4);
    index.record(0, prompt);
    Lane other = index.index.lane(1, 1);
    for (int block = 1; block < 4; block++) {
      addDirectly(index.index, other, prompt, block);
    }
    assertThat(index.match(1, prompt)).isZero();
    addDirectly(index.index, other, prompt, 0);
    assertThat(index.match(1, prompt)).isEqualTo(4);
  }

  @Test
  void aGapEndsTheMatch() {
    Indexed index = new Indexed(ROOMY).follow(1, 1);
    Prompt prompt = Prompts.of(1, 2, 3, 4);
    Lane lane = index.index.lane(0, 1);
    for (int block : new int[] {0, 1, 3}) {
      addDirectly(index.index, lane, prompt, block);
    }
    assertThat(index.match(0, prompt)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 100, 257, 1000})
  void everyEndpointOfAPoolOfAnySizeHasItsOwnMatch(int endpoints) {
    int[] generations = new int[endpoints];
    Arrays.fill(generations, 1);
    Indexed index = new Indexed(ROOMY).follow(1, generations);
    Prompt prompt = Prompts.family(1, 12);
    for (int slot = 0; slot < endpoints; slot++) {
      index.index.record(slot, 1, prompt, 64, slot % 13, Indexed.AMPLE);
    }
    for (int slot = 0; slot < endpoints; slot++) {
      assertThat(index.match(slot, prompt)).isEqualTo(slot % 13);
    }
  }

  @Test
  void aPoolThatGrowsKeepsWhatIsKnown() {
    Indexed index = new Indexed(ROOMY).follow(1, 1, 1);
    index.record(1, Prompts.of(1, 2));
    int[] generations = new int[200];
    Arrays.fill(generations, 1);
    index.follow(2, generations);
    index.record(199, Prompts.of(1, 2, 3));
    assertThat(index.match(1, Prompts.of(1, 2, 3))).isEqualTo(2);
    assertThat(index.match(199, Prompts.of(1, 2, 3))).isEqualTo(3);
  }

  @Test
  void aRemovedEndpointHasNoEntriesLeft() {
    Indexed index = new Indexed(ROOMY).follow(1, 1, 1);
    index.record(0, Prompts.family(1, 50));
    index.record(1, Prompts.family(2, 30));
    assertThat(index.index.entries()).isEqualTo(80);
    index.follow(2, 0, 1);
    assertThat(index.index.entries()).isEqualTo(30);
    index.follow(3, 0, 0);
    assertThat(index.index.entries()).isZero();
    assertThat(index.match(0, Prompts.family(1, 50))).isZero();
  }

  @Test
  void entriesReturnToZeroAfterMoreBlocksThanTheCapacity() {
    Indexed index = new Indexed(ROOMY).follow(1, 1);
    for (int family = 0; family < 50; family++) {
      index.record(0, 1, Prompts.family(family, 30), 10);
    }
    assertThat(index.index.entries()).isBetween(1L, 20L);
    index.follow(2, 0);
    assertThat(index.index.entries()).isZero();
  }

  @Test
  void aNewGenerationOfASlotStartsEmpty() {
    Indexed index = new Indexed(ROOMY).follow(1, 1, 1);
    index.record(0, Prompts.of(1, 2, 3));
    index.follow(2, 2, 1);
    assertThat(index.match(0, 2, Prompts.of(1, 2, 3))).isZero();
    assertThat(index.match(0, 1, Prompts.of(1, 2, 3))).isZero();
    index.record(0, 2, Prompts.of(1, 2), Indexed.AMPLE);
    assertThat(index.match(0, 2, Prompts.of(1, 2, 3))).isEqualTo(2);
  }

  @Test
  void aLateRecordForTheGenerationBeforeHasNoEffect() {
    Indexed index = new Indexed(ROOMY).follow(1, 1).follow(2, 2);
    index.record(0, 1, Prompts.of(1, 2, 3), Indexed.AMPLE);
    assertThat(index.match(0, 2, Prompts.of(1, 2, 3))).isZero();
    assertThat(index.match(0, 1, Prompts.of(1, 2, 3))).isZero();
    assertThat(index.index.entries()).isZero();
  }

  @Test
  void aStragglerThatWritesToTheLaneOfAGoneEndpointDeceivesNobody() {
    Indexed index = new Indexed(1 << 20).follow(1, 1);
    Lane gone = index.index.lane(0, 1);
    Prompt prompt = Prompts.of(1, 2, 3);
    for (int generation = 2; generation < 2000; generation++) {
      index.follow(generation, generation);
      // As a record would that read the layout before the endpoint went and was stopped since.
      addDirectly(index.index, gone, prompt, 0);
      Lane now = index.index.lane(0, generation);
      assertThat(now).isNotNull();
      if (now.number() == gone.number()) {
        return; // Lent again after two epochs: the straggler's table is gone by then.
      }
      assertThat(index.match(0, generation, prompt)).isZero();
    }
  }

  @Test
  void lanesOfGoneEndpointsAreLentAgainAfterTwoEpochsOnly() {
    Indexed index = new Indexed(1 << 20).follow(1, 1);
    int highest = 0;
    for (int generation = 2; generation < 20_000; generation++) {
      index.follow(generation, generation);
      assertThat(index.match(0, generation, Prompts.of(1, 2, 3))).isZero();
      index.record(0, generation, Prompts.of(1, 2, 3), Indexed.AMPLE);
      assertThat(index.match(0, generation, Prompts.of(1, 2, 3))).isEqualTo(3);
      Lane lane = index.index.lane(0, generation);
      highest = Math.max(highest, lane == null ? 0 : lane.number());
    }
    assertThat(highest).isLessThan(1100);
  }

  @Test
  void anOlderSnapshotDoesNotUndoANewerOne() {
    Indexed index = new Indexed(ROOMY).follow(5, 1, 1);
    index.record(1, Prompts.of(1, 2));
    index.follow(4, 1);
    assertThat(index.match(1, Prompts.of(1, 2))).isEqualTo(2);
  }

  @Test
  void theHeadOfAHotPrefixSurvivesOverflowOfTheEndpoint() {
    Indexed index = new Indexed(ROOMY).follow(1, 1);
    int capacity = 200;
    for (int family = 1; family <= 500; family++) {
      int[] ids = new int[20];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = i < 5 ? i : family * 1000 + i;
      }
      index.record(0, 1, Prompts.of(ids), capacity);
      assertThat(index.match(0, Prompts.of(0, 1, 2, 3, 4))).isEqualTo(5);
    }
    assertThat(index.match(0, Prompts.of(0, 1, 2, 3, 4, 1005))).isEqualTo(5);
    assertThat(index.index.entries()).isBetween(100L, 260L);
  }

  @Test
  void theHeadOfAHotPrefixSurvivesOverflowOfTheWholeIndexAndMemoryStaysBounded() {
    int bytes = 1 << 20;
    Indexed index = new Indexed(bytes).follow(1, 1, 1, 1);
    Prompt hot = Prompts.family(900_000, 10);
    for (int family = 1; family <= 6000; family++) {
      index.record(family % 2, Prompts.family(family, 40));
      if (family % 100 == 0) {
        index.record(2, hot);
      }
      assertThat(index.index.bytes()).isLessThanOrEqualTo(bytes);
      if (family >= 100) {
        assertThat(index.match(2, hot)).isEqualTo(10);
      }
    }
    assertThat(index.match(1, Prompts.family(1, 40))).isZero();
    assertThat(index.match(0, Prompts.family(6000, 40))).isEqualTo(40);
  }

  @Test
  void whoRecordsNothingKeepsItsBlocksWhileOthersFillSmallCachesOverAndOver() {
    Indexed index = new Indexed(ROOMY).follow(1, 1, 1, 1);
    Prompt quiet = Prompts.family(900_000, 10);
    index.record(2, 1, quiet, 40);
    for (int family = 1; family <= 400; family++) {
      index.record(family % 2, 1, Prompts.family(family, 40), 40);
    }
    assertThat(index.match(0, Prompts.family(1, 40))).isZero();
    assertThat(index.match(2, quiet)).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource({
    "1562, 1562, 1562, 1562",
    "1562, 1562, 1562, 1562",
    "1562, 3000, 1562, 1560",
    "1562, 1562, 300, 296",
    "1562, 1562, 263, 256",
    "1562, 1562, 264, 264",
    "1562, 1562, 200, 200",
    "1562, 260, 260, 256",
    "260, 260, 260, 260",
    "260, 270, 260, 256",
  })
  void aLongPromptIsMatchedInWholeSteps(int recorded, int asked, int alike, int expected) {
    Indexed index = new Indexed(ROOMY).follow(1, 1);
    index.record(0, Prompts.family(1, recorded));
    int[] ids = IntStream.range(0, asked).map(i -> i < alike ? 1000 + i : -i).toArray();
    assertThat(index.match(0, Prompts.of(ids))).isEqualTo(expected);
    assertThat(index.index.entries()).isEqualTo(recorded);
  }

  @Test
  void longPromptsCountByTheirBlocks() {
    Indexed index = new Indexed(ROOMY).follow(1, 1);
    for (int family = 1; family <= 10; family++) {
      Prompt prompt = Prompts.family(family * 10, 1562);
      assertThat(index.record(0, 1, prompt, 6000)).isZero();
      assertThat(index.match(0, prompt)).isEqualTo(1562);
      assertThat(index.record(0, 1, prompt, 6000)).isEqualTo(1562);
      assertThat(index.index.entries()).isLessThanOrEqualTo(6000 + 1562);
    }
    assertThat(index.match(0, Prompts.family(10, 1562))).isZero();
    assertThat(index.match(0, Prompts.family(90, 1562))).isEqualTo(1562);
  }

  @Test
  void aPromptLongerThanTheCapacityKeepsItsHead() {
    Indexed index = new Indexed(ROOMY).follow(1, 1);
    Prompt prompt = Prompts.family(3, 100);
    index.record(0, 1, prompt, 30);
    assertThat(index.match(0, prompt)).isEqualTo(30);
  }

  @Test
  void aCapacityThatShrinksIsFollowed() {
    Indexed index = new Indexed(ROOMY).follow(1, 1);
    for (int family = 0; family < 100; family++) {
      index.record(0, 1, Prompts.family(family, 10), 10_000);
    }
    assertThat(index.index.entries()).isEqualTo(1000);
    for (int family = 100; family < 130; family++) {
      index.record(0, 1, Prompts.family(family, 10), 100);
    }
    assertThat(index.index.entries()).isLessThanOrEqualTo(110);
  }

  private static void addDirectly(PrefixIndex index, Lane lane, Prompt prompt, int block) {
    long hash = prompt.blockHash(64, block);
    index.table().add(hash, prompt.blockHash(64, 0), block, lane.group(), lane.bit());
  }
}
