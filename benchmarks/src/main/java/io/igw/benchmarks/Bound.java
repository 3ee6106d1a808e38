package io.igw.benchmarks;

import java.util.Locale;

/**
 * One measured value held against its bound.
 *
 * @param name what was measured
 * @param value the value, in {@code unit}
 * @param bound the most it may be
 * @param unit unit of both
 */
record Bound(String name, double value, double bound, String unit) {
  boolean passes() {
    return value <= bound;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-34s %12.3f  <= %10.3f %-6s %s",
        name,
        value,
        bound,
        unit,
        passes() ? "PASS" : "FAIL");
  }
}
