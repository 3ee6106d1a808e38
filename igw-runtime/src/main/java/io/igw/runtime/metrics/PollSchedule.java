package io.igw.runtime.metrics;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When an endpoint is polled next and how long a poll may take (data-layer.md 5 and 11).
 *
 * <p>The interval is the source's, rounded to a multiple of the tick. A new endpoint is polled at
 * once; from then on each has a phase of the interval, which about fifteen others share, so that a
 * large pool is not asked all at once and yet one wake-up serves several. A failing endpoint is
 * asked at twice the distance each time, up to two seconds.
 *
 * <p><b>Threading.</b> Immutable but for the generator: one thread at a time.
 */
final class PollSchedule {
  static final Duration MIN_TICK = Duration.ofMillis(50);

  /** Endpoints that one wake-up may serve: what is asked first warms the caches for the others. */
  private static final int GROUP = 16;

  private static final long MIN_PHASE_NANOS = 12_500_000;
  private static final long MAX_BACK_OFF_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long MIN_DEADLINE_NANOS = Duration.ofMillis(400).toNanos();
  private static final long MAX_DEADLINE_NANOS = Duration.ofMillis(900).toNanos();
  private static final long FIRST_DEADLINE_NANOS = Duration.ofSeconds(3).toNanos();
  private static final int MAX_DOUBLINGS = 16;

  private final long intervalNanos;
  private final RandomGenerator random;

  /**
   * A schedule.
   *
   * @param tick base tick, at least 50 ms; a shorter source interval lowers it, not below 50 ms
   * @param sourceInterval zero: each tick
   */
  PollSchedule(Duration tick, Duration sourceInterval, RandomGenerator random) {
    if (tick.compareTo(MIN_TICK) < 0) {
      throw new IllegalArgumentException("tick: " + tick + " (expected: >= " + MIN_TICK + ")");
    }
    if (sourceInterval.isNegative()) {
      throw new IllegalArgumentException(
          "interval: " + sourceInterval + " (expected: not negative)");
    }
    long wanted = sourceInterval.isZero() ? tick.toNanos() : sourceInterval.toNanos();
    long base = Math.max(MIN_TICK.toNanos(), Math.min(tick.toNanos(), wanted));
    this.intervalNanos = Math.max(1, (wanted + base / 2) / base) * base;
    this.random = random;
  }

  /** Distance of two polls of an endpoint that answers. */
  long intervalNanos() {
    return intervalNanos;
  }

  /**
   * A poll that has not ended by then is given up. Nine tenths of the interval, but a slow engine
   * is given 400 ms whatever the interval: its polls never overlap and hold up no other endpoint.
   */
  long deadlineNanos() {
    long share = intervalNanos / 10 * 9;
    return Math.max(MIN_DEADLINE_NANOS, Math.min(MAX_DEADLINE_NANOS, share));
  }

  /**
   * The same for the first poll of an endpoint: picker and engine may both have been started a
   * moment ago and still be loading what a page needs.
   */
  long firstDeadlineNanos() {
    return FIRST_DEADLINE_NANOS;
  }

  /** A new endpoint's place among the others, 0 up to 1: it keeps it. */
  double place() {
    return random.nextDouble();
  }

  /**
   * Where in the interval an endpoint is polled from its second poll on: in one of as many groups
   * as the pool has now, so that endpoints that stay when others leave come together again.
   *
   * @param endpoints of the pool
   */
  long phaseNanos(double place, int endpoints) {
    long most = Math.max(1, intervalNanos / 2 / MIN_PHASE_NANOS);
    long groups = Math.max(1, Math.min(most, (endpoints + GROUP - 1) / GROUP));
    return intervalNanos * (long) (place * groups) / groups;
  }

  /**
   * Wait after a good poll, from its end: until the clock comes to the phase again. What is taken
   * from the clock and not from the poll before keeps the endpoints of a group together.
   */
  long delayNanos(long nowNanos, long phaseNanos) {
    return intervalNanos - Math.floorMod(nowNanos - phaseNanos, intervalNanos);
  }

  /** Wait after so many polls in a row that failed, from the end of the last. */
  long backOffNanos(int failures) {
    long longest = Math.max(intervalNanos, MAX_BACK_OFF_NANOS);
    int doublings = Math.min(MAX_DOUBLINGS, failures - 1);
    long nominal = doublings == 0 ? intervalNanos : Math.min(longest, intervalNanos << doublings);
    return nominal / 4 * 3 + random.nextLong(nominal / 2 + 1);
  }
}
