package io.igw.plugins.lora;

import io.igw.api.Attribute;
import io.igw.api.Derived;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.LoraAdapters;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Meters;
import io.igw.spi.PickListener;
import io.igw.spi.PluginContext;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * {@code lora-affinity-scorer}: prefers endpoints that run the requested adapter, then those with a
 * free adapter slot, then those where it waits. See the package page.
 *
 * <p><b>Threading.</b> Any number of event loops at once. <b>Cost.</b> One copy of a column and as
 * many writes as endpoints run the adapter; no allocation but once per snapshot.
 */
public final class LoraAffinityScorer implements Scorer, PickListener {
  static final String TYPE = "lora-affinity-scorer";

  private final Derived<AdapterScores> scoresOfSnapshot = Derived.of(AdapterScores::of);
  private final Set<String> baseModels;
  private final KnownAdapters known;
  private final LongAdder hits;
  private final LongAdder misses;

  /** Newest snapshot learned from: spares the look at its names; a stale value is harmless. */
  private volatile long learnedVersion = Long.MIN_VALUE;

  /** With base models named, any other model is an adapter; with none, only those seen as one. */
  LoraAffinityScorer(Set<String> baseModels, PluginContext context) {
    this.baseModels = baseModels;
    this.known = context.state("known-adapters", KnownAdapters::new);
    Meters meters = context.meters();
    String family = "igw_lora_requests";
    String help = "Requests for an adapter, by whether the picked endpoint was running it.";
    this.hits = meters.counter(family, help, "result", "hit");
    this.misses = meters.counter(family, help, "result", "miss");
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    EndpointSnapshot snapshot = cycle.snapshot();
    AdapterScores table = table(snapshot);
    String model = cycle.request().targetModel();
    int size = candidates.size();
    AdapterScores.Deviations deviations = model == null ? null : table.deviations(model);
    if (deviations == null && (model == null || !adapter(model))) {
      Arrays.fill(scores, 0, size, AdapterScores.NEUTRAL);
    } else {
      candidates.gather(table.elsewhere, scores);
      if (deviations != null) {
        apply(deviations, candidates, scores);
      }
    }
  }

  private boolean adapter(String model) {
    return known.contains(model) || !baseModels.isEmpty() && !baseModels.contains(model);
  }

  private static void apply(
      AdapterScores.Deviations deviations, Candidates candidates, double[] scores) {
    int[] ordinals = deviations.ordinals();
    if (candidates.all()) {
      for (int i = 0; i < ordinals.length; i++) {
        scores[ordinals[i]] = deviations.scores()[i];
      }
      return;
    }
    // Candidates and deviations both ascend by ordinal, so one pass over each suffices.
    int size = candidates.size();
    for (int i = 0, position = 0; i < ordinals.length; i++) {
      while (position < size && candidates.ordinal(position) < ordinals[i]) {
        position++;
      }
      if (position < size && candidates.ordinal(position) == ordinals[i]) {
        scores[position] = deviations.scores()[i];
      }
    }
  }

  private AdapterScores table(EndpointSnapshot snapshot) {
    AdapterScores table = snapshot.derived(scoresOfSnapshot);
    if (snapshot.version() > learnedVersion) {
      known.learn(table.names());
      learnedVersion = snapshot.version();
    }
    return table;
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    String model = cycle.request().targetModel();
    if (model == null || !adapter(model)) {
      return;
    }
    EndpointSnapshot snapshot = cycle.snapshot();
    Endpoint destination = results.picked(primary, 0);
    int ordinal = snapshot.ordinalOf(destination.slot(), destination.generation());
    LoraAdapters adapters =
        ordinal < 0 ? null : snapshot.attribute(Attribute.LORA_ADAPTERS, ordinal);
    if (adapters == null || adapters.max() == 0) {
      return;
    }
    (adapters.active().contains(model) ? hits : misses).increment();
  }

  /** Requests for an adapter that went to an endpoint that was running it. */
  public long adapterHits() {
    return hits.sum();
  }

  /**
   * Requests for an adapter that went to an endpoint that reports adapters and was not running it.
   */
  public long adapterMisses() {
    return misses.sum();
  }
}
