package io.igw.extproc.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of flags as the reference writes them. */
final class Values {
  private static final Pattern DURATION_PART =
      Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  private static final Pattern QUANTITY = Pattern.compile("(\\d+)(Ki|Mi|Gi|k|K|M|G)?[bB]?");
  private static final Map<String, Long> UNITS =
      Map.of(
          "", 1L,
          "k", 1_000L,
          "K", 1_000L,
          "M", 1_000_000L,
          "G", 1_000_000_000L,
          "Ki", 1L << 10,
          "Mi", 1L << 20,
          "Gi", 1L << 30);

  private Values() {}

  /** Turns text into a value. */
  @FunctionalInterface
  interface Parser<T> {
    T parse(String text) throws BadValue;
  }

  /** A value that is not one; the message is what was expected. */
  static final class BadValue extends Exception {
    private static final long serialVersionUID = 1L;

    BadValue(String expected) {
      super(expected);
    }
  }

  static String text(String text) {
    return text;
  }

  /** Switches as Go reads them. */
  static Boolean bool(String text) throws BadValue {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw new BadValue("true or false");
    };
  }

  static Integer port(String text) throws BadValue {
    return (int) number(text, 0, 65_535, "a port, 0 to 65535, 0 for any free one");
  }

  static Integer verbosity(String text) throws BadValue {
    int level = (int) number(text, Integer.MIN_VALUE, Integer.MAX_VALUE, "a number, 0 to 5");
    return level < 0 ? 2 : level;
  }

  static Integer count(String text) throws BadValue {
    return (int) number(text, 1, 1_000_000, "a number, 1 to 1000000");
  }

  static Integer levels(String text) throws BadValue {
    return (int) number(text, 1, 64, "a number, 1 to 64");
  }

  private static long number(String text, long min, long max, String expected) throws BadValue {
    long value;
    try {
      value = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadValue(expected);
    }
    if (value < min || value > max) {
      throw new BadValue(expected);
    }
    return value;
  }

  /** Durations as Go writes them: {@code 50ms}, {@code 1m30s}. */
  static Duration duration(String text) throws BadValue {
    String expected = "a duration such as 50ms, 30s or 1m30s";
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    Matcher parts = DURATION_PART.matcher(text);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (parts.find() && parts.start() == end) {
      long unit = NANOS.getOrDefault(parts.group(2), 0L);
      nanos = nanos.add(new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit)));
      end = parts.end();
    }
    if (end == 0 || end != text.length() || nanos.compareTo(new BigDecimal(Long.MAX_VALUE)) > 0) {
      throw new BadValue(expected);
    }
    return Duration.ofNanos(nanos.longValue());
  }

  /** Sizes as the reference reads them: {@code 10MiB}, {@code 25MB}, {@code 1048576}. */
  static Long bytes(String text) throws BadValue {
    String expected = "a size such as 16MiB, 25MB or 1048576, below 2 GiB";
    Matcher size = QUANTITY.matcher(text);
    if (!size.matches() || size.group(1).length() > 10) {
      throw new BadValue(expected);
    }
    String unit = size.group(2) == null ? "" : size.group(2);
    long bytes = Long.parseLong(size.group(1)) * UNITS.getOrDefault(unit, 0L);
    if (bytes < 1 || bytes > Integer.MAX_VALUE) {
      throw new BadValue(expected);
    }
    return bytes;
  }

  /** One of a few words. */
  static Parser<String> oneOf(List<String> words) {
    return text -> {
      if (!words.contains(text)) {
        throw new BadValue("one of " + String.join(", ", words));
      }
      return text;
    };
  }

  /** {@code NAME=PRIORITY}. */
  static Map.Entry<String, Integer> objective(String text) throws BadValue {
    String expected = "NAME=PRIORITY with a whole number";
    int equals = text.lastIndexOf('=');
    if (equals < 1) {
      throw new BadValue(expected);
    }
    long priority =
        number(text.substring(equals + 1), Integer.MIN_VALUE, Integer.MAX_VALUE, expected);
    return Map.entry(text.substring(0, equals), (int) priority);
  }
}
