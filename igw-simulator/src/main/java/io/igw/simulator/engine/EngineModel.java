package io.igw.simulator.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An engine that generates nothing but takes its time: see the package for what is modelled.
 *
 * <p>A driver submits jobs and calls {@link #advance} at {@link #nextNanos}, or later; times must
 * not run backwards. The same calls lead to the same results.
 *
 * <p><b>Threading.</b> One thread.
 */
public final class EngineModel {
  /** {@link #nextNanos} of an engine with nothing to do. */
  public static final long IDLE = Long.MAX_VALUE;

  /** Hears what happens to jobs, within {@link #advance}. */
  public interface Listener {
    /** A job's next token is there. */
    void token(Job job, long nowNanos);

    /** A job has all its tokens, or can never run since it needs more blocks than there are. */
    void ended(Job job, long nowNanos);
  }

  private final EngineParameters parameters;
  private final Listener listener;
  private final BlockCache blocks;
  private final LoraSlots loras;
  private final Deque<Job> waiting = new ArrayDeque<>();
  private final List<Job> running = new ArrayList<>();
  private int leaving;
  private long stepEnd = IDLE;
  private double slowness = 1;
  private long preemptions;

  /** An idle engine with empty caches. */
  public EngineModel(EngineParameters parameters, Listener listener) {
    this.parameters = parameters;
    this.listener = listener;
    this.blocks = new BlockCache(parameters.numGpuBlocks());
    this.loras = new LoraSlots(parameters.maxLoras());
  }

  /** Queues a job. */
  public void submit(Job job, long nowNanos) {
    waiting.addLast(job);
    if (stepEnd == IDLE) {
      begin(nowNanos);
    }
  }

  /** Forgets a job whose client is gone. */
  public void abort(Job job, long nowNanos) {
    if (job.ended()) {
      return;
    }
    job.ended(nowNanos);
    if (!waiting.remove(job)) {
      // It leaves the list when the next step begins: a listener may be looking at it.
      leaving++;
      release(job);
      if (leaving == running.size() && nowNanos < stepEnd) {
        // Nobody is left to compute for.
        stepEnd = nowNanos;
      }
    }
  }

  /** When {@link #advance} has something to do; {@link #IDLE} if nothing is under way. */
  public long nextNanos() {
    return stepEnd;
  }

  /** Lets time pass. */
  public void advance(long nowNanos) {
    while (stepEnd <= nowNanos) {
      long now = stepEnd;
      finish(now);
      begin(now);
    }
  }

  /** From the next step on everything takes this many times longer. */
  public void slowness(double factor) {
    slowness = factor;
  }

  private void begin(long now) {
    // Not idle: what a listener submits meanwhile waits.
    stepEnd = now;
    running.removeIf(Job::ended);
    leaving = 0;
    int budget = parameters.maxNumBatchedTokens();
    double nanos = 0;
    boolean preempted = false;
    for (int i = 0; i < running.size(); i++) {
      Job job = running.get(i);
      int tokens = Math.min(job.target() - job.computed, budget);
      while (tokens > 0 && !grow(job, tokens)) {
        Job last = running.get(running.size() - 1);
        preempt(last, now);
        preempted = true;
        if (last == job) {
          tokens = 0;
        }
      }
      if (i < running.size()) {
        job.scheduled = tokens;
        budget -= tokens;
      }
    }
    if (!preempted || running.isEmpty()) {
      nanos += admit(now, budget);
    }
    stepEnd = running.isEmpty() ? IDLE : now + Math.max(1, (long) (slowness * (nanos + time())));
  }

  /** Admits waiting jobs while there is room; returns the time that adapters take to load. */
  private double admit(long now, int tokensLeft) {
    int budget = tokensLeft;
    double nanos = 0;
    List<Job> hopeless = new ArrayList<>();
    Iterator<Job> queue = waiting.iterator();
    while (queue.hasNext() && budget > 0 && running.size() < parameters.maxNumSeqs()) {
      Job job = queue.next();
      if (blocksOf(job.target()) > blocks.capacity()) {
        queue.remove();
        hopeless.add(job);
        continue;
      }
      if (job.adapter() != null && !loras.hasRoom(job.adapter())) {
        continue;
      }
      int matched = Math.min(blocks.match(job.blockHashes()), (job.target() - 1) / size());
      int cached = matched * size();
      int tokens = Math.min(job.target() - cached, budget);
      int own = blocksOf(cached + tokens) - matched;
      if (own + blocks.unusedOf(job.blockHashes(), matched) > blocks.available()) {
        break;
      }
      queue.remove();
      for (int i = 0; i < matched; i++) {
        blocks.share(job.blockHashes()[i]);
      }
      blocks.take(own);
      job.sharedBlocks = matched;
      job.ownBlocks = own;
      job.admitted(now, cached);
      job.scheduled = tokens;
      budget -= tokens;
      if (job.adapter() != null) {
        nanos += loras.use(job.adapter()) ? parameters.loraLoadNanos() : 0;
        job.adapterHeld = true;
      }
      running.add(job);
    }
    for (Job job : hopeless) {
      job.ended(now);
      listener.ended(job, now);
    }
    return nanos;
  }

  /** Takes the blocks that more tokens need. */
  private boolean grow(Job job, int tokens) {
    int more = blocksOf(job.computed + tokens) - job.sharedBlocks - job.ownBlocks;
    if (more > blocks.available()) {
      return false;
    }
    if (more > 0) {
      blocks.take(more);
      job.ownBlocks += more;
    }
    return true;
  }

  private void preempt(Job job, long now) {
    running.remove(running.size() - 1);
    release(job);
    job.preempted();
    preemptions++;
    if (running.isEmpty() && blocksOf(job.target()) > blocks.capacity()) {
      // Alone and still too large: nothing would ever change that.
      job.ended(now);
      listener.ended(job, now);
    } else {
      waiting.addFirst(job);
    }
  }

  private double time() {
    int tokens = 0;
    double attention = 0;
    boolean generating = false;
    double context = 0;
    for (Job job : running) {
      if (job.scheduled == 0) {
        continue;
      }
      tokens += job.scheduled;
      if (job.generating()) {
        context += job.computed;
        generating = true;
      } else {
        attention += job.scheduled * (job.computed + job.scheduled / 2.0);
      }
    }
    return parameters.stepNanos()
        + (generating ? parameters.decodeNanos() : 0)
        + Math.max(parameters.weightNanos(), tokens * parameters.tokenNanos())
        + attention * parameters.attentionNanos()
        + context * parameters.contextNanos();
  }

  private void finish(long now) {
    int kept = 0;
    // A listener may submit: that goes to the queue and leaves the list alone.
    for (int i = 0, size = running.size(); i < size; i++) {
      Job job = running.get(i);
      if (job.scheduled > 0 && !job.ended()) {
        job.computed += job.scheduled;
        job.scheduled = 0;
        publish(job);
        if (job.computed == job.target()) {
          job.token(now);
          if (job.complete()) {
            job.ended(now);
            release(job);
          }
          listener.token(job, now);
          if (job.complete()) {
            listener.ended(job, now);
            continue;
          }
        }
      }
      running.set(kept++, job);
    }
    running.subList(kept, running.size()).clear();
  }

  /** Full prompt blocks that were just computed can be shared. */
  private void publish(Job job) {
    long[] hashes = job.blockHashes();
    int full = Math.min(hashes.length, Math.min(job.computed, job.promptTokens()) / size());
    while (job.sharedBlocks < full) {
      blocks.publish(hashes[job.sharedBlocks++]);
      job.ownBlocks--;
    }
  }

  private void release(Job job) {
    // From the end, so that the front of a prefix, which others share, is dropped last.
    for (int i = job.sharedBlocks - 1; i >= 0; i--) {
      blocks.release(job.blockHashes()[i]);
    }
    blocks.give(job.ownBlocks);
    job.sharedBlocks = 0;
    job.ownBlocks = 0;
    if (job.adapterHeld && job.adapter() != null) {
      loras.release(job.adapter());
      job.adapterHeld = false;
    }
  }

  private int size() {
    return parameters.blockSize();
  }

  private int blocksOf(int tokens) {
    return (tokens + size() - 1) / size();
  }

  /** Jobs that wait to be admitted. */
  public int waitingJobs() {
    return waiting.size();
  }

  /** Jobs that run. */
  public int runningJobs() {
    return running.size() - leaving;
  }

  /** Share of the KV blocks that running jobs use. */
  public double kvUsage() {
    return blocks.used() / (double) blocks.capacity();
  }

  /** KV blocks with a known prefix. */
  public int cachedBlocks() {
    return blocks.cached();
  }

  /** How often a job lost its blocks. */
  public long preemptions() {
    return preemptions;
  }

  /** Loaded adapters. */
  public Set<String> loadedAdapters() {
    return loras.loaded();
  }

  /** Adapters of running jobs. */
  public Set<String> runningAdapters() {
    return adaptersOf(running);
  }

  /** Adapters of waiting jobs. */
  public Set<String> waitingAdapters() {
    return adaptersOf(waiting);
  }

  private static Set<String> adaptersOf(Iterable<Job> jobs) {
    Set<String> names = new LinkedHashSet<>();
    for (Job job : jobs) {
      if (job.adapter() != null) {
        names.add(job.adapter());
      }
    }
    return names;
  }
}
