package io.igw.scheduler;

import io.igw.spi.Parameters;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Strict parameters over a map of plain values: strings, numbers, booleans, lists and maps. A value
 * of another type than asked for is a problem, never converted; only null is as good as absent, and
 * an empty text as good as no duration. Not thread-safe.
 */
public final class MapParameters implements Parameters {
  /**
   * One thing that is wrong.
   *
   * @param path keys and list indexes from the root, such as {@code conditions[0].maxValue}
   * @param value what stands there, null if nothing does
   * @param expected what should
   */
  public record Problem(String path, @Nullable Object value, String expected) {
    /** {@code path: value (expected: …)}; a long value is cut. */
    @Override
    public String toString() {
      String shown = String.valueOf(value);
      if (shown.length() > LONGEST_SHOWN) {
        shown = shown.substring(0, LONGEST_SHOWN) + "…";
      }
      return path + ": " + shown + " (expected: " + expected + ")";
    }
  }

  private static final int LONGEST_SHOWN = 100;

  private final String prefix;
  private final @Nullable Map<String, ?> values;
  private final List<Problem> problems;
  private final Set<String> asked = new LinkedHashSet<>();
  private final Map<String, MapParameters> nested = new LinkedHashMap<>();

  /** {@code values} null: the configuration has no parameters object. */
  public MapParameters(@Nullable Map<String, ?> values) {
    this("", values, new ArrayList<>());
  }

  private MapParameters(String prefix, @Nullable Map<String, ?> values, List<Problem> problems) {
    this.prefix = prefix;
    this.values = values;
    this.problems = problems;
  }

  /** All problems so far, unknown keys (with the nearest known key) included: call after create. */
  public List<Problem> problems() {
    List<Problem> all = new ArrayList<>(problems);
    unknown(all);
    return all;
  }

  private void unknown(List<Problem> into) {
    if (values != null) {
      for (Map.Entry<String, ?> entry : values.entrySet()) {
        if (!asked.contains(entry.getKey())) {
          String expected =
              asked.isEmpty() ? "no parameters" : "one of " + String.join(", ", asked);
          into.add(
              new Problem(
                  prefix + entry.getKey(),
                  entry.getValue(),
                  expected + NearestName.hint(entry.getKey(), asked)));
        }
      }
    }
    nested.values().forEach(child -> child.unknown(into));
  }

  @Override
  public boolean present() {
    return values != null;
  }

  private @Nullable Object value(String key) {
    asked.add(key);
    return values == null ? null : values.get(key);
  }

  private void wrong(String key, @Nullable Object value, String expected) {
    problems.add(new Problem(prefix + key, value, expected));
  }

  @Override
  public int integer(String key, int defaultValue, int min, int max) {
    Object value = value(key);
    if (value == null) {
      return defaultValue;
    }
    BigDecimal number = whole(value);
    if (number == null
        || number.compareTo(BigDecimal.valueOf(min)) < 0
        || number.compareTo(BigDecimal.valueOf(max)) > 0) {
      wrong(key, value, "a whole number" + range(min, max));
      return defaultValue;
    }
    return number.intValue();
  }

  /** Null if the value is no whole number; 3.0 is one. */
  private static @Nullable BigDecimal whole(Object value) {
    // Infinities and NaN have no decimal form.
    if (!(value instanceof Number number) || !Double.isFinite(number.doubleValue())) {
      return null;
    }
    BigDecimal decimal = new BigDecimal(number.toString());
    return decimal.stripTrailingZeros().scale() > 0 ? null : decimal;
  }

  private static String range(int min, int max) {
    if (max == Integer.MAX_VALUE) {
      return min == Integer.MIN_VALUE ? "" : " >= " + min;
    }
    return min == Integer.MIN_VALUE ? " <= " + max : ", " + min + ".." + max;
  }

  @Override
  public double number(String key, double defaultValue, double min, double max) {
    Object value = value(key);
    if (value == null) {
      return defaultValue;
    }
    double number = value instanceof Number n ? n.doubleValue() : Double.NaN;
    if (!(number >= min && number <= max) || Double.isInfinite(number)) {
      wrong(key, value, "a number" + range(min, max));
      return defaultValue;
    }
    return number;
  }

  private static String range(double min, double max) {
    boolean open = min <= -Double.MAX_VALUE;
    // The least double above 0 stands for an open bound.
    String above = min == Double.MIN_VALUE ? " > 0" : " >= " + text(min);
    if (max >= Double.MAX_VALUE) {
      return open ? "" : above;
    }
    if (open) {
      return " <= " + text(max);
    }
    return min == Double.MIN_VALUE
        ? above + " and <= " + text(max)
        : ", " + text(min) + ".." + text(max);
  }

  private static String text(double bound) {
    return bound == Math.rint(bound) && Math.abs(bound) < 1e15
        ? Long.toString((long) bound)
        : Double.toString(bound);
  }

  @Override
  public boolean flag(String key, boolean defaultValue) {
    Object value = value(key);
    if (value == null) {
      return defaultValue;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    wrong(key, value, "true or false");
    return defaultValue;
  }

  @Override
  public Duration duration(String key, Duration defaultValue) {
    Object value = value(key);
    if (value == null || value.equals("")) {
      return defaultValue;
    }
    Duration duration = value instanceof String text ? GoDuration.parse(text) : null;
    if (duration == null) {
      wrong(key, value, "a duration such as 200ms or 1m30s, not negative");
      return defaultValue;
    }
    return duration;
  }

  @Override
  public String text(String key, String defaultValue) {
    String text = text(key);
    return text == null ? defaultValue : text;
  }

  @Override
  public @Nullable String text(String key) {
    Object value = value(key);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    wrong(key, value, "a text");
    return null;
  }

  @Override
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    int index = 0;
    for (Object item : items(key, "a list of texts")) {
      if (item instanceof String text) {
        texts.add(text);
      } else {
        wrong(key + "[" + index + "]", item, "a text");
      }
      index++;
    }
    return texts;
  }

  @Override
  public Map<String, String> textMap(String key) {
    Object value = value(key);
    Map<String, String> texts = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      keyed(map)
          .forEach((name, item) -> {
            if (item instanceof String text) {
              texts.put(name, text);
            } else {
              wrong(key + "." + name, item, "a text");
            }
          });
    } else if (value != null) {
      wrong(key, value, "an object of texts");
    }
    return texts;
  }

  private List<?> items(String key, String expected) {
    Object value = value(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list;
    }
    wrong(key, value, expected);
    return List.of();
  }

  @Override
  public Parameters object(String key) {
    Object value = value(key);
    if (value != null && !(value instanceof Map)) {
      wrong(key, value, "an object");
    }
    return child(key, value);
  }

  private MapParameters child(String path, @Nullable Object value) {
    return nested.computeIfAbsent(
        path,
        p ->
            new MapParameters(
                prefix + p + ".", value instanceof Map<?, ?> map ? keyed(map) : null, problems));
  }

  @Override
  public List<Parameters> list(String key) {
    List<Parameters> children = new ArrayList<>();
    int index = 0;
    for (Object item : items(key, "a list of objects")) {
      String path = key + "[" + index++ + "]";
      if (item instanceof Map) {
        children.add(child(path, item));
      } else {
        wrong(path, item, "an object");
      }
    }
    return children;
  }

  private static Map<String, Object> keyed(Map<?, ?> map) {
    Map<String, Object> keyed = new LinkedHashMap<>();
    map.forEach((key, value) -> keyed.put(String.valueOf(key), value));
    return keyed;
  }

  @Override
  public void reject(String key, String expected) {
    asked.add(key);
    wrong(key, values == null ? null : values.get(key), expected);
  }
}
