package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Prompt;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a model that never forgets (upper bound) and one that keeps half (lower bound). */
class PrefixIndexPropertyTest {
  private static final int SLOTS = 5;
  private static final int LONGEST = 12;

  /** Blocks of one endpoint, least recently recorded first. */
  private static final class Model {
    final Set<Long> ever = new LinkedHashSet<>();
    final LinkedHashSet<Long> recent = new LinkedHashSet<>();

    void record(Prompt prompt, int capacity) {
      for (int block = Math.min(prompt.blocks(64), capacity) - 1; block >= 0; block--) {
        long hash = prompt.blockHash(64, block);
        ever.add(hash);
        recent.remove(hash);
        recent.add(hash);
      }
    }

    int prefix(Prompt prompt, Set<Long> blocks) {
      int i = 0;
      while (i < prompt.blocks(64) && blocks.contains(prompt.blockHash(64, i))) {
        i++;
      }
      return i;
    }

    Set<Long> last(int count) {
      return new LinkedHashSet<>(recent.stream().skip(Math.max(0, recent.size() - count)).toList());
    }
  }

  @ParameterizedTest
  @CsvSource({"1,16,1", "2,40,1", "3,100,1", "4,1000000,1", "5,24,1", "6,7,1"})
  void keepsAtLeastHalfTheCapacityAndInventsNothing(long seed, int capacity, int first) {
    SplittableRandom random = new SplittableRandom(seed);
    Indexed index = new Indexed(8 << 20);
    int[] generations = new int[SLOTS];
    java.util.Arrays.fill(generations, first);
    Map<Integer, Model> models = new HashMap<>();
    long version = 1;
    index.follow(version, generations);
    for (int step = 0; step < 3000; step++) {
      int slot = random.nextInt(SLOTS);
      if (random.nextInt(200) == 0) {
        generations[slot]++;
        models.remove(slot);
        index.follow(++version, generations);
      }
      Prompt prompt = prompt(random);
      Model model = models.computeIfAbsent(slot, s -> new Model());
      index.record(slot, generations[slot], prompt, capacity);
      model.record(prompt, capacity);

      Prompt probe = random.nextBoolean() ? prompt : prompt(random);
      for (int other = 0; other < SLOTS; other++) {
        Model known = models.getOrDefault(other, new Model());
        int matched = index.match(other, generations[other], probe);
        assertThat(matched)
            .isLessThanOrEqualTo(known.prefix(probe, known.ever))
            .isGreaterThanOrEqualTo(known.prefix(probe, known.last(capacity / 2)));
      }
      assertThat(index.index.entries()).isLessThanOrEqualTo((capacity + 2L * LONGEST) * SLOTS);
    }
  }

  /** Shares prefixes with others: a path in a tree with three children a node. */
  private static Prompt prompt(SplittableRandom random) {
    int[] ids = new int[1 + random.nextInt(LONGEST)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(i < 3 ? 1 : 3);
    }
    return Prompts.of(ids);
  }
}
