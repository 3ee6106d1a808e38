package io.igw.runtime.metrics;

/**
 * Bounds of polling.
 *
 * @param maxPageBytes a longer page is given up; at least 1
 * @param maxInFlight polls that run at once; one that takes long no longer counts; at least 1
 */
public record PollLimits(long maxPageBytes, int maxInFlight) {
  /** 16 MiB a page, 64 polls at once. */
  public static final PollLimits DEFAULT = new PollLimits(16L << 20, 64);

  /** Checks the ranges. */
  public PollLimits {
    if (maxPageBytes < 1) {
      throw new IllegalArgumentException("maxPageBytes: " + maxPageBytes + " (expected: >= 1)");
    }
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("maxInFlight: " + maxInFlight + " (expected: >= 1)");
    }
  }
}
