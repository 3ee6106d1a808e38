package io.igw.scheduler.plugins;

import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Scorer;

/**
 * Scores the free share of the KV cache: {@code 1 − usage} (plugins-scheduling.md 3.1); usage above
 * 1, which some engines report for a moment, scores 0. Type {@code kv-cache-utilization-scorer}.
 *
 * <p>An endpoint whose usage was never seen scores {@code absentScore}, without which it is the
 * mean of the others. The age of a number is not looked at, so that the score can be kept with the
 * snapshot: whoever publishes snapshots decides what is too old.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass over a column, once per snapshot while
 * nothing is filtered.
 */
final class KvCacheScorer implements Scorer {
  private final double absent;

  KvCacheScorer(double absent) {
    this.absent = absent;
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    double[] usage = cycle.column(Signal.KV_CACHE_USAGE);
    for (int i = 0; i < size; i++) {
      double free = 1 - usage[i];
      // NaN passes both bounds, for the mean to replace it.
      scores[i] = free < 0 ? 0 : free > 1 ? 1 : free;
    }
    AbsentNumbers.fill(scores, size, absent);
  }

  @Override
  public Inputs inputs() {
    return Inputs.SNAPSHOT;
  }
}
