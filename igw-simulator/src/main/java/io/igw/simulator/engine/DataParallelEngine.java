package io.igw.simulator.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * One server's engines behind one queue: data-parallel ranks, each with its own batch, KV cache and
 * adapters. A job goes to the rank with the least of four times its waiting and once its running
 * jobs, the first of equals, which is how vLLM's coordinator chooses. Ranks step by themselves, as
 * those of dense models do.
 *
 * <p><b>Threading.</b> One thread.
 */
public final class DataParallelEngine {
  private static final int WAITING_WEIGHT = 4;

  private final List<EngineModel> ranks;

  /**
   * Idle ranks with empty caches.
   *
   * @param parameters of each rank
   * @param size number of ranks, at least 1
   */
  public DataParallelEngine(EngineParameters parameters, int size, EngineModel.Listener listener) {
    List<EngineModel> models = new ArrayList<>();
    for (int i = 0; i < Ranges.positive("dataParallelSize", size); i++) {
      models.add(new EngineModel(parameters, listener));
    }
    this.ranks = List.copyOf(models);
  }

  /** Queues a job at a rank. */
  public void submit(Job job, long nowNanos) {
    EngineModel least = ranks.get(0);
    for (EngineModel rank : ranks) {
      if (load(rank) < load(least)) {
        least = rank;
      }
    }
    job.rank = ranks.indexOf(least);
    least.submit(job, nowNanos);
  }

  private static int load(EngineModel rank) {
    return WAITING_WEIGHT * rank.waitingJobs() + rank.runningJobs();
  }

  /** Forgets a job whose client is gone. */
  public void abort(Job job, long nowNanos) {
    ranks.get(job.rank).abort(job, nowNanos);
  }

  /**
   * When {@link #advance} has something to do; {@link EngineModel#IDLE} if nothing is under way.
   */
  public long nextNanos() {
    long next = EngineModel.IDLE;
    for (EngineModel rank : ranks) {
      next = Math.min(next, rank.nextNanos());
    }
    return next;
  }

  /** Lets time pass, rank by rank. */
  public void advance(long nowNanos) {
    for (EngineModel rank : ranks) {
      rank.advance(nowNanos);
    }
  }

  /** From the next step on everything takes this many times longer. */
  public void slowness(double factor) {
    ranks.forEach(rank -> rank.slowness(factor));
  }

  /** The ranks, from 0. */
  public List<EngineModel> ranks() {
    return ranks;
  }

  /** A count over all ranks, such as {@code EngineModel::waitingJobs}. */
  public int sum(ToIntFunction<EngineModel> count) {
    return ranks.stream().mapToInt(count).sum();
  }

  /** A count over all ranks, such as {@code EngineModel::preemptions}. */
  public long sumOf(ToLongFunction<EngineModel> count) {
    return ranks.stream().mapToLong(count).sum();
  }

  /** The greatest value of a rank, such as {@code EngineModel::kvUsage}. */
  public double most(ToDoubleFunction<EngineModel> value) {
    return ranks.stream().mapToDouble(value).max().orElse(0);
  }

  /** Names at any rank, such as {@code EngineModel::runningAdapters}. */
  public Set<String> union(Function<EngineModel, Set<String>> names) {
    Set<String> all = new LinkedHashSet<>();
    ranks.forEach(rank -> all.addAll(names.apply(rank)));
    return all;
  }
}
