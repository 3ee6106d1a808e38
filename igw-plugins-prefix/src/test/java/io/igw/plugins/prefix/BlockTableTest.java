package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockTableTest {
  @Test
  void agreesWithAMapForAnyHashesAndGroups() {
    BlockTable table = new BlockTable(8);
    Map<String, Long> model = new HashMap<>();
    SplittableRandom random = new SplittableRandom(7);
    long[] hashes = random.longs(200).toArray();
    hashes[0] = 0;
    for (int i = 0; i < 20_000; i++) {
      long hash = hashes[random.nextInt(hashes.length)];
      int group = random.nextInt(6);
      long bit = 1L << random.nextInt(64);
      String key = hash + "/" + group;
      Long before = model.get(key);
      int expected =
          before == null
              ? BlockTable.CELL_ADDED
              : (before & bit) != 0 ? BlockTable.PRESENT : BlockTable.BIT_ADDED;
      assertThat(table.add(hash, head(hash), offset(hash), group, bit)).isEqualTo(expected);
      model.merge(key, bit, (a, b) -> a | b);
      assertThat(table.held(hash, head(hash), offset(hash), group)).isEqualTo(model.get(key));
    }
    assertThat(table.held(hashes[1], head(hashes[1]), offset(hashes[1]), 6)).isZero();
    assertThat(table.held(12345, 12345, 0, 0)).isZero();
  }

  /** Few heads for many hashes, as where prompts share the beginning of a run. */
  private static long head(long hash) {
    return hash % 11;
  }

  private static int offset(long hash) {
    return (int) (hash & BlockTable.RUN - 1);
  }

  /** A thousand prompts with the same four blocks first, each with four of its own behind them. */
  @Test
  void promptsThatDivergeWithinARunAreAllHeld() {
    BlockTable table = new BlockTable(64);
    SplittableRandom random = new SplittableRandom(5);
    long[] shared = random.longs(4).toArray();
    long[][] own = new long[1000][];
    for (int i = 0; i < own.length; i++) {
      own[i] = random.longs(4).toArray();
      for (int b = 7; b >= 0; b--) {
        long hash = b < 4 ? shared[b] : own[i][b - 4];
        assertThat(table.add(hash, shared[0], b, 0, 1L << i % 64)).isNotEqualTo(BlockTable.REFUSED);
      }
    }
    for (int i = 0; i < own.length; i++) {
      for (int b = 4; b < 8; b++) {
        assertThat(table.held(own[i][b - 4], shared[0], b, 0)).isEqualTo(1L << i % 64);
      }
    }
    assertThat(table.held(shared[3], shared[0], 3, 0)).isEqualTo(-1L);
  }

  @Test
  void aRunWhoseHomeIsTakenStandsInTheWindowBeside() {
    BlockTable table = new BlockTable(64);
    long[][] runs = new long[2][];
    for (int run = 0; run < 2; run++) {
      runs[run] = new SplittableRandom(run).longs(BlockTable.RUN).toArray();
      // Another key of the same home: it differs in bits that name neither page nor window.
      runs[run][0] = 0x1234_5678_0000_0007L + ((long) run << 16);
      for (int b = BlockTable.RUN - 1; b >= 0; b--) {
        assertThat(table.add(runs[run][b], runs[run][0], b, 0, 1)).isEqualTo(BlockTable.CELL_ADDED);
      }
    }
    long[] home = table.homeOf(runs[0][0], 0);
    assertThat(table.homeOf(runs[1][0], 0)).isSameAs(home);
    int window = BlockTable.windowOf(runs[0][0], 0);
    assertThat(BlockTable.windowOf(runs[1][0], 0)).isEqualTo(window);
    for (int b = 0; b < BlockTable.RUN; b++) {
      assertThat(BlockTable.heldAt(home, window + b, runs[0][b], 0)).isEqualTo(1);
      assertThat(BlockTable.heldAt(home, (window ^ BlockTable.RUN) + b, runs[1][b], 0))
          .isEqualTo(1);
      assertThat(table.held(runs[1][b], runs[1][0], b, 0)).isEqualTo(1);
    }
    assertThat(table.touch(runs[0][0], 0)).isEqualTo(2);
    assertThat(table.touch(runs[1][0], 0)).isEqualTo(4);
  }

  @Test
  void refusesWhenAPageIsFullAndKeepsWhatItHas() {
    BlockTable table = new BlockTable(1);
    SplittableRandom random = new SplittableRandom(3);
    long[] hashes = random.longs(BlockTable.PAGE_CELLS).toArray();
    for (long hash : hashes) {
      assertThat(table.add(hash, hash, 0, 0, 1)).isEqualTo(BlockTable.CELL_ADDED);
    }
    assertThat(table.add(99, 99, 0, 0, 1)).isEqualTo(BlockTable.REFUSED);
    assertThat(table.held(99, 99, 0, 0)).isZero();
    assertThat(table.add(hashes[5], hashes[5], 0, 0, 2)).isEqualTo(BlockTable.BIT_ADDED);
    for (long hash : hashes) {
      assertThat(table.held(hash, hash, 0, 0) & 1).isEqualTo(1);
    }
  }

  @Test
  void countsBytesOfPagesInUseOnly() {
    BlockTable table = new BlockTable(1000);
    assertThat(table.bytes()).isEqualTo(8 * 1000);
    table.add(42, 42, 0, 0, 1);
    table.add(43, 42, 1, 0, 1);
    assertThat(table.bytes()).isEqualTo(8 * 999 + BlockTable.PAGE_BYTES);
  }

  @Test
  void isFullAtFiveEighths() {
    BlockTable table = new BlockTable(2);
    table.countCells(BlockTable.PAGE_CELLS * 2 * 5 / 8 - 1);
    assertThat(table.full()).isFalse();
    assertThat(table.halfFull()).isTrue();
    table.countCells(1);
    assertThat(table.full()).isTrue();
  }
}
