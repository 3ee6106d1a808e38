package io.igw.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DataParallelEngineTest {
  private static final EngineParameters PARAMETERS =
      EnginePreset.LLAMA_8B_H100.parameters(64).withNumGpuBlocks(200).withBatch(2, 512);

  private final List<Job> ended = new ArrayList<>();
  private final EngineModel.Listener log =
      new EngineModel.Listener() {
        @Override
        public void token(Job job, long nowNanos) {}

        @Override
        public void ended(Job job, long nowNanos) {
          ended.add(job);
        }
      };

  private static Job job(int prompt, int output, long first, long now) {
    long[] hashes = new long[prompt / 64];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = first + i;
    }
    return new Job(prompt, output, hashes, null, now);
  }

  private static List<Integer> runningAndWaiting(DataParallelEngine engine) {
    return engine.ranks().stream().map(rank -> rank.runningJobs() + rank.waitingJobs()).toList();
  }

  @Test
  void aJobGoesToTheRankWithTheLeast() {
    DataParallelEngine engine = new DataParallelEngine(PARAMETERS, 3, log);
    for (int i = 0; i < 4; i++) {
      engine.submit(job(128, 8, 1000L * i, 0), 0);
    }
    assertThat(runningAndWaiting(engine)).containsExactly(2, 1, 1);
    // A waiting job weighs four running ones: rank 0 has one that waits.
    engine.submit(job(128, 8, 9000, 0), 0);
    assertThat(runningAndWaiting(engine)).containsExactly(2, 2, 1);
  }

  @Test
  void everyRankHasACacheOfItsOwn() {
    DataParallelEngine engine = new DataParallelEngine(PARAMETERS, 2, log);
    Job first = job(640, 1, 5, 0);
    Job beside = job(640, 1, 5, 0);
    engine.submit(first, 0);
    engine.submit(beside, 0);
    long end = 1_000_000_000L;
    engine.advance(end);
    Job later = job(640, 1, 5, end);
    engine.submit(later, end);
    engine.advance(2 * end);
    assertThat(first.cachedTokens()).isZero();
    assertThat(beside.cachedTokens()).isZero();
    assertThat(later.cachedTokens()).isEqualTo(576);
    assertThat(engine.nextNanos()).isEqualTo(EngineModel.IDLE);
  }

  @Test
  void noJobIsLostOrServedTwice() {
    for (int seed = 0; seed < 30; seed++) {
      ended.clear();
      Random random = new Random(seed);
      DataParallelEngine engine = new DataParallelEngine(PARAMETERS, 1 + random.nextInt(4), log);
      List<Job> jobs = new ArrayList<>();
      long now = 0;
      int aborted = 0;
      for (int i = 0; i < 200; i++) {
        now += random.nextInt(20_000_000);
        engine.advance(now);
        Job job = job(1 + random.nextInt(2000), 1 + random.nextInt(30), random.nextInt(9), now);
        jobs.add(job);
        engine.submit(job, now);
        Job other = jobs.get(random.nextInt(jobs.size()));
        if (random.nextInt(10) == 0 && !other.ended()) {
          engine.abort(other, now);
          aborted++;
        }
      }
      while (engine.nextNanos() != EngineModel.IDLE) {
        engine.advance(engine.nextNanos());
      }
      assertThat(ended).doesNotHaveDuplicates().hasSize(jobs.size() - aborted);
      assertThat(jobs).allMatch(Job::ended);
      assertThat(engine.most(EngineModel::kvUsage)).isZero();
      assertThat(engine.sum(EngineModel::runningJobs)).isZero();
    }
  }

  @Test
  void oneRankIsTheLeast() {
    assertThatThrownBy(() -> new DataParallelEngine(PARAMETERS, 0, log))
        .hasMessage("dataParallelSize: 0 (expected: > 0)");
  }
}
