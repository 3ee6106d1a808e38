package io.igw.scheduler;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.ScoredEndpoint;
import io.igw.spi.CandidateHint;
import io.igw.spi.PerEndpoint;
import io.igw.spi.RequestState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The scheduling cycle: one snapshot, read once; subset, admission, producers, profiles; then the
 * reservation of what was picked, in the same step, so that the next cycle on any thread sees it.
 *
 * <p><b>Threading.</b> Every method from any thread; none blocks. Between the read of the live load
 * and the reservation there is no lock: of T threads that decide at once each has at most one pick
 * that the others cannot see, so an endpoint is never more than T requests above the least loaded
 * of its equals.
 *
 * <p><b>Cost.</b> No allocation but the {@link Decision}, which is its own lease.
 *
 * <p>The scheduler does not own its plugins: whoever made them closes them after the last lease.
 */
public final class Scheduler implements EndpointPicker {
  private static final Pending NOTHING_WAITS = () -> {};

  private final EndpointPool pool;
  private final CyclePlan plan;
  private final ToIntFunction<InferenceRequest> estimatedOutput;
  private final WorkspacePool workspaces;
  private final LeaseRegistry leases;
  private final LongSupplier nanoClock;
  private final SchedulerMetrics metrics;
  private final PluginFaults requestFaults;
  private volatile boolean closed;

  Scheduler(SchedulerBuilder builder) {
    pool = builder.pool;
    nanoClock = builder.nanoClock;
    metrics = builder.metrics;
    plan = builder.plan();
    requestFaults = builder.faults("request");
    workspaces = new WorkspacePool(plan, builder.seed);
    estimatedOutput = builder.estimatedOutput;
    leases =
        new LeaseRegistry(
            pool::snapshot,
            builder.leaseIdle.toNanos(),
            builder.releaseTokensOnFirstByte,
            nanoClock,
            metrics);
  }

  /** A builder. */
  public static SchedulerBuilder builder(EndpointPool pool) {
    return new SchedulerBuilder(pool);
  }

  /**
   * Picks and reserves, synchronously.
   *
   * @param state per-request state of the caller; null: what plugins keep lasts for this call
   */
  public Outcome schedule(InferenceRequest request, @Nullable RequestState state) {
    return schedule(request, state, null);
  }

  /**
   * As {@link #schedule(InferenceRequest, RequestState)}, among candidates that {@link #screen} has
   * found; the screeners do not run again while one of them is left.
   *
   * @param screened null: not screened before
   */
  public Outcome schedule(
      InferenceRequest request, @Nullable RequestState state, @Nullable CandidateHint screened) {
    if (closed) {
      return Rejections.SHUTTING_DOWN;
    }
    long start = nanoClock.getAsLong();
    Workspace workspace = workspaces.take();
    Outcome outcome;
    try {
      Rejection rejection = workspace.decide(request, state, pool.snapshot(), start, screened);
      if (rejection == null) {
        rejection = notCached(workspace);
      }
      outcome = rejection != null ? rejection : reserve(workspace);
    } catch (Throwable e) {
      // What is left unguarded is the request itself: a parser's prompt, a gateway's subset.
      requestFaults.threw(e);
      outcome = Rejections.REQUEST_FAILED;
    } finally {
      workspace.end();
      workspaces.give(workspace);
    }
    long nanos = nanoClock.getAsLong() - start;
    plan.slowWatch().ended(nanos);
    if (metrics != SchedulerMetrics.NONE) {
      record(request, outcome, nanos);
    }
    return outcome;
  }

  /**
   * What subset and screeners leave for a request that waits for something before it is scheduled;
   * may be empty.
   */
  public CandidateHint screen(InferenceRequest request, @Nullable RequestState state) {
    EndpointSnapshot snapshot = pool.snapshot();
    Workspace workspace = workspaces.take();
    try {
      return workspace.screened(request, state, snapshot, nanoClock.getAsLong());
    } catch (Throwable e) {
      requestFaults.threw(e);
      return CandidateHint.of(snapshot);
    } finally {
      workspace.end();
      workspaces.give(workspace);
    }
  }

  private void record(InferenceRequest request, Outcome outcome, long nanos) {
    if (outcome instanceof Decision decision) {
      metrics.scheduled(request, decision.endpoint(), null, nanos);
    } else if (outcome instanceof Rejection rejection) {
      metrics.scheduled(request, null, rejection.reason(), nanos);
    }
  }

  /** A cycle without reservation, listeners and decision: what a measurement of the cycle runs. */
  @Nullable Endpoint decideOnly(InferenceRequest request) {
    Workspace workspace = workspaces.take();
    try {
      EndpointSnapshot snapshot = pool.snapshot();
      return workspace.decide(request, null, snapshot, nanoClock.getAsLong(), null) == null
          ? snapshot.endpoint(workspace.primary().pickedOrdinal(0))
          : null;
    } finally {
      workspace.end();
      workspaces.give(workspace);
    }
  }

  /**
   * Explains: runs every profile that the handler asks for and keeps the score of every scorer for
   * every candidate. Reserves nothing, tells no listener, sheds nothing.
   */
  public Evaluation evaluate(InferenceRequest request) {
    Workspace workspace = workspaces.take();
    try {
      workspace.explain(request, pool.snapshot(), nanoClock.getAsLong());
      return Explanation.of(workspace);
    } finally {
      workspace.end();
      workspaces.give(workspace);
    }
  }

  @Override
  public Pending pick(InferenceRequest request, Executor loop, Listener listener) {
    listener.onOutcome(schedule(request, null));
    return NOTHING_WAITS;
  }

  /** Leases that have not ended. */
  public int openLeases() {
    return leases.open();
  }

  /**
   * Abandons the leases whose response has been silent for the idle time. Called by the owner's
   * timer, about once a second; any thread. Where nobody calls it, picks do the work in small
   * steps.
   *
   * @return how many expired
   */
  public int sweepLeases() {
    return leases.sweep();
  }

  /** Refuses new requests; open leases go on. */
  @Override
  public void close() {
    closed = true;
  }

  /** Conditional decode (ext-proc.md 6.3); null if the request may be served. */
  private @Nullable Rejection notCached(Workspace workspace) {
    SchedulingCycle cycle = workspace.cycle();
    if (!Preferences.ifAvailable(cycle.request().joinedHeader("prefer"))) {
      return null;
    }
    PerEndpoint hits = plan.cacheHits();
    boolean hit = hits != null && cycle.value(hits, workspace.primary().pickedOrdinal(0)) >= 1;
    return hit ? null : Rejections.NOT_CACHED;
  }

  private Decision reserve(Workspace workspace) {
    SchedulingCycle cycle = workspace.cycle();
    ProfileRun primary = workspace.primary();
    EndpointSnapshot snapshot = cycle.snapshot();
    primary.addRunnersUp(plan.leastPicks());
    // All that may throw comes before the first count.
    int estimate = plan.reservedTokens() != null ? 0 : cycle.request().prompt().estimatedTokens();
    PickedDecision decision =
        new PickedDecision(
            endpoint(snapshot, primary, 0),
            tokens(cycle, primary, estimate),
            estimatedOutput.applyAsInt(cycle.request()),
            snapshot.version(),
            leases,
            cycle.nowNanos());
    Share prefill = null;
    List<Share> others = List.of();
    for (int k = 0; k < workspace.ranCount() && workspace.ranCount() > 1; k++) {
      ProfileRun run = workspace.ran(k);
      if (run == primary || run.status() != ProfileRun.Status.PICKED) {
        continue;
      }
      Share share = new Share(endpoint(snapshot, run, 0).load(), tokens(cycle, run, estimate));
      if (run.profile().name().equals("prefill")) {
        prefill = share;
      } else {
        others = others.isEmpty() ? new ArrayList<>(2) : others;
        others.add(share);
      }
    }
    workspace.notifyListeners();
    Map<String, String> headers = workspace.results().takeHeaders();
    int port = workspace.results().destinationPort();
    List<ScoredEndpoint> scores = plan.keepScores() ? primary.scores(snapshot) : List.of();
    if (prefill != null
        || !scores.isEmpty()
        || !others.isEmpty()
        || !headers.isEmpty()
        || port != 0
        || primary.pickedCount() > 1) {
      decision.extras(
          new PickedDecision.Extras(
              fallbacks(snapshot, primary),
              Collections.unmodifiableMap(headers),
              port,
              prefill,
              others,
              scores));
    }
    SlowStart slowStart = plan.slowStart();
    if (slowStart != null) {
      slowStart.picked(cycle, endpoint(snapshot, primary, 0));
    }
    leases.opened(decision);
    return decision;
  }

  private static PoolEndpoint endpoint(EndpointSnapshot snapshot, ProfileRun run, int k) {
    return (PoolEndpoint) snapshot.endpoint(run.pickedOrdinal(k));
  }

  private static List<Endpoint> fallbacks(EndpointSnapshot snapshot, ProfileRun run) {
    Endpoint[] fallbacks = new Endpoint[run.pickedCount() - 1];
    for (int k = 0; k < fallbacks.length; k++) {
      fallbacks[k] = endpoint(snapshot, run, k + 1);
    }
    return List.of(fallbacks);
  }

  private int tokens(SchedulingCycle cycle, ProfileRun run, int estimate) {
    PerEndpoint key = plan.reservedTokens();
    if (key == null) {
      return Math.max(0, estimate);
    }
    // The cast takes NaN to 0 and what is too large to the largest int.
    return Math.max(0, (int) Math.rint(cycle.value(key, run.pickedOrdinal(0))));
  }
}
