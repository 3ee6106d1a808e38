package io.igw.scheduler.scorers;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.scheduler.plugins.PrefixMatch;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PickListener;
import io.igw.spi.PluginContext;
import io.igw.spi.ProfileResults;
import io.igw.spi.RequestKey;
import io.igw.spi.Scorer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Spreads prompts that no endpoint holds: the endpoint that has had none of them for longest scores
 * best (plugins-scheduling.md 3.6). Type {@code no-hit-lru-scorer}. Only the candidates of a
 * request are ranked; an endpoint that left is forgotten, whoever has its slot starts as never
 * used.
 *
 * <p><b>Threading.</b> Any number of event loops: the time of last use stands in one cell for each
 * slot, written with the pick.
 *
 * <p><b>Cost.</b> A prompt that is held somewhere: one pass. Others: a sort of the candidates,
 * {@code n log n}, which at 1,000 endpoints is more than 5 ns for each; no allocation but one array
 * for each thread.
 */
final class NoHitLruScorer implements Scorer, PickListener {
  private static final double NEUTRAL = 0.5;
  private static final int SCRATCH_PLACES = 16;
  private static final int FIRST_SLOTS = 1024;

  private final PrefixMatch match;
  private final int most;
  private final RequestKey<Boolean> cold;
  private final AtomicLong uses = new AtomicLong();

  /** By slot: the number of the use, and the generation that used it; 0: never. */
  private volatile AtomicLongArray lastUse = new AtomicLongArray(2 * FIRST_SLOTS);

  private final AtomicReferenceArray<long[]> scratch = new AtomicReferenceArray<>(SCRATCH_PLACES);

  private NoHitLruScorer(PrefixMatch match, int most, RequestKey<Boolean> cold) {
    this.match = match;
    this.most = most;
    this.cold = cold;
  }

  static Scorer of(Parameters parameters, PluginContext context) {
    // Names of parameters that configurations of the reference still have.
    parameters.text("prefixPluginType");
    parameters.text("prefixPluginName");
    String producer = parameters.text("prefixMatchInfoProducerName", "");
    return new NoHitLruScorer(
        PrefixMatch.consumed(context, producer, true),
        parameters.integer("lruSize", 1024, 1, Integer.MAX_VALUE),
        context.requestKey("cold/" + context.name(), Boolean.class));
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    if (held(cycle, size)) {
      Arrays.fill(scores, 0, size, NEUTRAL);
      return;
    }
    cycle.set(cold, Boolean.TRUE);
    if (size == 1) {
      scores[0] = 1;
    } else if (size > 1) {
      rank(cycle.snapshot(), candidates, scores);
    }
  }

  private boolean held(Cycle cycle, int size) {
    double[] matched = match.matched(cycle);
    boolean any = false;
    for (int i = 0; i < size; i++) {
      any |= matched[i] > 0;
    }
    return any;
  }

  /** Sorts uses and positions together: a use in the upper bits, its position below. */
  private void rank(EndpointSnapshot snapshot, Candidates candidates, double[] scores) {
    int size = candidates.size();
    int place = (int) Thread.currentThread().getId() & SCRATCH_PLACES - 1;
    long[] used = scratch.getAndSet(place, null);
    if (used == null || used.length < size) {
      used = new long[snapshot.size()];
    }
    int count = 0;
    int neverUsed = 0;
    double last = size - 1;
    for (int i = 0; i < size; i++) {
      long use = lastUse(snapshot.endpoint(candidates.ordinal(i)));
      if (use == 0) {
        scores[i] = 1 - neverUsed++ / last;
      } else {
        used[count++] = use << POSITION_BITS | i;
      }
    }
    Arrays.sort(used, 0, count);
    for (int k = 0; k < count; k++) {
      int position = (int) (used[k] & (1 << POSITION_BITS) - 1);
      // What is older than the table is long counts as the oldest that it knows.
      int rank = neverUsed + Math.max(0, k - Math.max(0, count - most));
      scores[position] = Math.max(0, 1 - rank / last);
    }
    scratch.set(place, used);
  }

  private static final int POSITION_BITS = 20;

  private long lastUse(Endpoint endpoint) {
    AtomicLongArray known = lastUse;
    int cell = 2 * endpoint.slot();
    return cell < known.length() && known.get(cell + 1) == endpoint.generation()
        ? known.get(cell)
        : 0;
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    if (cycle.get(cold) == null) {
      return;
    }
    used(results.picked(primary, 0));
    String prefill = PickListener.prefillProfile(results);
    if (prefill != null && !prefill.equals(primary)) {
      used(results.picked(prefill, 0));
    }
  }

  private void used(Endpoint endpoint) {
    int cell = 2 * endpoint.slot();
    AtomicLongArray known = lastUse;
    if (cell >= known.length()) {
      known = grown(cell + 2);
    }
    known.set(cell, uses.incrementAndGet());
    known.set(cell + 1, endpoint.generation());
  }

  /** A use that another thread writes into the old table meanwhile is lost, which costs a rank. */
  private synchronized AtomicLongArray grown(int needed) {
    AtomicLongArray known = lastUse;
    if (needed > known.length()) {
      AtomicLongArray larger = new AtomicLongArray(Math.max(needed, 2 * known.length()));
      for (int i = 0; i < known.length(); i++) {
        larger.set(i, known.get(i));
      }
      lastUse = larger;
      known = larger;
    }
    return known;
  }
}
