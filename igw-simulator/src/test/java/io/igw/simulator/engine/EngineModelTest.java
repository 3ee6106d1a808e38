package io.igw.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine's model against theory, and its laws on random schedules. */
class EngineModelTest {
  private static final long MILLI = 1_000_000;

  /** One millisecond a step, ten microseconds a token; blocks of 64. */
  private static EngineParameters plain(int sequences, int batchedTokens, int blocks) {
    return new EngineParameters(
        sequences, batchedTokens, 64, blocks, 2, 5 * MILLI, MILLI, 0, 0, 10_000, 0, 0);
  }

  /** Counts what an engine says. */
  private static final class Log implements EngineModel.Listener {
    final Map<Job, Integer> tokens = new HashMap<>();
    final List<Job> ended = new ArrayList<>();

    @Override
    public void token(Job job, long nowNanos) {
      tokens.merge(job, 1, Integer::sum);
    }

    @Override
    public void ended(Job job, long nowNanos) {
      ended.add(job);
    }
  }

  private static Job job(int prompt, int output, long arrival, long... hashes) {
    return new Job(prompt, output, hashes, null, arrival);
  }

  private static void finish(EngineModel engine) {
    while (engine.nextNanos() != EngineModel.IDLE) {
      engine.advance(engine.nextNanos());
    }
  }

  @Test
  void aLoneJobTakesItsStepsAndTokens() {
    Log log = new Log();
    EngineModel engine = new EngineModel(plain(8, 256, 100), log);
    Job job = job(600, 5, 0);
    engine.submit(job, 0);
    finish(engine);
    // Chunks of 256, 256 and 88, the last of which yields the first token; then four steps of one.
    assertThat(job.firstTokenNanos()).isEqualTo(3 * MILLI + 600 * 10_000);
    assertThat(job.endedNanos() - job.firstTokenNanos()).isEqualTo(4 * (MILLI + 10_000));
    assertThat(log.tokens).isEqualTo(Map.of(job, 5));
    assertThat(engine.kvUsage()).isZero();
  }

  @Test
  void whenBlocksRunOutTheLastAdmittedIsComputedAgain() {
    Log log = new Log();
    EngineModel engine = new EngineModel(plain(8, 4096, 4), log);
    Job first = job(120, 20, 0);
    Job second = job(120, 20, 0);
    engine.submit(first, 0);
    engine.submit(second, 0);
    finish(engine);
    // Two blocks each; the token after the 128th of either needs a fifth.
    assertThat(engine.preemptions()).isEqualTo(1);
    assertThat(first.preemptions()).isZero();
    assertThat(second.preemptions()).isEqualTo(1);
    // The second goes on once the first has ended, with its prompt and its tokens so far.
    assertThat(second.endedNanos() - first.endedNanos()).isGreaterThan(128 * 10_000 + 10 * MILLI);
    assertThat(log.tokens).isEqualTo(Map.of(first, 20, second, 20));
    assertThat(log.ended).containsExactly(first, second);
  }

  @Test
  void aCachedPrefixIsNotComputed() {
    EngineModel engine = new EngineModel(plain(8, 4096, 100), new Log());
    long[] prefix = LongStream.range(0, 10).toArray();
    Job first = job(650, 1, 0, prefix);
    engine.submit(first, 0);
    finish(engine);
    Job second = job(650, 1, first.endedNanos(), prefix);
    engine.submit(second, first.endedNanos());
    finish(engine);
    assertThat(first.cachedTokens()).isZero();
    assertThat(second.cachedTokens()).isEqualTo(640);
    assertThat(second.firstTokenNanos() - second.arrivedNanos()).isEqualTo(MILLI + 10 * 10_000);
    // A prompt of cached blocks alone still computes its last one.
    Job whole = job(640, 1, second.endedNanos(), prefix);
    engine.submit(whole, second.endedNanos());
    finish(engine);
    assertThat(whole.cachedTokens()).isEqualTo(576);
  }

  @Test
  void theLeastRecentlyUsedPrefixGoesFirst() {
    EngineModel engine = new EngineModel(plain(8, 4096, 4), new Log());
    long now = 0;
    for (long content : new long[] {1, 2, 3, 1, 4}) {
      Job job = job(65, 1, now, content);
      engine.submit(job, now);
      finish(engine);
      now = job.endedNanos();
    }
    assertThat(engine.cachedBlocks()).isLessThanOrEqualTo(4);
    Job kept = job(65, 1, now, 1);
    engine.submit(kept, now);
    finish(engine);
    assertThat(kept.cachedTokens()).isEqualTo(64);
  }

  @Test
  void adaptersLoadOnceAndWaitForASlot() {
    Log log = new Log();
    EngineModel engine = new EngineModel(plain(8, 4096, 100), log);
    Job[] jobs = new Job[3];
    for (int i = 0; i < 3; i++) {
      jobs[i] = new Job(64, 10, new long[0], "adapter-" + i, 0);
      engine.submit(jobs[i], 0);
    }
    assertThat(engine.runningJobs()).isEqualTo(1);
    finish(engine);
    assertThat(jobs[2].firstTokenNanos()).isGreaterThan(jobs[0].endedNanos());
    assertThat(engine.loadedAdapters()).hasSize(2).contains("adapter-2");
    assertThat(log.ended).hasSize(3);
  }

  @Test
  void aJobThatNeverFitsEndsUnserved() {
    Log log = new Log();
    EngineModel engine = new EngineModel(plain(8, 4096, 4), log);
    Job large = job(1000, 1, 0);
    Job grows = job(200, 100, 0);
    Job small = job(64, 1, 0);
    engine.submit(large, 0);
    engine.submit(grows, 0);
    engine.submit(small, 0);
    finish(engine);
    assertThat(log.ended).containsExactlyInAnyOrder(large, grows, small);
    assertThat(large.complete()).isFalse();
    assertThat(grows.complete()).isFalse();
    assertThat(small.complete()).isTrue();
    assertThat(engine.kvUsage()).isZero();
  }

  @Test
  void anAbortedJobGivesItsBlocksBack() {
    EngineModel engine = new EngineModel(plain(1, 4096, 100), new Log());
    Job running = job(640, 1000, 0);
    Job waiting = job(64, 1, 0);
    engine.submit(running, 0);
    engine.submit(waiting, 0);
    engine.advance(10 * MILLI);
    engine.abort(running, 10 * MILLI);
    engine.abort(running, 11 * MILLI);
    finish(engine);
    assertThat(running.endedNanos()).isEqualTo(10 * MILLI);
    assertThat(waiting.complete()).isTrue();
    assertThat(engine.kvUsage()).isZero();
    assertThat(engine.runningJobs()).isZero();
  }

  /** Mean wait of M/D/1: {@code ρ S / (2 (1 − ρ))}. */
  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.7, 0.8})
  void oneAtATimeWaitsAsTheoryHasIt(double utilisation) {
    EngineModel engine = new EngineModel(plain(1, 4096, 1000), new Log());
    double service = MILLI + 900 * 10_000;
    SplittableRandom random = new SplittableRandom(1);
    int count = 200_000;
    double arrival = 0;
    double waited = 0;
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      arrival += -Math.log(1 - random.nextDouble()) * service / utilisation;
      Job job = job(900, 1, (long) arrival);
      engine.advance((long) arrival);
      engine.submit(job, (long) arrival);
      jobs.add(job);
    }
    finish(engine);
    for (Job job : jobs) {
      waited += job.endedNanos() - job.arrivedNanos() - service;
    }
    double expected = utilisation * service / (2 * (1 - utilisation));
    assertThat(waited / count).isCloseTo(expected, within(0.03 * expected));
  }

  @ParameterizedTest
  @CsvSource({"1,40", "2,40", "3,20", "4,12", "5,1000", "6,25", "7,16", "8,11"})
  void nothingIsLostOrServedTwice(long seed, int blocks) {
    SplittableRandom random = new SplittableRandom(seed);
    Log log = new Log();
    EngineModel engine =
        new EngineModel(plain(1 + random.nextInt(12), 64 + random.nextInt(500), blocks), log);
    List<Job> jobs = new ArrayList<>();
    List<Job> aborted = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 2000; i++) {
      now += random.nextInt(3_000_000);
      engine.advance(now);
      long[] hashes = new long[random.nextInt(6)];
      long family = random.nextInt(5);
      for (int b = 0; b < hashes.length; b++) {
        hashes[b] = family * 100 + b;
      }
      int prompt = hashes.length * 64 + 1 + random.nextInt(100);
      String adapter = random.nextInt(4) == 0 ? "adapter-" + random.nextInt(4) : null;
      Job job = new Job(prompt, 1 + random.nextInt(40), hashes, adapter, now);
      engine.submit(job, now);
      jobs.add(job);
      if (random.nextInt(10) == 0) {
        Job victim = jobs.get(random.nextInt(jobs.size()));
        if (!victim.ended()) {
          engine.abort(victim, now);
          aborted.add(victim);
        }
      }
      assertThat(engine.kvUsage()).isBetween(0.0, 1.0);
    }
    finish(engine);
    assertThat(engine.waitingJobs() + engine.runningJobs()).isZero();
    assertThat(engine.kvUsage()).isZero();
    assertThat(engine.runningAdapters()).isEmpty();
    assertThat(log.ended).doesNotHaveDuplicates().doesNotContainAnyElementsOf(aborted);
    assertThat(log.ended).hasSize(jobs.size() - aborted.size());
    for (Job job : log.ended) {
      // Tokens in are tokens out, or the job did not fit and is said not to be complete.
      boolean whole = log.tokens.getOrDefault(job, 0) == job.outputTokens();
      assertThat(job.complete()).isEqualTo(whole);
      assertThat(whole || job.promptTokens() + job.outputTokens() > blocks * 64).isTrue();
    }
  }

  @Test
  void theSameCallsLeadToTheSameTimes() {
    List<Long> first = ends();
    assertThat(ends()).isEqualTo(first);
  }

  private static List<Long> ends() {
    EngineModel engine =
        new EngineModel(EnginePreset.LLAMA_8B_H100.parameters(64).withNumGpuBlocks(200), new Log());
    SplittableRandom random = new SplittableRandom(5);
    List<Job> jobs = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 500; i++) {
      now += random.nextInt(50_000_000);
      engine.advance(now);
      Job job = job(1 + random.nextInt(3000), 1 + random.nextInt(200), now, random.nextInt(3));
      engine.submit(job, now);
      jobs.add(job);
    }
    finish(engine);
    return jobs.stream().map(Job::endedNanos).toList();
  }
}
