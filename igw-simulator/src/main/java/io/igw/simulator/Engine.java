package io.igw.simulator;

import io.igw.api.Prompt;
import io.igw.simulator.engine.DataParallelEngine;
import io.igw.simulator.engine.EngineModel;
import io.igw.simulator.engine.Job;
import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Drives an {@link EngineModel} in real time: its steps end when the event loop's timer says so.
 *
 * <p><b>Threading.</b> Confined to its event loop.
 */
final class Engine implements EngineModel.Listener {
  /** A slow engine takes this many times longer. */
  private static final int SLOW_FACTOR = 10;

  private final EngineSettings settings;
  private final EventLoop loop;
  private final EngineCounters counters;
  private final Map<Job, Generation> generations = new IdentityHashMap<>();
  private final long startNanos;
  private DataParallelEngine model;
  private boolean advancing;
  private long timerNanos = EngineModel.IDLE;

  Engine(EngineSettings settings, EventLoop loop, EngineCounters counters) {
    this.settings = settings;
    this.loop = loop;
    this.counters = counters;
    this.startNanos = loop.ticker().nanoTime();
    this.model = empty();
  }

  private DataParallelEngine empty() {
    return new DataParallelEngine(settings.parameters(), settings.dataParallelSize(), this);
  }

  /** Simulated time. */
  private long now() {
    return (long) ((loop.ticker().nanoTime() - startNanos) * settings.speed());
  }

  /** Queues a request; the listener hears later. */
  Generation submit(Prompt prompt, String name, int limit, Generation.Listener listener) {
    long[] hashes = Job.blockHashes(prompt, EngineSettings.BLOCK_TOKENS);
    return submit(prompt.estimatedTokens(), hashes, name, limit, listener);
  }

  /** Queues a request whose prompt is known by the hashes of its blocks. */
  Generation submit(
      int tokens, long[] hashes, String name, int limit, Generation.Listener listener) {
    long now = now();
    advance(now);
    Job job =
        new Job(
            Math.max(1, tokens),
            limit > 0 ? limit : settings.defaultOutputTokens(),
            hashes,
            name.equals(settings.baseModel()) ? null : name,
            now);
    Generation generation = new Generation(job, listener);
    generations.put(job, generation);
    counters.accepted(job);
    model.submit(job, now);
    wake();
    return generation;
  }

  /** The client is gone. */
  void abort(Generation generation) {
    if (generations.remove(generation.job) != null) {
      counters.aborted();
      model.abort(generation.job, now());
      wake();
    }
  }

  /** Sets the timer to the end of the step under way, if none is set for it or earlier. */
  private void wake() {
    long next = model.nextNanos();
    if (advancing || next == EngineModel.IDLE || next >= timerNanos) {
      return;
    }
    timerNanos = next;
    DataParallelEngine timed = model;
    long real = (long) Math.ceil((next - now()) / settings.speed());
    loop.schedule(() -> elapsed(timed, next), Math.max(0, real), TimeUnit.NANOSECONDS);
  }

  private void elapsed(DataParallelEngine timed, long at) {
    if (timed != model || at != timerNanos) {
      return;
    }
    // Rounding must not leave the step a nanosecond short.
    long now = Math.max(now(), timerNanos);
    timerNanos = EngineModel.IDLE;
    advance(now);
    wake();
  }

  /** A listener that hears of its end may submit the next request at once: that is no new step. */
  private void advance(long now) {
    if (!advancing) {
      advancing = true;
      try {
        model.advance(now);
      } finally {
        advancing = false;
      }
    }
  }

  @Override
  public void token(Job job, long nowNanos) {
    Generation generation = generations.get(job);
    if (generation == null) {
      return;
    }
    if (job.generatedTokens() == 1) {
      counters.prefilled(job, settings.speed());
    }
    generation.listener.token(job.generatedTokens() - 1);
  }

  @Override
  public void ended(Job job, long nowNanos) {
    Generation generation = generations.remove(job);
    if (generation == null) {
      return;
    }
    if (job.complete()) {
      counters.completed(job, settings.speed());
      generation.listener.done();
    } else {
      counters.aborted();
      generation.listener.impossible();
    }
  }

  void slow(boolean value) {
    model.slowness(value ? SLOW_FACTOR : 1);
  }

  int waitingRequests() {
    return model.sum(EngineModel::waitingJobs);
  }

  int runningRequests() {
    return model.sum(EngineModel::runningJobs);
  }

  /** Share of KV blocks that running requests hold, at the fullest rank. */
  double kvUsage() {
    return most(EngineModel::kvUsage);
  }

  /** The greatest value of a rank. */
  double most(ToDoubleFunction<EngineModel> value) {
    return model.most(value);
  }

  /** The data-parallel ranks. */
  List<EngineModel> ranks() {
    return model.ranks();
  }

  int cachedBlocks() {
    return model.sum(EngineModel::cachedBlocks);
  }

  Set<String> loadedAdapters() {
    return model.union(EngineModel::loadedAdapters);
  }

  Set<String> runningAdapters() {
    return model.union(EngineModel::runningAdapters);
  }

  Set<String> waitingAdapters() {
    return model.union(EngineModel::waitingAdapters);
  }

  long preemptions() {
    return model.sumOf(EngineModel::preemptions);
  }

  /** As after a restart: nothing cached, nothing loaded, nothing queued. */
  void restart() {
    generations.clear();
    counters.processStarted();
    timerNanos = EngineModel.IDLE;
    model = empty();
  }
}
