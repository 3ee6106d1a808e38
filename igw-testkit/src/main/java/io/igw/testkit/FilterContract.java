package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.Filter;
import io.igw.testkit.RandomCycles.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every filter owes the scheduler. A plugin's test class extends this. */
public abstract class FilterContract extends Contract {
  /** For subclasses. */
  protected FilterContract() {}

  /** The filter under test; called once per test. */
  protected abstract Filter filter();

  /**
   * Whether the filter allocates for each endpoint, which only one made for tests should. False
   * unless overridden.
   */
  protected boolean allocatesPerEndpoint() {
    return false;
  }

  /** Some candidates are removed and some stay: else the other tests have shown little. */
  @Test
  public void removesSomeAndKeepsSome() {
    Filter filter = filter();
    assertThat(
            onAnyCycle(cycle -> {
              int before = cycle.candidates().size();
              int left = cycle.filter(filter).length;
              return left > 0 && left < before;
            }))
        .as("a cycle that is narrowed; does prepare() give what the filter reads?")
        .isTrue();
  }

  /** What is left was there before, also where numbers were never seen. */
  @Test
  public void onlyRemoves() {
    Filter filter = filter();
    onManyCycles(cycle -> {
      List<Integer> before = ordinals(cycle);
      int[] left = cycle.filter(filter);
      assertThat(before).as(() -> describe(cycle)).containsAll(boxed(left));
      assertThat(left).isSorted().doesNotHaveDuplicates();
    });
  }

  /** No candidates stay none, and nothing is thrown. */
  @Test
  public void acceptsNoCandidates() {
    assertThat(cycle(1, 3, Numbers.KNOWN).only().filter(filter())).isEmpty();
  }

  /** The same cycle with the same seed is filtered alike, whatever was filtered in between. */
  @Test
  public void keepsNothingBetweenCycles() {
    Filter filter = filter();
    for (int round = 0; round < ROUNDS; round++) {
      int[] first = cycle(round, 10, Numbers.SOME).filter(filter);
      cycle(round + 1000, 65, Numbers.KNOWN).filter(filter);
      assertThat(cycle(round, 10, Numbers.SOME).filter(filter)).containsExactly(first);
    }
  }

  /** Columns are read only. */
  @Test
  public void changesNothingThatItReads() {
    Filter filter = filter();
    onManyCycles(cycle -> {
      int[] candidates = ordinals(cycle).stream().mapToInt(Integer::intValue).toArray();
      double[][] before = numbers(cycle);
      cycle.filter(filter);
      assertThat(Arrays.deepEquals(numbers(cycle.only(candidates)), before))
          .as("what was read is unchanged")
          .isTrue();
    });
  }

  /** One instance serves several threads at once. */
  @Test
  public void servesSeveralThreads() {
    Filter filter = filter();
    List<int[]> expected = filterAll(filter);
    for (List<int[]> left : onThreads(() -> filterAll(filter))) {
      assertThat(left).usingRecursiveComparison().isEqualTo(expected);
    }
  }

  private List<int[]> filterAll(Filter filter) {
    List<int[]> all = new ArrayList<>();
    for (int round = 0; round < 50; round++) {
      all.add(cycle(round, 65, Numbers.SOME).filter(filter));
    }
    return all;
  }

  /** Whether an endpoint stays does not depend on the place that it has among the candidates. */
  @Test
  public void doesNotDependOnTheOrder() {
    if (reliesOnEndpointOrder()) {
      return;
    }
    Filter filter = filter();
    for (int round = 0; round < ROUNDS; round++) {
      int[] straight = cycle(round, 10, Numbers.SOME).filter(filter);
      int[] order = shuffled(round, 10);
      int[] left = cycle(round, 10, Numbers.SOME).inOrder(order).filter(filter);
      assertThat(boxed(left)).containsExactlyInAnyOrderElementsOf(boxed(straight));
    }
  }

  /** Memory does not grow with the pool. */
  @Test
  public void allocatesNothingPerEndpoint() {
    if (allocatesPerEndpoint()) {
      return;
    }
    Filter filter = filter();
    assertAllocatesNothingPerEndpoint(size -> {
      TestCycle cycle = cycle(7, size, Numbers.SOME);
      return () -> filter.filter(cycle.everyone(), cycle.candidates());
    });
  }

  /** The calling thread is an event loop. */
  @Test
  public void neverWaits() {
    Filter filter = filter();
    assertNeverWaits(() -> cycle(7, 10, Numbers.SOME).filter(filter));
  }

  private static List<Integer> ordinals(TestCycle cycle) {
    List<Integer> ordinals = new ArrayList<>();
    for (int i = 0; i < cycle.candidates().size(); i++) {
      ordinals.add(cycle.candidates().ordinal(i));
    }
    return ordinals;
  }

  private static List<Integer> boxed(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
