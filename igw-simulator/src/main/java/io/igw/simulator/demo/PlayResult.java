package io.igw.simulator.demo;

import java.util.Arrays;

/**
 * What one play measured. Immutable.
 *
 * @param sent requests sent
 * @param errors requests without a complete answer
 * @param promptTokens prompt tokens of the answered ones
 * @param cachedTokens those of them that came from a prefix cache
 * @param generatedTokens generated tokens
 * @param seconds from the first arrival to the last answer
 * @param firstTokenNanos sorted times to the first token
 */
record PlayResult(
    int sent,
    int errors,
    long promptTokens,
    long cachedTokens,
    long generatedTokens,
    double seconds,
    long[] firstTokenNanos) {
  /** Share of prompt tokens that was cached, 0 if there were none. */
  double hitRatio() {
    return promptTokens == 0 ? 0 : cachedTokens / (double) promptTokens;
  }

  /** Time to first token at a quantile, by nearest rank, in milliseconds. */
  double firstTokenMillis(double quantile) {
    if (firstTokenNanos.length == 0) {
      return 0;
    }
    int rank = (int) Math.ceil(quantile * firstTokenNanos.length);
    return firstTokenNanos[Math.max(0, rank - 1)] / 1e6;
  }

  double requestsPerSecond() {
    return seconds <= 0 ? 0 : (sent - errors) / seconds;
  }

  double tokensPerSecond() {
    return seconds <= 0 ? 0 : generatedTokens / seconds;
  }

  static long[] sorted(long[] values, int count) {
    long[] copy = Arrays.copyOf(values, count);
    Arrays.sort(copy);
    return copy;
  }
}
