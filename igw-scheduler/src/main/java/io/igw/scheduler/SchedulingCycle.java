package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.EndpointSubset;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.spi.PerEndpoint;
import io.igw.spi.ProfileHandler;
import io.igw.spi.RequestState;
import io.igw.spi.SaturationDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One decision from snapshot to reservation: subset, admission, producers, profiles, merge,
 * reservation, listeners. The reference's order and texts are in ext-proc.md 6 and 8.4.
 */
final class SchedulingCycle {
  static final Rejection SHUTTING_DOWN =
      Rejection.of(Reason.SHUTTING_DOWN, "the picker is shutting down");
  private static final Rejection NO_CANDIDATES =
      Rejection.of(
          Reason.NO_ENDPOINTS, "failed to find endpoint candidates for serving the request");
  private static final Rejection SATURATED =
      Rejection.of(Reason.SATURATED, "system saturated, sheddable request dropped");
  private static final Rejection FILTERED_BY_LOAD =
      Rejection.of(Reason.SATURATED, "no endpoints available for the given request");
  private static final Rejection FILTERED =
      Rejection.of(Reason.NO_ENDPOINTS, "no endpoints available for the given request");
  private static final Rejection NO_PROFILE =
      Rejection.of(Reason.INTERNAL, "failed to run any scheduler profile for the request");
  private static final Rejection BROKEN_HANDLER =
      Rejection.of(Reason.INTERNAL, "the profile handler failed");
  private static final long SEED_STEP = 0x9E3779B97F4A7C15L;

  private final EndpointPool pool;
  private final LeaseBook book;
  private final CycleEngine engine;
  private final List<Profile> profiles;
  private final Scheduler.Builder.NamedProducer[] producers;
  private final Scheduler.Builder.NamedListener[] listeners;
  private final @Nullable ProfileHandler handler;
  private final @Nullable SaturationDetector detector;
  private final @Nullable PerEndpoint reservedTokens;
  private final SchedulerMetrics metrics;
  private final LongSupplier clock;
  private final AtomicLong seeds;

  /** What one thread keeps from cycle to cycle. */
  static final class Thread {
    private final CycleWorkspace cycle;
    private final CycleResults results;
    private final CandidateSet base = new CandidateSet();
    private final CycleEngine.Scratch scratch = new CycleEngine.Scratch();
    private long seed;

    private Thread(CycleWorkspace cycle, CycleResults results, long seed) {
      this.cycle = cycle;
      this.results = results;
      this.seed = seed;
    }
  }

  SchedulingCycle(Scheduler.Builder builder, LeaseBook book) {
    this.pool = builder.pool;
    this.book = book;
    this.metrics = builder.metrics;
    this.engine =
        new CycleEngine(
            metrics, pool.load(), builder.schema.signalCount(), builder.schema.perEndpointCount());
    this.profiles = builder.profiles(engine);
    this.producers = builder.producers.toArray(new Scheduler.Builder.NamedProducer[0]);
    this.listeners = builder.listeners.toArray(new Scheduler.Builder.NamedListener[0]);
    this.handler = builder.handler;
    this.detector = builder.detector;
    this.reservedTokens = builder.reservedTokens;
    this.clock = builder.clock;
    this.seeds = new AtomicLong(builder.seed);
  }

  Thread newThread() {
    CycleWorkspace workspace = engine.workspace();
    long seed = SeededRandom.mix(seeds.getAndAdd(SEED_STEP));
    return new Thread(workspace, new CycleResults(workspace, profiles), seed);
  }

  Outcome schedule(
      Thread thread, InferenceRequest request, @Nullable RequestState state, long nowNanos) {
    thread.seed += SEED_STEP;
    CycleWorkspace cycle = thread.cycle;
    cycle.begin(request, state, pool.snapshot(), nowNanos, thread.seed);
    try {
      Rejection refused = decide(thread, request);
      if (refused != null) {
        report(request, null, refused.reason(), nowNanos);
        return refused;
      }
      String primary = merge(thread);
      if (primary == null) {
        Rejection failed = failure(thread.results);
        report(request, null, failed.reason(), nowNanos);
        return failed;
      }
      PickedDecision decision = reserve(thread, primary, nowNanos);
      tell(thread, primary);
      report(request, decision.endpoint(), null, nowNanos);
      return decision;
    } finally {
      cycle.end();
    }
  }

  private void report(
      InferenceRequest request,
      @Nullable Endpoint endpoint,
      @Nullable Reason reason,
      long startNanos) {
    if (metrics != SchedulerMetrics.NONE) {
      metrics.scheduled(request, endpoint, reason, clock.getAsLong() - startNanos);
    }
  }

  Evaluation evaluate(Thread thread, InferenceRequest request, long nowNanos) {
    thread.cycle.begin(request, null, pool.snapshot(), nowNanos, thread.seed);
    Rejection refused = decide(thread, request);
    String primary = refused == null ? merge(thread) : null;
    return Explanation.of(thread.cycle, thread.results, engine, thread.scratch, primary);
  }

  /** Runs everything up to the profiles; why the request is refused, null if it is not. */
  private @Nullable Rejection decide(Thread thread, InferenceRequest request) {
    CycleWorkspace cycle = thread.cycle;
    CandidateSet base = thread.base;
    thread.results.reset();
    base.fill(cycle.snapshot().size());
    cycle.look("", base);
    EndpointSubset subset = request.subset();
    if (subset != null) {
      restrict(cycle.snapshot(), base, subset);
    }
    if (base.size() == 0) {
      return NO_CANDIDATES;
    }
    if (request.priority() < 0 && detector != null && saturated(detector, cycle, base)) {
      return SATURATED;
    }
    for (Scheduler.Builder.NamedProducer producer : producers) {
      try {
        producer.producer().produce(cycle, base);
      } catch (RuntimeException e) {
        metrics.pluginFault(producer.name(), CycleEngine.THREW);
      }
    }
    return runProfiles(thread);
  }

  private static void restrict(
      EndpointSnapshot snapshot, CandidateSet base, EndpointSubset subset) {
    base.retainIf(position -> {
      Endpoint endpoint = snapshot.endpoint(base.ordinal(position));
      return subset.contains(endpoint.host(), endpoint.port());
    });
  }

  private boolean saturated(SaturationDetector detector, CycleWorkspace cycle, CandidateSet base) {
    try {
      return detector.saturation(cycle, base) >= 1;
    } catch (RuntimeException e) {
      metrics.pluginFault("saturation-detector", CycleEngine.THREW);
      return false;
    }
  }

  private @Nullable Rejection runProfiles(Thread thread) {
    CycleResults results = thread.results;
    if (handler == null) {
      engine.run(thread.cycle, results.runs()[0], thread.base, thread.scratch);
      return null;
    }
    try {
      int ran = 0;
      for (String next = handler.next(thread.cycle, results);
          next != null;
          next = handler.next(thread.cycle, results)) {
        ProfileRun run = results.run(next);
        if (run.ran) {
          metrics.pluginFault("profile-handler", CycleEngine.RANGE);
          break;
        }
        engine.run(thread.cycle, run, thread.base, thread.scratch);
        thread.cycle.look("", thread.base);
        ran++;
      }
      return ran == 0 ? NO_PROFILE : null;
    } catch (RuntimeException e) {
      metrics.pluginFault("profile-handler", CycleEngine.THREW);
      return BROKEN_HANDLER;
    }
  }

  /** Name of the primary profile, null if none succeeded. */
  private @Nullable String merge(Thread thread) {
    CycleResults results = thread.results;
    String primary;
    if (handler == null) {
      primary = results.runs()[0].profile.name();
    } else {
      try {
        primary = handler.merge(thread.cycle, results);
      } catch (RuntimeException e) {
        metrics.pluginFault("profile-handler", CycleEngine.THREW);
        return null;
      }
    }
    return primary == null || !results.ran(primary) || results.failed(primary) ? null : primary;
  }

  private static Rejection failure(CycleResults results) {
    for (ProfileRun run : results.runs()) {
      if (run.failed() && run.failure == Reason.SATURATED) {
        return FILTERED_BY_LOAD;
      }
    }
    return FILTERED;
  }

  private PickedDecision reserve(Thread thread, String primary, long nowNanos) {
    CycleWorkspace cycle = thread.cycle;
    CycleResults results = thread.results;
    ProfileRun run = results.run(primary);
    Endpoint endpoint = results.picked(primary, 0);
    int tokens = tokens(cycle, run);
    LiveLoad load = pool.load();
    load.add(endpoint.slot(), 1, tokens);
    List<PickedDecision.Share> shares = List.of();
    for (ProfileRun other : results.runs()) {
      if (other != run && other.ran && !other.failed()) {
        if (shares.isEmpty()) {
          shares = new ArrayList<>(2);
        }
        Endpoint also = results.picked(other.profile.name(), 0);
        int cost = tokens(cycle, other);
        load.add(also.slot(), 1, cost);
        shares.add(
            new PickedDecision.Share(also.slot(), cost, other.profile.name().equals("prefill")));
      }
    }
    Map<String, String> headers = results.headers();
    PickedDecision.Extras extras = null;
    if (run.pickedCount > 1 || !shares.isEmpty() || !headers.isEmpty()) {
      List<Endpoint> fallbacks = new ArrayList<>(run.pickedCount - 1);
      for (int k = 1; k < run.pickedCount; k++) {
        fallbacks.add(results.picked(primary, k));
      }
      extras = new PickedDecision.Extras(List.copyOf(fallbacks), headers, List.copyOf(shares));
    }
    PickedDecision decision =
        new PickedDecision(book, endpoint, tokens, extras, cycle.snapshot().version(), nowNanos);
    book.opened(decision);
    return decision;
  }

  private int tokens(CycleWorkspace cycle, ProfileRun run) {
    if (reservedTokens == null) {
      return cycle.request().prompt().estimatedTokens();
    }
    double tokens = cycle.valueAt(reservedTokens, run.candidates.ordinal(run.picked[0]));
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, tokens));
  }

  private void tell(Thread thread, String primary) {
    for (Scheduler.Builder.NamedListener listener : listeners) {
      try {
        listener.listener().picked(thread.cycle, thread.results, primary);
      } catch (RuntimeException e) {
        metrics.pluginFault(listener.name(), CycleEngine.THREW);
      }
    }
  }
}
