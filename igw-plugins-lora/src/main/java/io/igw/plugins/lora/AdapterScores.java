package io.igw.plugins.lora;

import io.igw.api.Attribute;
import io.igw.api.EndpointSnapshot;
import io.igw.api.LoraAdapters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adapter scores of one snapshot (plugins-scheduling.md 3.1): what an adapter gets where it neither
 * runs nor waits, by ordinal, and for each adapter the few ordinals that differ. Immutable;
 * computed once per snapshot.
 */
final class AdapterScores {
  static final double ACTIVE = 1.0;
  static final double FREE_SLOT = 0.8;

  /**
   * A free slot where the fewest are free comes close to this, and stays above {@link #WAITING}.
   */
  static final double SCARCE_SLOT = 0.7;

  static final double WAITING = 0.6;

  /** The base model, and engines that report nothing about adapters. */
  static final double NEUTRAL = 0.5;

  static final double FULL = 0.0;

  /** Ordinals, ascending, where an adapter's score differs, and the scores there. */
  record Deviations(int[] ordinals, double[] scores) {}

  private record Deviation(int ordinal, double score) {}

  /** Score by ordinal of an adapter that neither runs nor waits anywhere. */
  final double[] elsewhere;

  private final Map<String, Deviations> byAdapter;

  private AdapterScores(double[] elsewhere, Map<String, Deviations> byAdapter) {
    this.elsewhere = elsewhere;
    this.byAdapter = byAdapter;
  }

  static AdapterScores of(EndpointSnapshot snapshot) {
    double[] elsewhere = new double[snapshot.size()];
    Map<String, List<Deviation>> found = new HashMap<>();
    int mostFree = mostFree(snapshot);
    for (int ordinal = 0; ordinal < elsewhere.length; ordinal++) {
      LoraAdapters adapters = snapshot.attribute(Attribute.LORA_ADAPTERS, ordinal);
      if (adapters == null || adapters.max() == 0) {
        elsewhere[ordinal] = NEUTRAL;
        continue;
      }
      int slots = free(adapters);
      boolean free = slots > 0;
      elsewhere[ordinal] =
          free ? SCARCE_SLOT + (FREE_SLOT - SCARCE_SLOT) * ((double) slots / mostFree) : FULL;
      for (String name : adapters.active()) {
        add(found, name, new Deviation(ordinal, ACTIVE));
      }
      for (String name : adapters.waiting()) {
        if (!adapters.active().contains(name)) {
          // It is about to be loaded there whatever this request does.
          add(found, name, new Deviation(ordinal, free ? FREE_SLOT : WAITING));
        }
      }
    }
    Map<String, Deviations> byAdapter = new HashMap<>();
    found.forEach((name, list) -> byAdapter.put(name, deviations(list)));
    return new AdapterScores(elsewhere, byAdapter);
  }

  private static int mostFree(EndpointSnapshot snapshot) {
    int most = 0;
    for (int ordinal = 0; ordinal < snapshot.size(); ordinal++) {
      LoraAdapters adapters = snapshot.attribute(Attribute.LORA_ADAPTERS, ordinal);
      most = adapters == null ? most : Math.max(most, free(adapters));
    }
    return most;
  }

  private static int free(LoraAdapters adapters) {
    return adapters.max() - adapters.active().size() - adapters.waiting().size();
  }

  /** Names that any endpoint reports, running or waiting. */
  Set<String> names() {
    return byAdapter.keySet();
  }

  /** Where an adapter's score differs; null if no endpoint reports it. */
  @Nullable Deviations deviations(String adapter) {
    return byAdapter.get(adapter);
  }

  private static void add(Map<String, List<Deviation>> found, String name, Deviation deviation) {
    found.computeIfAbsent(name, n -> new ArrayList<>(1)).add(deviation);
  }

  private static Deviations deviations(List<Deviation> list) {
    int[] ordinals = new int[list.size()];
    double[] scores = new double[list.size()];
    for (int i = 0; i < ordinals.length; i++) {
      ordinals[i] = list.get(i).ordinal();
      scores[i] = list.get(i).score();
    }
    return new Deviations(ordinals, scores);
  }
}
