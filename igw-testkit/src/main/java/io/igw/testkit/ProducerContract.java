package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.DataProducer;
import io.igw.spi.RequestKey;
import io.igw.testkit.RandomCycles.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every producer owes the scheduler. A plugin's test class extends this. What a producer
 * learns from picks is not part of it: here nothing is picked, so nothing may change.
 */
public abstract class ProducerContract extends Contract {
  /** For subclasses. */
  protected ProducerContract() {}

  /** The producer under test; called once per test. */
  protected abstract DataProducer producer();

  /**
   * Whether the producer stores nothing by itself, since what it declares is there already. False
   * unless overridden.
   */
  protected boolean onlyDeclares() {
    return false;
  }

  /** Something other than 0 is stored: else the other tests have shown little. */
  @Test
  public void storesSomething() {
    if (onlyDeclares()) {
      return;
    }
    DataProducer producer = producer();
    assertThat(
            onAnyCycle(cycle -> {
              Set<RequestKey<?>> state = cycle.stateSet();
              double[][] values = cycle.stored();
              cycle.produce(producer);
              return !cycle.stateSet().equals(state) || differ(cycle.stored(), values);
            }))
        .as("a cycle with a value; does prepare() give what the producer reads?")
        .isTrue();
  }

  private static boolean differ(double[][] after, double[][] before) {
    for (int k = 0; k < after.length; k++) {
      for (int i = 0; i < after[k].length; i++) {
        if (after[k][i] != (k < before.length ? before[k][i] : 0)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Values are numbers, or NaN for what is not known. */
  @Test
  public void storesNothingInfinite() {
    DataProducer producer = producer();
    onManyCycles(cycle -> {
      for (double[] column : cycle.produce(producer).stored()) {
        for (double value : column) {
          assertThat(Double.isInfinite(value)).as(() -> describe(cycle)).isFalse();
        }
      }
    });
  }

  /** No candidates: nothing is thrown. */
  @Test
  public void acceptsNoCandidates() {
    cycle(1, 3, Numbers.KNOWN).only().produce(producer());
  }

  /** The same cycle gets the same values, again and whatever was produced in between. */
  @Test
  public void keepsNothingBetweenCycles() {
    DataProducer producer = producer();
    for (int round = 0; round < ROUNDS; round++) {
      double[][] first = cycle(round, 10, Numbers.SOME).produce(producer).stored();
      cycle(round + 1000, 65, Numbers.KNOWN).produce(producer);
      TestCycle again = cycle(round, 10, Numbers.SOME).produce(producer);
      assertSame(again.stored(), first);
      assertSame(again.produce(producer).stored(), first);
    }
  }

  /** Columns, load and candidates are read only. */
  @Test
  public void changesNothingThatItReads() {
    DataProducer producer = producer();
    onManyCycles(cycle -> {
      double[][] before = numbers(cycle);
      int size = cycle.candidates().size();
      cycle.produce(producer);
      assertThat(cycle.candidates().size()).isEqualTo(size);
      assertThat(Arrays.deepEquals(numbers(cycle), before))
          .as("what was read is unchanged")
          .isTrue();
    });
  }

  /** What an endpoint gets does not depend on the place that it has among the candidates. */
  @Test
  public void doesNotDependOnTheOrder() {
    if (reliesOnEndpointOrder()) {
      return;
    }
    DataProducer producer = producer();
    for (int round = 0; round < ROUNDS; round++) {
      double[][] straight = cycle(round, 10, Numbers.SOME).produce(producer).stored();
      int[] order = shuffled(round, 10);
      double[][] shuffled =
          cycle(round, 10, Numbers.SOME).inOrder(order).produce(producer).stored();
      assertSame(shuffled, straight);
    }
  }

  /** One instance serves several threads at once. */
  @Test
  public void servesSeveralThreads() {
    DataProducer producer = producer();
    List<double[][]> expected = produceAll(producer);
    for (List<double[][]> produced : onThreads(() -> produceAll(producer))) {
      for (int i = 0; i < expected.size(); i++) {
        assertSame(produced.get(i), expected.get(i));
      }
    }
  }

  /** NaN equals NaN. */
  private static void assertSame(double[][] actual, double[][] expected) {
    assertThat(Arrays.deepEquals(actual, expected))
        .as("%s is %s", Arrays.deepToString(actual), Arrays.deepToString(expected))
        .isTrue();
  }

  private List<double[][]> produceAll(DataProducer producer) {
    List<double[][]> all = new ArrayList<>();
    for (int round = 0; round < 50; round++) {
      all.add(cycle(round, 65, Numbers.SOME).produce(producer).stored());
    }
    return all;
  }

  /** Memory does not grow with the pool. */
  @Test
  public void allocatesNothingPerEndpoint() {
    DataProducer producer = producer();
    assertAllocatesNothingPerEndpoint(size -> {
      TestCycle cycle = cycle(7, size, Numbers.SOME);
      return () -> cycle.produce(producer);
    });
  }

  /** The calling thread is an event loop. */
  @Test
  public void neverWaits() {
    DataProducer producer = producer();
    assertNeverWaits(() -> cycle(7, 10, Numbers.SOME).produce(producer));
  }
}
