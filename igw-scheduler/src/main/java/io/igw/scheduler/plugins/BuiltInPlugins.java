package io.igw.scheduler.plugins;

import io.igw.api.Signal;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.PluginContext;
import io.igw.spi.ProfileHandler;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Scorer;
import java.time.Duration;

/** Makes built-in plugins for embedders without a configuration file. */
public final class BuiltInPlugins {
  private BuiltInPlugins() {}

  /** {@code queue-scorer}: the fewer requests wait, the better. */
  public static Scorer queueScorer() {
    return new SpreadScorer(Signal.WAITING_REQUESTS, AbsentNumbers.MEAN);
  }

  /** {@code running-requests-size-scorer}: the fewer requests run, the better. */
  public static Scorer runningRequestsScorer() {
    return new SpreadScorer(Signal.RUNNING_REQUESTS, AbsentNumbers.MEAN);
  }

  /** {@code kv-cache-utilization-scorer}: the emptier the KV cache, the better. */
  public static Scorer kvCacheUtilizationScorer() {
    return new KvCacheScorer(AbsentNumbers.MEAN);
  }

  /** {@code active-request-scorer}: the fewer requests this picker has in flight, the better. */
  public static Scorer activeRequestScorer() {
    return new ActiveRequestScorer(0, 1);
  }

  /**
   * {@code token-load-scorer} with its default scale of 4,194,304 tokens: the fewer tokens are in
   * flight there and would be added, the better. Needs {@link #inFlightLoadProducer} under its type
   * as name.
   */
  public static Scorer tokenLoadScorer(PluginContext context) {
    return new TokenLoadScorer(
        TokenLoadScorer.DEFAULT_THRESHOLD,
        TokenLoadScorer.added(context, InFlightLoadProducer.TYPE));
  }

  /**
   * {@code inflight-load-producer}: the tokens that a request would add to each endpoint, for
   * {@code SchedulerBuilder.reservedTokens}.
   *
   * @param addEstimatedOutputTokens whether the output to expect counts too
   */
  public static InFlightLoadProducer inFlightLoadProducer(
      PluginContext context, boolean addEstimatedOutputTokens) {
    return InFlightLoadProducer.of(context, addEstimatedOutputTokens);
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
   *
   * @param staleness numbers older than this count as saturated; above 0
   */
  public static SaturationDetector utilizationDetector(Duration staleness) {
    return detector(staleness, 0);
  }

  /**
   * {@code utilization-detector} as a filter with its default thresholds: drops endpoints that are
   * saturated, unless all are.
   *
   * @param staleness numbers older than this count as saturated; above 0
   * @param headroom share by which the thresholds may be exceeded; at least 0
   */
  public static Filter utilizationFilter(Duration staleness, double headroom) {
    return detector(staleness, headroom);
  }

  private static UtilizationDetector detector(Duration staleness, double headroom) {
    if (staleness.isNegative() || staleness.isZero()) {
      throw new IllegalArgumentException("staleness: " + staleness + " (expected: > 0)");
    }
    if (!(headroom >= 0 && headroom <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("headroom: " + headroom + " (expected: >= 0)");
    }
    return new UtilizationDetector(
        UtilizationDetector.QUEUE_DEPTH, UtilizationDetector.KV_CACHE_UTIL, staleness, headroom);
  }

  private static int atLeastOne(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
    }
    return count;
  }
}
