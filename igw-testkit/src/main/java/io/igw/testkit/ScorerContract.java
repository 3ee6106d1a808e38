package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.igw.api.InferenceRequest;
import io.igw.spi.Scorer;
import io.igw.testkit.RandomCycles.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What every scorer owes the scheduler. A plugin's test class extends this. */
public abstract class ScorerContract extends Contract {
  private static final Offset<Double> NEAR = Offset.offset(1e-9);
  private static final double UNTOUCHED = -12345;

  /** For subclasses. */
  protected ScorerContract() {}

  /** The scorer under test; called once per test. */
  protected abstract Scorer scorer();

  /**
   * Whether endpoints that are equal to it get different scores by their place, as a ranking does.
   * False unless overridden.
   */
  protected boolean ranksTiesByPlace() {
    return false;
  }

  /** Some candidates get different scores: else the other tests have shown little. */
  @Test
  public void tellsCandidatesApart() {
    Scorer scorer = scorer();
    assertThat(onAnyCycle(cycle -> Arrays.stream(cycle.score(scorer)).distinct().count() > 1))
        .as("a cycle with different scores; does prepare() give what the scorer reads?")
        .isTrue();
  }

  /** Scores are finite and between 0 and 1, also where numbers were never seen. */
  @Test
  public void scoresLieBetweenZeroAndOne() {
    Scorer scorer = scorer();
    onManyCycles(cycle -> {
      for (double score : cycle.score(scorer)) {
        if (!(score >= 0 && score <= 1)) {
          assertThat(score).as(describe(cycle)).isBetween(0.0, 1.0);
        }
      }
    });
  }

  /** Every candidate gets a score, and nothing behind the last one is written. */
  @Test
  public void writesOneScorePerCandidate() {
    Scorer scorer = scorer();
    onManyCycles(cycle -> {
      int size = cycle.candidates().size();
      double[] scores = new double[size + 8];
      Arrays.fill(scores, UNTOUCHED);
      scorer.score(cycle, cycle.candidates(), scores);
      for (int i = 0; i < scores.length; i++) {
        if (i < size == (scores[i] == UNTOUCHED)) {
          fail("%d candidates, but score %d is %s", size, i, i < size ? "not written" : "written");
        }
      }
    });
  }

  /** No candidates: nothing is written and nothing is thrown. */
  @Test
  public void acceptsNoCandidates() {
    double[] scores = {UNTOUCHED};
    TestCycle cycle = cycle(1, 3, Numbers.KNOWN).only();
    scorer().score(cycle, cycle.candidates(), scores);
    assertThat(scores).containsExactly(UNTOUCHED);
  }

  /** The same cycle gets the same scores, whatever was scored in between. */
  @Test
  public void keepsNothingBetweenCycles() {
    Scorer scorer = scorer();
    for (int round = 0; round < ROUNDS; round++) {
      double[] first = cycle(round, 10, Numbers.SOME).score(scorer);
      cycle(round + 1000, 65, Numbers.KNOWN).score(scorer);
      assertThat(cycle(round, 10, Numbers.SOME).score(scorer)).isEqualTo(first);
    }
  }

  /** Columns, load and candidates are read only. */
  @Test
  public void changesNothingThatItReads() {
    Scorer scorer = scorer();
    onManyCycles(cycle -> {
      double[][] before = numbers(cycle);
      int size = cycle.candidates().size();
      cycle.score(scorer);
      assertThat(cycle.candidates().size()).isEqualTo(size);
      assertThat(Arrays.deepEquals(numbers(cycle), before))
          .as("what was read is unchanged")
          .isTrue();
    });
  }

  /** One instance serves several threads at once. */
  @Test
  public void servesSeveralThreads() {
    Scorer scorer = scorer();
    List<double[]> expected = scoreAll(scorer);
    for (List<double[]> scores : onThreads(() -> scoreAll(scorer))) {
      assertThat(scores).usingRecursiveComparison().isEqualTo(expected);
    }
  }

  private List<double[]> scoreAll(Scorer scorer) {
    List<double[]> all = new ArrayList<>();
    for (int round = 0; round < 50; round++) {
      all.add(cycle(round, 65, Numbers.SOME).score(scorer));
    }
    return all;
  }

  /** A scorer that says it depends on the snapshot alone does so. */
  @Test
  public void dependsOnNoMoreThanItSays() {
    Scorer scorer = scorer();
    if (scorer.inputs() != Scorer.Inputs.SNAPSHOT) {
      return;
    }
    for (int round = 0; round < ROUNDS; round++) {
      TestCycle cycle = cycle(round, 10, Numbers.SOME);
      double[] scores = cycle.score(scorer);
      TestCycle other =
          TestCycle.on(cycle.snapshot())
              .request(InferenceRequest.builder().model("another").prompt("text").build())
              .nowNanos(cycle.nowNanos() + 3_600_000_000_000L)
              .seed(round + 77)
              .inFlight(3, 40, 4000);
      assertThat(other.score(scorer)).isEqualTo(scores);
    }
  }

  /** An endpoint's score does not depend on the place that it has among the candidates. */
  @Test
  public void doesNotDependOnTheOrder() {
    if (ranksTiesByPlace() || reliesOnEndpointOrder()) {
      return;
    }
    Scorer scorer = scorer();
    for (int round = 0; round < ROUNDS; round++) {
      double[] straight = cycle(round, 10, Numbers.SOME).score(scorer);
      int[] order = shuffled(round, 10);
      double[] shuffled = cycle(round, 10, Numbers.SOME).inOrder(order).score(scorer);
      for (int i = 0; i < order.length; i++) {
        assertThat(shuffled[i]).as("score at another place").isCloseTo(straight[order[i]], NEAR);
      }
    }
  }

  /** Memory does not grow with the pool. */
  @Test
  public void allocatesNothingPerEndpoint() {
    Scorer scorer = scorer();
    assertAllocatesNothingPerEndpoint(size -> {
      TestCycle cycle = cycle(7, size, Numbers.SOME);
      double[] scores = new double[size];
      return () -> scorer.score(cycle, cycle.candidates(), scores);
    });
  }

  /** The calling thread is an event loop. */
  @Test
  public void neverWaits() {
    Scorer scorer = scorer();
    assertNeverWaits(() -> cycle(7, 10, Numbers.SOME).score(scorer));
  }
}
