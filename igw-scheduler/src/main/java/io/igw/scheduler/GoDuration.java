package io.igw.scheduler;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Durations as the reference writes them: {@code 200ms}, {@code 1m30s}, {@code 1.5h}, {@code 0}.
 */
public final class GoDuration {
  private static final Pattern PART =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  /** Longer texts are no durations, and would be costly to read as numbers. */
  private static final int LONGEST = 100;

  private GoDuration() {}

  /** The duration, null if the text is none, is negative or is longer than 292 years. */
  public static @Nullable Duration parse(String text) {
    String left = text.startsWith("+") ? text.substring(1) : text;
    if (left.equals("0")) {
      return Duration.ZERO;
    }
    if (left.isEmpty() || left.length() > LONGEST) {
      return null;
    }
    Matcher part = PART.matcher(left);
    BigDecimal nanos = BigDecimal.ZERO;
    for (int at = 0; at < left.length(); at = part.end()) {
      if (!part.region(at, left.length()).lookingAt()) {
        return null;
      }
      BigDecimal unit = BigDecimal.valueOf(unitNanos(part.group(2)));
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit));
    }
    return nanos.compareTo(MOST) > 0 ? null : Duration.ofNanos(nanos.longValue());
  }

  private static long unitNanos(String unit) {
    return switch (unit) {
      case "ns" -> 1L;
      case "us", "µs", "μs" -> 1_000L;
      case "ms" -> 1_000_000L;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      default -> 3_600_000_000_000L;
    };
  }
}
