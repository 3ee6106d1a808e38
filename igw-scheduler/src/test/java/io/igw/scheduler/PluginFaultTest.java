package io.igw.scheduler;

import static io.igw.scheduler.Fixture.REQUEST;
import static io.igw.scheduler.Fixture.decide;
import static io.igw.scheduler.Fixture.fixed;
import static io.igw.scheduler.Fixture.number;
import static io.igw.scheduler.Fixture.only;
import static io.igw.scheduler.Fixture.reject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.Prompt;
import io.igw.api.Rejection;
import io.igw.api.Schema;
import io.igw.spi.Cycle;
import io.igw.spi.PerEndpoint;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PluginFaultTest {
  private final Fixture.Recorder recorder = new Fixture.Recorder();
  private final EndpointPool pool = Fixture.pool(4);

  private Scheduler scheduler(Consumer<Profile.Builder> profile) {
    return standing().metrics(recorder).profile("p", profile).build();
  }

  /** By the system's clock, a pause of the machine would make a plugin slow: one more fault. */
  private SchedulerBuilder standing() {
    return Fixture.scheduler(pool).nanoClock(() -> 0);
  }

  private static RuntimeException failure() {
    return new IllegalStateException("not for the log");
  }

  @ParameterizedTest
  @CsvSource({
    "0.25,0.25,",
    "0,0,",
    "1,1,",
    "-0.0,0,",
    "1.5,1,range",
    "-3,0,range",
    "NaN,0,nan",
    "Infinity,0,nan",
    "-Infinity,0,nan"
  })
  void scoresAreClampedAndCounted(double score, double counted, @Nullable String fault) {
    Scheduler scheduler = scheduler(p -> p.scorer("s", fixed(0, score, 0, 0), 2));
    Evaluation.ProfileRun run = scheduler.evaluate(REQUEST).profiles().get(0);
    double total =
        run.candidates().stream()
            .filter(c -> number(c.endpoint()) == 1)
            .findFirst()
            .orElseThrow()
            .total();
    assertThat(total).isEqualTo(2 * counted, within(0.0));
    if (fault == null) {
      assertThat(recorder.faults).isEmpty();
    } else {
      assertThat(recorder.faults).containsOnlyKeys("s " + fault).containsEntry("s " + fault, 1);
    }
  }

  @Test
  void aThrowingScorerAddsNothing() {
    Scorer halfDone =
        (cycle, candidates, scores) -> {
          scores[0] = 1;
          throw failure();
        };
    Scheduler scheduler =
        scheduler(p -> p.scorer("bad", halfDone, 9).scorer("good", fixed(0, 0, 1, 0), 1));
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(2);
    assertThat(recorder.faults).containsOnlyKeys("bad threw");
  }

  @Test
  void aSnapshotScorerThatThrowsIsCountedOncePerSnapshot() {
    Scorer bad =
        Fixture.bySnapshot((cycle, candidates, scores) -> {
          throw failure();
        });
    Scheduler scheduler = scheduler(p -> p.scorer("bad", bad, 1));
    decide(scheduler);
    decide(scheduler);
    assertThat(recorder.faults).containsEntry("bad threw", 1);
  }

  @Test
  void aPositionThatAScorerLeavesOutAddsNothing() {
    Scheduler scheduler =
        scheduler(p ->
            p.scorer("full", fixed(1, 1, 1, 0.9), 1)
                .scorer("part", (cycle, candidates, scores) -> scores[3] = 0.5, 1));
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(3);
  }

  @Test
  void aThrowingFilterKeepsItsInput() {
    Scheduler scheduler =
        scheduler(p ->
            p.filter("first", only(1, 2))
                .filter(
                    "bad",
                    (cycle, candidates) -> {
                      candidates.retainIf(i -> i == 0);
                      candidates.retain(new long[0]);
                      throw failure();
                    })
                .filter(
                    "worse",
                    (cycle, candidates) ->
                        candidates.retainIf(i -> {
                          if (i == 1) {
                            throw failure();
                          }
                          return false;
                        }))
                .scorer("s", fixed(0, 0, 1, 1), 1));
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(2);
    assertThat(recorder.faults).containsOnlyKeys("bad threw", "worse threw");
  }

  @Test
  void onlyAFilterNarrows() {
    Scheduler scheduler =
        scheduler(p ->
            p.filter(
                    "nested",
                    (cycle, candidates) ->
                        candidates.retainIf(i -> {
                          candidates.retain(new long[0]);
                          return true;
                        }))
                .scorer("s", (cycle, candidates, scores) -> candidates.retainIf(i -> false), 1));
    assertThat(decide(scheduler)).isNotNull();
    assertThat(recorder.faults).containsOnlyKeys("nested threw", "s threw");
  }

  @Test
  void aThrowingPickerFallsBackToTheBestScore() {
    Scheduler scheduler =
        scheduler(p ->
            p.scorer("s", fixed(0, 0, 0, 1), 1)
                .picker(
                    "bad",
                    (cycle, candidates, totals, picked) -> {
                      throw failure();
                    }));
    assertThat(number(decide(scheduler).endpoint())).isEqualTo(3);
    assertThat(recorder.faults).containsOnlyKeys("bad threw");
  }

  static Stream<Arguments> brokenPicks() {
    return Stream.of(
        Arguments.of("nothing", new int[] {}, 0, new int[] {3}),
        Arguments.of("negative count", new int[] {}, -1, new int[] {3}),
        Arguments.of("behind the end", new int[] {4}, 1, new int[] {3}),
        Arguments.of("negative", new int[] {-1}, 1, new int[] {3}),
        Arguments.of("one good", new int[] {7, 2}, 2, new int[] {2}),
        Arguments.of("twice", new int[] {1, 1, 0}, 3, new int[] {1, 0}),
        Arguments.of("count too large", new int[] {0, 1, 2, 3}, 9, new int[] {0, 1, 2, 3}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenPicks")
  void aBrokenPickIsRepairedAndCounted(String what, int[] positions, int count, int[] expected) {
    Scheduler scheduler =
        scheduler(p ->
            p.scorer("s", fixed(0, 0, 0, 1), 1)
                .picker(
                    "bad",
                    (cycle, candidates, totals, picked) -> {
                      System.arraycopy(positions, 0, picked, 0, positions.length);
                      return count;
                    }));
    for (int round = 1; round <= 2; round++) {
      Decision decision = decide(scheduler);
      assertThat(number(decision.endpoint())).isEqualTo(expected[0]);
      assertThat(decision.fallbacks())
          .extracting(Fixture::number)
          .containsExactlyElementsOf(Arrays.stream(expected).skip(1).boxed().toList());
      assertThat(recorder.faults).containsOnlyKeys("bad range").containsEntry("bad range", round);
    }
  }

  /** Whoever has not declared that it produces a number may not write it, in whatever role. */
  @Test
  void anUndeclaredWriteFailsThePlugin() {
    PluginGraph graph =
        new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run);
    PerEndpoint written = graph.context("owner").produces("Number");
    PerEndpoint read = graph.context("reader").consumes("Number", "owner", true);
    double[] seen = {-1};
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .schema(graph.schema())
            .metrics(recorder)
            .producer("owner", (cycle, candidates) -> cycle.put(written, 0, 7))
            .producer("one", (cycle, candidates) -> cycle.put(read, 0, 9))
            .producer("all", (cycle, candidates) -> cycle.putAll(read, 9))
            .profile(
                "p",
                p ->
                    p.filter("filter", (cycle, candidates) -> cycle.put(read, 0, 9))
                        .scorer(
                            "scorer", (cycle, candidates, s) -> seen[0] = cycle.values(read)[0], 1))
            .build();
    assertThat(decide(scheduler)).isNotNull();
    assertThat(seen).containsExactly(7);
    assertThat(recorder.faults).containsOnlyKeys("one threw", "all threw", "filter threw");
  }

  @Test
  void aFailingProducerIsSkippedAloneAndSoIsAListener() {
    int[] ran = {0, 0};
    Scheduler scheduler =
        standing()
            .metrics(recorder)
            .profile("p", p -> {})
            .producer(
                "bad",
                (cycle, candidates) -> {
                  throw failure();
                })
            .producer("good", (cycle, candidates) -> ran[0]++)
            .listener(
                "deaf",
                (cycle, results, primary) -> {
                  results.repick("p", 0);
                })
            .listener("keen", (cycle, results, primary) -> ran[1]++)
            .build();
    assertThat(decide(scheduler)).isNotNull();
    assertThat(ran).containsExactly(1, 1);
    assertThat(recorder.faults).containsOnlyKeys("bad threw", "deaf threw");
  }

  @Test
  void aThrowingDetectorAdmits() {
    Scheduler scheduler =
        standing()
            .metrics(recorder)
            .profile("p", p -> {})
            .saturationDetector((cycle, candidates) -> {
              throw failure();
            })
            .build();
    assertThat(decide(scheduler, InferenceRequest.builder().priority(-1).build())).isNotNull();
    assertThat(recorder.faults).containsOnlyKeys("saturation-detector threw");
  }

  static Stream<Arguments> handlers() {
    return Stream.of(
        Arguments.of("throws", handler("!", "p"), Rejections.HANDLER_FAILED),
        Arguments.of("unknown profile", handler("q", "p"), Rejections.HANDLER_FAILED),
        Arguments.of("none", handler(null, "p"), Rejections.NO_PROFILE),
        Arguments.of("merges nothing", handler("p", null), Rejections.NO_RESULT),
        Arguments.of("merges unknown", handler("p", "q"), Rejections.NO_RESULT),
        Arguments.of("merge throws", handler("p", "!"), Rejections.HANDLER_FAILED),
        Arguments.of("runs twice", handler("p", "p", true), Rejections.HANDLER_FAILED));
  }

  private static ProfileHandler handler(@Nullable String next, @Nullable String merged) {
    return handler(next, merged, false);
  }

  private static ProfileHandler handler(
      @Nullable String next, @Nullable String merged, boolean again) {
    return new ProfileHandler() {
      @Override
      public @Nullable String next(Cycle cycle, ProfileResults results) {
        return checked(results.ran("p") && !again ? null : next);
      }

      @Override
      public @Nullable String merge(Cycle cycle, ProfileResults results) {
        return checked(merged);
      }

      private @Nullable String checked(@Nullable String name) {
        if ("!".equals(name)) {
          throw failure();
        }
        return name;
      }
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("handlers")
  void aBrokenHandlerIsAnInternalRejection(
      String what, ProfileHandler handler, Rejection expected) {
    Scheduler scheduler =
        Fixture.scheduler(pool).profile("p", p -> {}).profileHandler(handler).build();
    assertThat(reject(scheduler, REQUEST)).isSameAs(expected);
    assertThat(expected.reason()).isEqualTo(Rejection.Reason.INTERNAL);
    assertThat(Fixture.totalRequests(pool, Fixture.endpoints(pool))).isZero();
  }

  @Test
  void anUnreadableRequestIsRefusedAndReservesNothing() {
    Prompt broken =
        new Prompt() {
          @Override
          public int estimatedTokens() {
            throw failure();
          }

          @Override
          public int blocks(int blockTokens) {
            return 0;
          }

          @Override
          public long blockHash(int blockTokens, int block) {
            return 0;
          }
        };
    Scheduler scheduler = scheduler(p -> {});
    InferenceRequest request = InferenceRequest.builder().prompt(broken).build();
    assertThat(reject(scheduler, request)).isSameAs(Rejections.REQUEST_FAILED);
    assertThat(Fixture.totalRequests(pool, Fixture.endpoints(pool))).isZero();
    assertThat(scheduler.openLeases()).isZero();
  }

  @Test
  void aPluginThatSchedulesInItsTurnGetsAnotherWorkspace() {
    Scheduler inner = scheduler(p -> p.scorer("s", fixed(0, 1, 0, 0), 1));
    Scheduler[] self = new Scheduler[1];
    int[] depth = {0};
    self[0] =
        scheduler(p ->
            p.scorer(
                "s",
                (cycle, candidates, scores) -> {
                  if (depth[0]++ == 0) {
                    assertThat(number(decide(self[0]).endpoint())).isEqualTo(2);
                    assertThat(number(decide(inner).endpoint())).isEqualTo(1);
                  }
                  scores[2] = 1;
                },
                1));
    assertThat(number(decide(self[0]).endpoint())).isEqualTo(2);
    assertThat(recorder.faults).isEmpty();
  }
}
