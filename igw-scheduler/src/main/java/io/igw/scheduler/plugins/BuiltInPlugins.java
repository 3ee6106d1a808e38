package io.igw.scheduler.plugins;

import io.igw.api.Signal;
import io.igw.spi.Picker;
import io.igw.spi.ProfileHandler;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Scorer;
import java.time.Duration;

/** Makes built-in plugins for embedders without a configuration file. */
public final class BuiltInPlugins {
  private BuiltInPlugins() {}

  /** {@code queue-scorer}: the fewer requests wait, the better. */
  public static Scorer queueScorer() {
    return new SpreadScorer(Signal.WAITING_REQUESTS);
  }

  /** {@code running-requests-size-scorer}: the fewer requests run, the better. */
  public static Scorer runningRequestsScorer() {
    return new SpreadScorer(Signal.RUNNING_REQUESTS);
  }

  /** {@code kv-cache-utilization-scorer}: the emptier the KV cache, the better. */
  public static Scorer kvCacheUtilizationScorer() {
    return new KvCacheScorer();
  }

  /** {@code active-request-scorer}: the fewer requests this picker has in flight, the better. */
  public static Scorer activeRequestScorer() {
    return new ActiveRequestScorer(0, 1);
  }

  /** {@code max-score-picker}: the best {@code count} endpoints; at least 1. */
  public static Picker maxScorePicker(int count) {
    return new TopPicker(atLeastOne(count));
  }

  /** {@code random-picker}: any {@code count} endpoints; at least 1. */
  public static Picker randomPicker(int count) {
    return new RandomPicker(atLeastOne(count));
  }

  /**
   * {@code weighted-random-picker}: {@code count} endpoints in proportion to their totals; at least
   * 1.
   */
  public static Picker weightedRandomPicker(int count) {
    return new WeightedRandomPicker(atLeastOne(count));
  }

  /** {@code single-profile-handler}: runs the only profile. */
  public static ProfileHandler singleProfileHandler() {
    return new SingleProfileHandler();
  }

  /**
   * {@code utilization-detector} with its default thresholds: 5 waiting requests, 0.8 of the KV
   * cache.
   */
  public static SaturationDetector utilizationDetector(Duration staleness) {
    return new UtilizationDetector(5, 0.8, staleness, 0);
  }

  private static int atLeastOne(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
    }
    return count;
  }
}
