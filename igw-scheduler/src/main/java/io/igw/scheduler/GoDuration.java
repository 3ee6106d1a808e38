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
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)");
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  private GoDuration() {}

  /** The duration, null if the text is none or is negative. */
  public static @Nullable Duration parse(String text) {
    String left = text.trim();
    if (left.equals("0")) {
      return Duration.ZERO;
    }
    Matcher part = PART.matcher(left);
    BigDecimal nanos = BigDecimal.ZERO;
    int at = 0;
    while (at < left.length()) {
      if (!part.find(at) || part.start() != at) {
        return null;
      }
      nanos =
          nanos.add(
              new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unitNanos(part.group(2)))));
      at = part.end();
    }
    return at == 0 || nanos.compareTo(MOST) > 0 ? null : Duration.ofNanos(nanos.longValue());
  }

  private static long unitNanos(String unit) {
    return switch (unit) {
      case "ns" -> 1L;
      case "us", "µs" -> 1_000L;
      case "ms" -> 1_000_000L;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      default -> 3_600_000_000_000L;
    };
  }
}
