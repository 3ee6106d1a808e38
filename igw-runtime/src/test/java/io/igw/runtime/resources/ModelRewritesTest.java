package io.igw.runtime.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.runtime.PickerMetrics;
import io.igw.runtime.resources.ModelRewrites.Rewrite;
import io.igw.runtime.resources.ModelRewrites.Rule;
import io.igw.runtime.resources.RewriteRule.Target;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which rule counts, and which of its targets (kubernetes.md 5). */
class ModelRewritesTest {
  private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant YOUNG = Instant.parse("2026-02-01T00:00:00Z");

  private static Rule rule(String target, String... models) {
    return new Rule(
        List.of(models), new RewriteRule("of " + target, List.of(target(target, null))));
  }

  private static Target target(String model, @Nullable Integer weight) {
    return new Target(model, weight);
  }

  private static LiveResources resources(long seed) {
    return new LiveResources(List.of(), PoolScope.ALL, Map.of(), PickerMetrics.NONE, seed);
  }

  /** Rule K-RW-2, and equal ages by name; the order in which objects come never counts. */
  @ParameterizedTest
  @CsvSource({
    "exact, young exact before old match-all",
    "both, the older of two exact ones",
    "equal, by name where ages are equal",
    "unknown, an object with an age before one without",
    "unaged, by name where no age is known",
    "inside, the order within an object",
    "second, any of several matches",
    "nothing, match-all for every other model",
  })
  void precedence(String model, String expected) {
    List<Rewrite> rewrites =
        new ArrayList<>(
            List.of(
                new Rewrite(
                    "z-old",
                    "",
                    OLD,
                    List.of(
                        rule("match-all for every other model"),
                        rule("a second match-all"),
                        rule("the older of two exact ones", "both"))),
                new Rewrite(
                    "a-young",
                    "",
                    YOUNG,
                    List.of(
                        rule("a younger match-all"),
                        rule("young exact before old match-all", "exact"),
                        rule("the younger of two exact ones", "both"),
                        rule("an object with an age before one without", "unknown"),
                        rule("by name where ages are equal", "equal"),
                        rule("the order within an object", "inside"),
                        rule("the one below", "inside"),
                        rule("any of several matches", "first", "second"))),
                new Rewrite("b-young", "", YOUNG, List.of(rule("the later name", "equal"))),
                new Rewrite(
                    "d-unaged", "", Instant.MAX, List.of(rule("the later of these", "unaged"))),
                new Rewrite(
                    "c-unaged",
                    "",
                    Instant.MAX,
                    List.of(
                        rule("without an age", "unknown"),
                        rule("by name where no age is known", "unaged")))));
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(rewrites, new Random(seed));
      RewriteRule rule = new ModelRewrites(rewrites).rule(model);
      assertThat(rule).isNotNull();
      assertThat(rule.target(seed)).isEqualTo(expected);
      assertThat(rule.name()).isEqualTo("of " + expected);
    }
  }

  @Test
  void withoutAMatchThereIsNoRule() {
    ModelRewrites rewrites =
        new ModelRewrites(List.of(new Rewrite("w", "", OLD, List.of(rule("t", "m")))));
    assertThat(rewrites.rule("M")).isNull();
    assertThat(rewrites.rule("")).isNull();
    assertThat(rewrites.rule(null)).isNull();
    assertThat(rewrites.models()).containsExactlyInAnyOrder("t", "m");
  }

  @Test
  void noModelMatchesWhatMatchesAll() {
    ModelRewrites rewrites =
        new ModelRewrites(List.of(new Rewrite("w", "", OLD, List.of(rule("base")))));
    assertThat(rewrites.rule(null)).isNotNull();
    assertThat(rewrites.rule("")).isNotNull();
  }

  /** Four and a half sigma of 10,000 draws, as the A/B scenario has it. */
  @ParameterizedTest
  @CsvSource({
    "90 10, 9000 1000, 135",
    "50 50, 5000 5000, 225",
    "1 1 2, 2500 2500 5000, 225",
    "1000000 1, 10000 0, 4",
    "'', 3333 3333 3333, 212",
    "1, 10000, 0",
  })
  void sharesFollowWeights(String weights, String expected, double tolerance) {
    String[] counts = expected.split(" ");
    String[] given = weights.isEmpty() ? new String[counts.length] : weights.split(" ");
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < given.length; i++) {
      targets.add(target("t" + i, given[i] == null ? null : Integer.valueOf(given[i])));
    }
    RewriteRule rule = new RewriteRule("r", targets);
    for (long seed = 1; seed <= 3; seed++) {
      LiveResources resources = resources(seed);
      Map<String, Integer> drawn = new HashMap<>();
      for (int i = 0; i < 10_000; i++) {
        drawn.merge(resources.target(rule, null), 1, Integer::sum);
      }
      for (int i = 0; i < counts.length; i++) {
        assertThat((double) drawn.getOrDefault("t" + i, 0))
            .isBetween(
                Double.parseDouble(counts[i]) - tolerance - 1,
                Double.parseDouble(counts[i]) + tolerance + 1);
      }
    }
  }

  /** Summed in 64 bits: 2,200 of the largest weight overflow 32 (kubernetes.md, measured). */
  @Test
  void manyLargeWeights() {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < 2_200; i++) {
      targets.add(target("t" + i, 1_000_000));
    }
    RewriteRule rule = new RewriteRule("r", targets);
    assertThat(rule.target(0)).isEqualTo("t0");
    assertThat(rule.target(-1)).isEqualTo("t2199");
    assertThat(rule.target(Long.MIN_VALUE)).isEqualTo("t1100");
  }

  @Test
  void theSameSeedGivesTheSameChoices() {
    RewriteRule rule = new RewriteRule("r", List.of(target("a", 1), target("b", 1)));
    assertThat(choices(rule, 7)).isEqualTo(choices(rule, 7)).isNotEqualTo(choices(rule, 8));
  }

  private static String choices(RewriteRule rule, long seed) {
    LiveResources resources = resources(seed);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      all.append(resources.target(rule, null));
    }
    return all.toString();
  }

  /** Users stay on their side, and the sides have their shares. */
  @Test
  void aKeyStaysWithOneTarget() {
    RewriteRule rule = new RewriteRule("r", List.of(target("a", 3), target("b", 1)));
    LiveResources resources = resources(1);
    int b = 0;
    for (int user = 0; user < 4_000; user++) {
      String chosen = resources.target(rule, "user-" + user);
      for (int i = 0; i < 100; i++) {
        assertThat(resources.target(rule, "user-" + user)).isEqualTo(chosen);
      }
      b += chosen.equals("b") ? 1 : 0;
    }
    assertThat(b).isBetween(1_000 - 83, 1_000 + 83);
  }

  @Test
  void choosingAllocatesNothing() {
    RewriteRule rule = new RewriteRule("r", List.of(target("a", 3), target("b", 1)));
    ModelRewrites rewrites =
        new ModelRewrites(
            List.of(new Rewrite("w", "", OLD, List.of(new Rule(List.of("m"), rule)))));
    LiveResources resources = resources(1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    int length = choose(rewrites, resources, 20_000);
    long before = threads.getThreadAllocatedBytes(self);
    length += choose(rewrites, resources, 20_000);
    assertThat(threads.getThreadAllocatedBytes(self) - before).isLessThan(1_000);
    assertThat(length).isEqualTo(80_000);
  }

  private static int choose(ModelRewrites rewrites, LiveResources resources, int times) {
    int length = 0;
    for (int i = 0; i < times; i++) {
      RewriteRule rule = rewrites.rule("m");
      if (rule != null) {
        length += resources.target(rule, null).length() + resources.target(rule, "user").length();
      }
    }
    return length;
  }
}
