package io.igw.plugins.prefix;

import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Prompt;
import io.igw.api.Signal;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code burst-prefix-cache-producer}: holds requests for a moment and sends those of a burst that
 * share a prompt to the same endpoint, whose cache the first of them will fill
 * (plugins-request-control.md 3.2).
 *
 * <p>The replicas are the candidates of the burst's first request. A request that comes alone,
 * after a window without any and to an idle pool, does not wait. A burst that is full lets further
 * requests pass without affinity.
 *
 * <p><b>Threading.</b> Event loops put requests into the current batch with one increment and one
 * queue node and go on; when the window has passed, the batch is sealed and assigned in the
 * background, and each request continues on its own loop.
 */
public final class BurstPrefixCacheProducer implements AsyncDataProducer, DataProducer {
  static final String TYPE = "burst-prefix-cache-producer";

  private static final int DEFAULT_BLOCKS = 2048;
  private static final int SEALED = Integer.MIN_VALUE / 2;
  private static final long EXTRA_NANOS = Duration.ofMillis(300).toNanos();

  /** Where a request shall go. */
  private record Assignment(int slot, int generation, int blocks) {}

  /** A request that waits. */
  private record Waiting(
      InferenceRequest request, long[] blocks, RequestState state, CandidateHint hint, Done done) {}

  /** The requests of one window. */
  private static final class Batch {
    private final AtomicInteger size = new AtomicInteger();
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  }

  private final long windowNanos;
  private final int blockTokens;
  private final int mostBlocks;
  private final int mostRequests;
  private final BurstAssignment.Rules rules;
  private final PluginContext context;
  private final RequestKey<Assignment> assignment;
  private final PerEndpoint matchedBlocks;
  private final PerEndpoint totalBlocks;
  private final PerEndpoint blockSizeTokens;
  private final AtomicReference<Batch> current = new AtomicReference<>(new Batch());
  private volatile long lastNanos;

  private BurstPrefixCacheProducer(
      long windowNanos,
      int blockTokens,
      int mostBlocks,
      int mostRequests,
      BurstAssignment.Rules rules,
      PluginContext context) {
    this.windowNanos = windowNanos;
    this.blockTokens = blockTokens;
    this.mostBlocks = mostBlocks;
    this.mostRequests = mostRequests;
    this.rules = rules;
    this.context = context;
    this.assignment = context.requestKey("burst/" + context.name(), Assignment.class);
    this.matchedBlocks = context.produces(ApproxPrefixCacheProducer.MATCHED_BLOCKS);
    this.totalBlocks = context.produces(ApproxPrefixCacheProducer.TOTAL_BLOCKS);
    this.blockSizeTokens = context.produces(ApproxPrefixCacheProducer.BLOCK_SIZE_TOKENS);
    this.lastNanos = context.nanoClock().getAsLong() - windowNanos;
  }

  static BurstPrefixCacheProducer of(Parameters parameters, PluginContext context) {
    int window = parameters.integer("windowDurationMs", 100, 1, 10_000);
    int perReplica = parameters.integer("maxPerReplica", -1, -1, Integer.MAX_VALUE);
    parameters.explain("maxPerReplica", "-1", "-1 or at least 1");
    if (perReplica == 0) {
      parameters.reject("maxPerReplica", "-1 or >= 1");
    }
    int given = parameters.integer("blockSizeTokens", 64, 1, 1 << 20);
    int blockTokens = PoolView.effective(given);
    int mostTokens = parameters.integer("maxPrefixTokensToMatch", 0, 0, Integer.MAX_VALUE);
    parameters.explain("maxPrefixTokensToMatch", "0", "0 or at least blockSizeTokens");
    if (mostTokens > 0 && mostTokens < given) {
      parameters.reject("maxPrefixTokensToMatch", "0 or >= blockSizeTokens");
    }
    int colocate = parameters.integer("minColocateBlocks", 0, 0, Integer.MAX_VALUE);
    int batch = parameters.integer("maxBatchSize", 1000, -1, Integer.MAX_VALUE / 4);
    parameters.explain("maxBatchSize", "1000", "-1 or 1 to " + Integer.MAX_VALUE / 4);
    if (batch == 0) {
      parameters.reject("maxBatchSize", "-1 or >= 1");
    }
    String balance = parameters.oneOf("balanceBy", "requests", "", "requests", "tokens");
    return new BurstPrefixCacheProducer(
        Duration.ofMillis(window).toNanos(),
        blockTokens,
        mostTokens == 0 ? DEFAULT_BLOCKS : Math.max(1, mostTokens / blockTokens),
        batch < 0 ? Integer.MAX_VALUE / 4 : batch,
        new BurstAssignment.Rules(perReplica, colocate, balance.equals("tokens")),
        context);
  }

  @Override
  public Duration timeout() {
    return Duration.ofNanos(windowNanos + EXTRA_NANOS);
  }

  @Override
  public Pending start(
      InferenceRequest request, RequestState state, CandidateHint hint, Done done) {
    long now = context.nanoClock().getAsLong();
    boolean alone = now - lastNanos >= windowNanos;
    lastNanos = now;
    long[] blocks = blocks(request.prompt());
    if (blocks.length == 0 || alone && idle(hint)) {
      done.ready();
      return () -> {};
    }
    Waiting waiting = new Waiting(request, blocks, state, hint, done);
    while (true) {
      Batch batch = current.get();
      int before = batch.size.getAndIncrement();
      if (before >= mostRequests) {
        batch.size.getAndDecrement();
        done.ready();
        return () -> {};
      }
      if (before >= 0) {
        batch.waiting.add(waiting);
        if (before == 0) {
          context.timer().after(windowNanos, () -> seal(batch));
        }
        return () -> {};
      }
      // Sealed a moment ago: whoever sealed it has put a new one in its place.
    }
  }

  private long[] blocks(Prompt prompt) {
    int count = Math.min(prompt.blocks(blockTokens), mostBlocks);
    long[] blocks = new long[count];
    for (int i = 0; i < count; i++) {
      blocks[i] = prompt.blockHash(blockTokens, i);
    }
    return blocks;
  }

  /** Whether every candidate is known to run nothing: without a number it may be busy. */
  private static boolean idle(CandidateHint hint) {
    for (int i = 0; i < hint.size(); i++) {
      double running = hint.snapshot().value(Signal.RUNNING_REQUESTS, hint.ordinal(i));
      double waiting = hint.snapshot().value(Signal.WAITING_REQUESTS, hint.ordinal(i));
      if (!(running <= 0) || waiting > 0) {
        return false;
      }
    }
    return true;
  }

  private void seal(Batch batch) {
    current.set(new Batch());
    int expected = batch.size.getAndSet(SEALED);
    context.background().execute(() -> assign(batch, expected));
  }

  private void assign(Batch batch, int expected) {
    List<Waiting> burst = new ArrayList<>();
    while (burst.size() < Math.min(expected, mostRequests)) {
      Waiting next = batch.waiting.poll();
      if (next == null) {
        // Counted, and about to be added.
        Thread.onSpinWait();
      } else {
        burst.add(next);
      }
    }
    try {
      assign(burst);
    } finally {
      burst.forEach(waiting -> waiting.done().ready());
    }
  }

  private void assign(List<Waiting> burst) {
    if (burst.isEmpty()) {
      return;
    }
    CandidateHint replicas = burst.get(0).hint();
    double[] running = running(replicas);
    int[] to = BurstAssignment.of(burst.stream().map(Waiting::blocks).toList(), running, rules);
    for (int i = 0; i < to.length; i++) {
      if (to[i] != BurstAssignment.UNASSIGNED) {
        Endpoint endpoint = replicas.endpoint(to[i]);
        Waiting waiting = burst.get(i);
        waiting
            .state()
            .set(
                assignment,
                new Assignment(endpoint.slot(), endpoint.generation(), waiting.blocks().length));
      }
    }
  }

  /** Requests that each endpoint runs; the mean of the others where that is absent. */
  private static double[] running(CandidateHint replicas) {
    double[] running = new double[replicas.size()];
    double sum = 0;
    int known = 0;
    for (int i = 0; i < running.length; i++) {
      running[i] =
          Math.max(0, replicas.snapshot().value(Signal.RUNNING_REQUESTS, replicas.ordinal(i)));
      if (!Double.isNaN(running[i])) {
        sum += running[i];
        known++;
      }
    }
    double mean = known == 0 ? 0 : sum / known;
    for (int i = 0; i < running.length; i++) {
      running[i] = Double.isNaN(running[i]) ? mean : running[i];
    }
    return running;
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {
    Assignment assigned = cycle.get(assignment);
    int blocks = Math.min(cycle.request().prompt().blocks(blockTokens), mostBlocks);
    if (blocks == 0) {
      return;
    }
    cycle.putAll(totalBlocks, blocks);
    cycle.putAll(blockSizeTokens, blockTokens);
    if (assigned != null) {
      int ordinal = cycle.snapshot().ordinalOf(assigned.slot(), assigned.generation());
      if (ordinal >= 0) {
        cycle.put(matchedBlocks, ordinal, assigned.blocks());
      }
    }
  }
}
