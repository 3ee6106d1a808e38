package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.EndpointView;
import io.igw.spi.Filter;
import io.igw.spi.PerEndpoint;
import io.igw.spi.Picker;
import io.igw.spi.RequestParser;
import io.igw.spi.Scorer;
import io.igw.testkit.Words.Fault;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestFactory;

/** The contracts accept plugins that keep them and find those that do not. */
class ContractsTest {
  private static final PerEndpoint KEY = new Schema().perEndpoint("Type", "producer");
  private static int statics;
  private static volatile Object garbage;

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

  @Nested
  class OfASoundProducer extends ProducerContract {
    @Override
    protected DataProducer producer() {
      return (cycle, candidates) -> {
        double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
        for (int i = 0; i < candidates.size(); i++) {
          cycle.put(KEY, candidates.ordinal(i), 2 * waiting[i]);
        }
      };
    }
  }

  @Nested
  class OfASoundParser extends ParserContract {
    @Override
    protected RequestParser parser() {
      return new Words(Fault.NONE);
    }

    @Override
    protected List<Sample> requests() {
      return new Breaches.OfParser(parser()).requests();
    }

    @Override
    protected List<Sample> responses() {
      return new Breaches.OfParser(parser()).responses();
    }

    @Override
    protected Sample large(int characters) {
      return new Breaches.OfParser(parser()).large(characters);
    }
  }

  @TestFactory
  Stream<DynamicTest> pluginsThatDoNothingAreFound() {
    return Stream.of(
        breach(
            "the same score for all",
            new Breaches.OfScorer((c, k, s) -> all(s, k.size(), 1))::tellsCandidatesApart),
        breach(
            "a filter that keeps all",
            new Breaches.OfFilter((c, k) -> k.retainIf(i -> true))::removesSomeAndKeepsSome),
        breach(
            "a filter that removes all",
            new Breaches.OfFilter((c, k) -> k.retainIf(i -> false))::removesSomeAndKeepsSome),
        breach(
            "a producer of zeros",
            new Breaches.OfProducer((c, k) -> c.putAll(KEY, 0))::storesSomething));
  }

  @TestFactory
  List<DynamicContainer> everyRoleOfAPluginIsTested() {
    List<DynamicContainer> roles = Contracts.ofRoles(() -> Both::new);
    assertThat(roles)
        .extracting(DynamicContainer::getDisplayName)
        .containsExactly("filter", "scorer");
    return roles;
  }

  /** Prefers endpoints where less than four requests wait, or keeps them alone. */
  private static final class Both implements Filter, Scorer {
    @Override
    public void filter(Cycle cycle, Candidates candidates) {
      double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
      candidates.retainIf(i -> waiting[i] < 4);
    }

    @Override
    public void score(Cycle cycle, Candidates candidates, double[] scores) {
      double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
      for (int i = 0; i < candidates.size(); i++) {
        scores[i] = waiting[i] < 4 ? 1 : 0;
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> breachesOfTheThreadAndTheHeapAreFound() {
    return Stream.of(
        breach(
            "a score by place",
            new Breaches.OfScorer((c, k, s) -> s[k.size() - 1] = 1)::doesNotDependOnTheOrder),
        breach(
            "a cursor kept",
            new Breaches.OfScorer(new KeepsTheCursor())::keepsNothingBetweenCycles),
        breach(
            "static state",
            new Breaches.OfScorer((c, k, s) -> all(s, k.size(), 1.0 / ++statics))
                ::keepsNothingBetweenCycles),
        breach(
            "another score under the same seed",
            new Breaches.OfScorer(
                    (c, k, s) -> all(s, k.size(), ThreadLocalRandom.current().nextDouble()))
                ::keepsNothingBetweenCycles),
        breach(
            "an object for each score",
            new Breaches.OfScorer((c, k, s) -> {
              for (int i = 0; i < k.size(); i++) {
                garbage = new double[] {i};
                s[i] = 1;
              }
            })
                ::allocatesNothingPerEndpoint),
        breach(
            "a scorer that sleeps", new Breaches.OfScorer((c, k, s) -> Words.sleep())::neverWaits),
        breach(
            "a filter by place",
            new Breaches.OfFilter((c, k) -> k.retainIf(i -> i < 3))::doesNotDependOnTheOrder),
        breach(
            "a list of candidates",
            new Breaches.OfFilter((c, k) -> garbage = new int[k.size()])
                ::allocatesNothingPerEndpoint),
        breach("a filter that sleeps", new Breaches.OfFilter((c, k) -> Words.sleep())::neverWaits),
        breach(
            "a copy of the totals",
            new Breaches.OfPicker((c, k, t, p) -> {
              garbage = t.clone();
              return 1;
            })
                ::allocatesNothingPerEndpoint),
        breach(
            "a picker that sleeps",
            new Breaches.OfPicker((c, k, t, p) -> {
              Words.sleep();
              return 1;
            })
                ::neverWaits));
  }

  @TestFactory
  Stream<DynamicTest> breachesOfProducersAreFound() {
    int[] calls = {0};
    Thread home = Thread.currentThread();
    return Stream.of(
        breach(
            "an infinite value",
            new Breaches.OfProducer((c, k) -> c.put(KEY, 0, 1 / 0.0))::storesNothingInfinite),
        breach(
            "no candidates not minded",
            new Breaches.OfProducer((c, k) -> c.put(KEY, k.ordinal(0), 1))::acceptsNoCandidates),
        breach(
            "a count of calls",
            new Breaches.OfProducer((c, k) -> c.put(KEY, 0, ++calls[0]))
                ::keepsNothingBetweenCycles),
        breach(
            "a column written",
            new Breaches.OfProducer((c, k) -> c.inFlightTokens()[0] = 99)
                ::changesNothingThatItReads),
        breach(
            "a candidate removed",
            new Breaches.OfProducer((c, k) -> k.retainIf(i -> i > 0))::changesNothingThatItReads),
        breach(
            "a value by place",
            new Breaches.OfProducer((c, k) -> c.put(KEY, k.ordinal(0), 1))
                ::doesNotDependOnTheOrder),
        breach(
            "state of the first thread",
            new Breaches.OfProducer((c, k) -> c.put(KEY, 0, Thread.currentThread() == home ? 1 : 2))
                ::servesSeveralThreads),
        breach(
            "an array as long as the pool",
            new Breaches.OfProducer((c, k) -> garbage = new double[k.size()])
                ::allocatesNothingPerEndpoint),
        breach(
            "a producer that sleeps",
            new Breaches.OfProducer((c, k) -> Words.sleep())::neverWaits));
  }

  @TestFactory
  Stream<DynamicTest> breachesOfParsersAreFound() {
    return Stream.of(
        breach(
            "an array kept", parser(Fault.KEEPS_THE_ARRAY)::readsRequestsTheSameHoweverTheyAreCut),
        breach(
            "a count of pieces", parser(Fault.SEES_PIECES)::readsRequestsTheSameHoweverTheyAreCut),
        breach("an exception", parser(Fault.THROWS)::survivesDamage),
        breach(
            "an error that repeats the prompt", parser(Fault.REPEATS_THE_PROMPT)::survivesDamage),
        breach("a copy of the body", parser(Fault.COPIES)::copiesNoBody),
        breach("a parser that sleeps", parser(Fault.SLEEPS)::neverWaits));
  }

  private static Breaches.OfParser parser(Fault fault) {
    return new Breaches.OfParser(new Words(fault));
  }

  /** Reads the first candidate's number through a cursor that it was lent earlier. */
  private static final class KeepsTheCursor implements Scorer {
    private EndpointView kept;

    @Override
    public void score(Cycle cycle, Candidates candidates, double[] scores) {
      if (kept == null) {
        kept = cycle.view(0);
      }
      all(scores, candidates.size(), kept.get(Signal.RUNNING_REQUESTS) > 3 ? 1 : 0);
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
