package io.igw.simulator;

import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine;

/** Durations on command lines. */
public final class Durations {
  private Durations() {}

  /** {@code 20s}, {@code 500ms}, {@code 2m}, or seconds. */
  public static Duration parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    try {
      if (lower.endsWith("ms")) {
        return millis(lower, 2, 1);
      }
      if (lower.endsWith("m")) {
        return millis(lower, 1, 60_000);
      }
      return lower.endsWith("s") ? millis(lower, 1, 1000) : millis(lower, 0, 1000);
    } catch (NumberFormatException e) {
      throw new CommandLine.TypeConversionException(
          "'" + text + "' (expected: a duration such as 20s, 500ms or 2m)");
    }
  }

  private static Duration millis(String text, int unitLength, double factor) {
    String number = text.substring(0, text.length() - unitLength);
    return Duration.ofNanos(Math.round(Double.parseDouble(number) * factor * 1e6));
  }
}
