package io.igw.scheduler.plugins;

import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Scorer;

/**
 * Scores the free share of the KV cache: {@code 1 − usage} (plugins-scheduling.md 3.1). Type {@code
 * kv-cache-utilization-scorer}.
 */
final class KvCacheScorer implements Scorer {
  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    double[] usage = cycle.column(Signal.KV_CACHE_USAGE);
    for (int i = 0; i < candidates.size(); i++) {
      scores[i] = 1 - usage[i];
    }
    AbsentNumbers.fill(scores, candidates.size());
  }

  @Override
  public Inputs inputs() {
    return Inputs.SNAPSHOT;
  }
}
