package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.EndpointSubset;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.spi.Admitter;
import io.igw.spi.CandidateHint;
import io.igw.spi.DataProducer;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.RequestState;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Screener;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one cycle at a time needs: the cycle, the candidates, the runs, their arrays. It
 * allocates when a snapshot is larger than any before, and not otherwise.
 *
 * <p><b>Threading.</b> Belongs to the thread that took it from the {@link WorkspacePool}.
 */
final class Workspace {
  private final CyclePlan plan;
  private final CandidateSet base;
  private final SchedulingCycle cycle;
  private final ProfileRun[] runs;
  private final CycleResults results;
  private final WeightedSum sum = new WeightedSum();
  private final int[] order;
  private int ranCount;
  private int primary;
  private long seed;

  Workspace(CyclePlan plan, long seed) {
    this.plan = plan;
    this.seed = seed;
    CandidateSet.Contents contents = new CandidateSet.Contents();
    base = new CandidateSet(contents);
    cycle = new SchedulingCycle(base, plan.perEndpointKeys());
    runs = new ProfileRun[plan.profiles().size()];
    for (int i = 0; i < runs.length; i++) {
      runs[i] = new ProfileRun(plan.profiles().get(i), contents);
    }
    order = new int[runs.length];
    results = new CycleResults(cycle, runs, plan.profileNames());
  }

  /**
   * Runs a cycle up to the merge. Null if it picked: then {@link #primary} and {@link #run} tell
   * what.
   *
   * @param screened what {@link #screened} left of the request's candidates; null: it did not run
   */
  @Nullable Rejection decide(
      InferenceRequest request,
      @Nullable RequestState state,
      EndpointSnapshot snapshot,
      long nowNanos,
      @Nullable CandidateHint screened) {
    seed = DecisionRandom.step(seed);
    begin(request, state, snapshot, nowNanos, seed);
    Rejection none = screened != null && keep(screened) ? null : screen();
    if (none != null) {
      return none;
    }
    narrow();
    if (request.priority() < 0 && saturated()) {
      return Rejections.SHED;
    }
    produce();
    Rejection denied = admit();
    return denied != null ? denied : runProfiles(false);
  }

  /**
   * As {@link #decide} but without admission, and with every score kept. The seed is the next
   * decision's and is not used up, so that explaining changes nothing.
   */
  @Nullable Rejection explain(InferenceRequest request, EndpointSnapshot snapshot, long nowNanos) {
    begin(request, null, snapshot, nowNanos, DecisionRandom.step(seed));
    Rejection none = screen();
    if (none != null) {
      return none;
    }
    narrow();
    produce();
    return runProfiles(true);
  }

  /** What subset and screeners leave; nothing else runs. */
  CandidateHint screened(
      InferenceRequest request,
      @Nullable RequestState state,
      EndpointSnapshot snapshot,
      long nowNanos) {
    seed = DecisionRandom.step(seed);
    begin(request, state, snapshot, nowNanos, seed);
    if (screen() != null) {
      return CandidateHint.of(snapshot);
    }
    return base.all() ? CandidateHint.all(snapshot) : CandidateHint.of(snapshot, base.ordinals());
  }

  /** Keeps the candidates of before that are still there; false, and no change, if none is. */
  private boolean keep(CandidateHint before) {
    EndpointSnapshot snapshot = cycle.snapshot();
    long[] bits = new long[(snapshot.size() + 63) >>> 6];
    for (int i = 0; i < before.size(); i++) {
      Endpoint endpoint = before.endpoint(i);
      int ordinal = snapshot.ordinalOf(endpoint.slot(), endpoint.generation());
      if (ordinal >= 0) {
        bits[ordinal >>> 6] |= 1L << ordinal;
      }
    }
    base.open();
    base.retain(bits);
    boolean left = base.size() > 0;
    if (!left) {
      base.undo();
    }
    base.close();
    return left;
  }

  private void begin(
      InferenceRequest request,
      @Nullable RequestState state,
      EndpointSnapshot snapshot,
      long nowNanos,
      long decisionSeed) {
    SnapshotPlan derived = snapshot.derived(plan.bySnapshot());
    long mixed = DecisionRandom.mix(decisionSeed);
    cycle.begin(request, state, snapshot, derived, nowNanos, mixed);
    boolean suspicious = plan.slowWatch().suspicious();
    boolean sampled = SlowWatch.sampled(mixed) && plan.samples();
    cycle.watch(suspicious || sampled ? plan.slowWatch() : null, suspicious, sampled);
    results.reset();
    ranCount = 0;
    primary = -1;
    base.reset(snapshot.size());
    cycle.enter("", base);
    long[] awake = derived.awake();
    if (awake != null) {
      base.open();
      base.retain(awake);
      base.close();
    }
    EndpointSubset subset = request.subset();
    if (subset != null) {
      base.retain(subset, snapshot);
    }
  }

  /** Applies what holds for every profile; not null if nothing is left. */
  private @Nullable Rejection screen() {
    if (base.size() == 0) {
      return Rejections.NO_CANDIDATES;
    }
    for (int i = 0; i < plan.screeners().size(); i++) {
      Stage<Screener> screener = plan.screeners().get(i);
      base.open();
      long mark = cycle.mark();
      try {
        screener.plugin().screen(cycle, base);
      } catch (Throwable e) {
        base.undo();
        screener.faults().threw(e);
      } finally {
        base.close();
      }
      cycle.elapsed(mark, screener);
      if (base.size() == 0) {
        return Rejections.SCREENED;
      }
    }
    return null;
  }

  private void narrow() {
    SlowStart slowStart = plan.slowStart();
    if (slowStart != null) {
      slowStart.narrow(cycle, base);
    }
  }

  private void produce() {
    for (int i = 0; i < plan.producers().size(); i++) {
      Stage<DataProducer> producer = plan.producers().get(i);
      long mark = cycle.mark();
      try {
        producer.plugin().produce(cycle, base);
      } catch (Throwable e) {
        producer.faults().threw(e);
      }
      cycle.elapsed(mark, producer);
    }
  }

  private @Nullable Rejection admit() {
    for (int i = 0; i < plan.admitters().size(); i++) {
      Stage<Admitter> admitter = plan.admitters().get(i);
      long mark = cycle.mark();
      try {
        Rejection denied = admitter.plugin().admit(cycle, base);
        cycle.elapsed(mark, admitter);
        if (denied != null) {
          return denied;
        }
      } catch (Throwable e) {
        admitter.faults().threw(e);
      }
    }
    return null;
  }

  private boolean saturated() {
    Stage<SaturationDetector> detector = plan.detector();
    if (detector == null) {
      return false;
    }
    long mark = cycle.mark();
    try {
      boolean full = detector.plugin().saturation(cycle, base) >= 1;
      cycle.elapsed(mark, detector);
      return full;
    } catch (Throwable e) {
      detector.faults().threw(e);
      return false;
    }
  }

  private @Nullable Rejection runProfiles(boolean explain) {
    Stage<ProfileHandler> handler = plan.handler();
    try {
      String next;
      while ((next = next(handler)) != null) {
        int index = results.index(next);
        if (index < 0 || runs[index].status() != ProfileRun.Status.NOT_RUN) {
          handler.faults().report(PluginFaults.RANGE);
          return Rejections.HANDLER_FAILED;
        }
        order[ranCount++] = index;
        runs[index].run(cycle, base, sum, explain);
        cycle.enter("", base);
      }
      String merged = ranCount == 0 ? null : merge(plan.merger());
      if (results.rejection() != null) {
        return results.rejection();
      }
      if (ranCount == 0) {
        return Rejections.NO_PROFILE;
      }
      return merged == null ? failure() : choose(merged);
    } catch (Throwable e) {
      cycle.enter("", base);
      handler.faults().threw(e);
      return Rejections.HANDLER_FAILED;
    }
  }

  private @Nullable String next(Stage<ProfileHandler> handler) {
    long mark = cycle.mark();
    String next = handler.plugin().next(cycle, results);
    cycle.elapsed(mark, handler);
    return next;
  }

  private @Nullable String merge(Stage<ProfileHandler> merger) {
    long mark = cycle.mark();
    String merged = merger.plugin().merge(cycle, results);
    cycle.elapsed(mark, merger);
    return merged;
  }

  private @Nullable Rejection choose(String merged) {
    int index = results.index(merged);
    if (index < 0 || runs[index].status() != ProfileRun.Status.PICKED) {
      plan.handler().faults().report(PluginFaults.RANGE);
      return Rejections.NO_RESULT;
    }
    primary = index;
    return null;
  }

  /** The reason of the first failed profile in name order (plugins-scheduling.md 1.3). */
  private Rejection failure() {
    ProfileRun first = null;
    for (ProfileRun run : runs) {
      boolean failed =
          run.status() == ProfileRun.Status.SATURATED
              || run.status() == ProfileRun.Status.UNMATCHED;
      if (failed && (first == null || run.profile().name().compareTo(first.profile().name()) < 0)) {
        first = run;
      }
    }
    if (first == null) {
      return Rejections.NO_RESULT;
    }
    return first.status() == ProfileRun.Status.SATURATED
        ? Rejections.FILTERED_BY_LOAD
        : Rejections.FILTERED;
  }

  /** Tells the pick listeners. */
  void notifyListeners() {
    results.reserved();
    String name = runs[primary].profile().name();
    for (int i = 0; i < plan.listeners().size(); i++) {
      Stage<PickListener> listener = plan.listeners().get(i);
      long mark = cycle.mark();
      try {
        listener.plugin().picked(cycle, results, name);
      } catch (Throwable e) {
        listener.faults().threw(e);
      }
      cycle.elapsed(mark, listener);
    }
  }

  /** Lets go of what belongs to the request. */
  void end() {
    cycle.end();
  }

  SchedulingCycle cycle() {
    return cycle;
  }

  CycleResults results() {
    return results;
  }

  int ranCount() {
    return ranCount;
  }

  /** The k-th profile that ran. */
  ProfileRun ran(int k) {
    return runs[order[k]];
  }

  /** The primary profile's run; only after a cycle that picked. */
  ProfileRun primary() {
    return runs[primary];
  }

  /** Whether a profile is the primary one; none is after a rejection. */
  boolean primary(ProfileRun run) {
    return primary >= 0 && runs[primary] == run;
  }
}
