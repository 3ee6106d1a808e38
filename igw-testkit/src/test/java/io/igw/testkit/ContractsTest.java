package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Signal;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestFactory;

/** The contracts accept plugins that keep them and find those that do not. */
class ContractsTest {
  @Nested
  class OfASoundScorer extends ScorerContract {
    @Override
    protected Scorer scorer() {
      return Scorer.of((request, e) -> e.get(Signal.WAITING_REQUESTS) < 4 ? 1 : 0);
    }
  }

  @Nested
  class OfASoundFilter extends FilterContract {
    @Override
    protected Filter filter() {
      return (cycle, candidates) -> {
        double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
        candidates.retainIf(i -> kv[i] < 0.5);
      };
    }
  }

  @Nested
  class OfASoundPicker extends PickerContract {
    @Override
    protected Picker picker() {
      return (cycle, candidates, totals, picked) -> {
        if (candidates.size() == 0) {
          return 0;
        }
        picked[0] = cycle.random().nextInt(candidates.size());
        return 1;
      };
    }
  }

  @TestFactory
  Stream<DynamicTest> breachesAreFound() {
    Thread home = Thread.currentThread();
    int[] calls = {0};
    return Stream.of(
        breach(
            "a score of NaN",
            new Breaches.OfScorer((c, k, s) -> all(s, k.size(), Double.NaN))
                ::scoresLieBetweenZeroAndOne),
        breach(
            "a score above 1",
            new Breaches.OfScorer((c, k, s) -> all(s, k.size(), 1.01))::scoresLieBetweenZeroAndOne),
        breach(
            "a score behind the last",
            new Breaches.OfScorer((c, k, s) -> all(s, k.size() + 1, 1))
                ::writesOneScorePerCandidate),
        breach(
            "a score left out",
            new Breaches.OfScorer((c, k, s) -> all(s, k.size() - 1, 1))
                ::writesOneScorePerCandidate),
        breach(
            "no candidates not minded",
            new Breaches.OfScorer((c, k, s) -> s[k.ordinal(0)] = 1)::acceptsNoCandidates),
        breach(
            "memory of earlier cycles",
            new Breaches.OfScorer((c, k, s) -> all(s, k.size(), 1.0 / ++calls[0]))
                ::keepsNothingBetweenCycles),
        breach(
            "a column written",
            new Breaches.OfScorer((c, k, s) -> c.column(Signal.WAITING_REQUESTS)[0] = 99)
                ::changesNothingThatItReads),
        breach(
            "state of the first thread",
            new Breaches.OfScorer(
                    (c, k, s) -> all(s, k.size(), Thread.currentThread() == home ? 1 : 0))
                ::servesSeveralThreads),
        breach(
            "load behind a promise of SNAPSHOT",
            new Breaches.OfScorer(
                    new Scorer() {
                      @Override
                      public void score(io.igw.spi.Cycle c, io.igw.spi.Candidates k, double[] s) {
                        System.arraycopy(c.inFlightRequests(), 0, s, 0, k.size());
                      }

                      @Override
                      public Inputs inputs() {
                        return Inputs.SNAPSHOT;
                      }
                    })
                ::dependsOnNoMoreThanItSays),
        breach(
            "a filter that remembers",
            new Breaches.OfFilter((c, k) -> k.retainIf(i -> ++calls[0] % 4 == 0))
                ::keepsNothingBetweenCycles),
        breach(
            "a filter that writes",
            new Breaches.OfFilter((c, k) -> c.inFlightRequests()[0] = 77)
                ::changesNothingThatItReads),
        breach(
            "a position twice", new Breaches.OfPicker((c, k, t, p) -> 2)::picksDistinctCandidates),
        breach(
            "a position too far",
            new Breaches.OfPicker((c, k, t, p) -> {
              p[0] = k.size();
              return 1;
            })
                ::picksDistinctCandidates),
        breach("no position", new Breaches.OfPicker((c, k, t, p) -> 0)::picksDistinctCandidates),
        breach(
            "totals read too far",
            new Breaches.OfPicker((c, k, t, p) -> {
              for (int i = 1; i < t.length; i++) {
                p[0] = t[i] > t[p[0]] ? i : p[0];
              }
              return 1;
            })
                ::writesNoFurtherThanItMay),
        breach(
            "chance from elsewhere",
            new Breaches.OfPicker((c, k, t, p) -> {
              p[0] = ++calls[0] % k.size();
              return 1;
            })
                ::keepsNothingBetweenCycles));
  }

  private static DynamicTest breach(String name, ThrowingCallable contract) {
    return DynamicTest.dynamicTest(
        name,
        () ->
            assertThatThrownBy(contract)
                .isInstanceOfAny(AssertionError.class, IndexOutOfBoundsException.class));
  }

  private static void all(double[] scores, int count, double value) {
    for (int i = 0; i < count; i++) {
      scores[i] = value;
    }
  }
}
