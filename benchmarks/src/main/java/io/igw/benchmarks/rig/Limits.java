package io.igw.benchmarks.rig;

/**
 * What the rig bears, so that a server that falls behind makes it count failures and not run out of
 * its own memory.
 *
 * @param inFlight exchanges under way at once
 * @param promptBytes of all of them
 * @param deadlineSeconds an exchange that is not over by then has failed
 */
record Limits(int inFlight, long promptBytes, int deadlineSeconds) {
  /** A quarter of the heap and of the direct memory that benchmarks/rig has. */
  static final long PROMPT_BYTES = 256_000_000;

  static final Limits DEFAULT = new Limits(10_000, PROMPT_BYTES, 60);
}
