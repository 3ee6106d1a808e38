package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.igw.spi.Picker;
import io.igw.testkit.RandomCycles.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What every picker owes the scheduler. A plugin's test class extends this. */
public abstract class PickerContract extends Contract {
  private static final int UNTOUCHED = -12345;
  private static final double[] TOTALS = {
    0, 0.5, 1, 1, 2.5, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };

  /** For subclasses. */
  protected PickerContract() {}

  /** The picker under test; called once per test. */
  protected abstract Picker picker();

  /** At least one position, each of a candidate, none twice; also for NaN and infinite totals. */
  @Test
  public void picksDistinctCandidates() {
    Picker picker = picker();
    onManyCycles(cycle -> {
      int size = cycle.candidates().size();
      double[] totals = totals(cycle);
      int[] picked = cycle.pick(picker, totals);
      assertThat(picked).as(() -> "totals " + Arrays.toString(totals)).hasSizeBetween(1, size);
      assertThat(picked).doesNotHaveDuplicates();
      for (int position : picked) {
        assertThat(position).isBetween(0, size - 1);
      }
    });
  }

  /** Nothing behind the room that one candidate each needs is written, nor are totals changed. */
  @Test
  public void writesNoFurtherThanItMay() {
    Picker picker = picker();
    onManyCycles(cycle -> {
      int size = cycle.candidates().size();
      double[] totals = Arrays.copyOf(totals(cycle), size + 8);
      // The best total of all stands behind the candidates, where it means nothing.
      Arrays.fill(totals, size, size + 8, 1e9);
      double[] before = totals.clone();
      int[] picked = new int[size + 8];
      Arrays.fill(picked, UNTOUCHED);
      int count = picker.pick(cycle, cycle.candidates(), totals, picked);
      assertThat(totals).isEqualTo(before);
      for (int i = size; i < picked.length; i++) {
        if (picked[i] != UNTOUCHED) {
          fail("%d candidates, but place %d is written", size, i);
        }
      }
      for (int k = 0; k < count; k++) {
        assertThat(picked[k]).isBetween(0, size - 1);
      }
    });
  }

  /** No candidates: none is picked, and nothing is thrown. */
  @Test
  public void acceptsNoCandidates() {
    assertThat(cycle(1, 3, Numbers.KNOWN).only().pick(picker())).isEmpty();
  }

  /** The only candidate is picked whatever its total. */
  @Test
  public void picksTheOnlyCandidate() {
    Picker picker = picker();
    for (double total : TOTALS) {
      assertThat(cycle(1, 1, Numbers.KNOWN).pick(picker, total)).containsExactly(0);
      assertThat(cycle(1, 9, Numbers.KNOWN).only(4).pick(picker, total)).containsExactly(0);
    }
  }

  /** The same cycle with the same seed is picked alike, whatever was picked in between. */
  @Test
  public void keepsNothingBetweenCycles() {
    Picker picker = picker();
    for (int round = 0; round < ROUNDS; round++) {
      int[] first = pickFrom(picker, round);
      pickFrom(picker, round + 1000);
      assertThat(pickFrom(picker, round)).containsExactly(first);
    }
  }

  /** One instance serves several threads at once. */
  @Test
  public void servesSeveralThreads() {
    Picker picker = picker();
    List<int[]> expected = pickAll(picker);
    for (List<int[]> picked : onThreads(() -> pickAll(picker))) {
      assertThat(picked).usingRecursiveComparison().isEqualTo(expected);
    }
  }

  /** Memory does not grow with the pool. */
  @Test
  public void allocatesNothingPerEndpoint() {
    Picker picker = picker();
    assertAllocatesNothingPerEndpoint(size -> {
      TestCycle cycle = cycle(7, size, Numbers.KNOWN);
      double[] totals = totals(cycle);
      int[] picked = new int[size];
      return () -> picker.pick(cycle, cycle.candidates(), totals, picked);
    });
  }

  /** The calling thread is an event loop. */
  @Test
  public void neverWaits() {
    Picker picker = picker();
    assertNeverWaits(() -> pickFrom(picker, 7));
  }

  private List<int[]> pickAll(Picker picker) {
    List<int[]> all = new ArrayList<>();
    for (int round = 0; round < 200; round++) {
      all.add(pickFrom(picker, round));
    }
    return all;
  }

  private int[] pickFrom(Picker picker, int round) {
    TestCycle cycle = cycle(round, 10, Numbers.KNOWN);
    return cycle.pick(picker, totals(cycle));
  }

  /** Totals with ties, drawn from the load so that they depend on the cycle alone. */
  private static double[] totals(TestCycle cycle) {
    double[] load = cycle.inFlightRequests();
    RandomGenerator random = new SplittableRandom(Arrays.hashCode(load));
    double[] totals = new double[cycle.candidates().size()];
    Arrays.setAll(totals, i -> TOTALS[random.nextInt(TOTALS.length)]);
    return totals;
  }
}
