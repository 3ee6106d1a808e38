package io.igw.runtime;

import io.igw.runtime.PluginDescription.Parameter;
import io.igw.spi.Parameters;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of a configuration that has none, which write down what they are asked for: what a
 * type accepts is what its code reads. A list is asked as if it had one empty element.
 */
final class ParameterRecorder implements Parameters {
  private final String path;
  private final Map<String, Parameter> found;

  ParameterRecorder() {
    this("", new LinkedHashMap<>());
  }

  private ParameterRecorder(String path, Map<String, Parameter> found) {
    this.path = path;
    this.found = found;
  }

  /** In the order in which they were asked for. */
  List<Parameter> found() {
    return List.copyOf(found.values());
  }

  private void add(String key, String kind, String initial, String range) {
    found.putIfAbsent(path + key, new Parameter(path + key, kind, initial, range));
  }

  @Override
  public boolean present() {
    return false;
  }

  @Override
  public int integer(String key, int defaultValue, int min, int max) {
    String range = range(min > Integer.MIN_VALUE, min, max < Integer.MAX_VALUE, max);
    add(key, "integer", defaultValue < min ? "none" : Integer.toString(defaultValue), range);
    return defaultValue;
  }

  @Override
  public double number(String key, double defaultValue, double min, double max) {
    String range =
        min == Double.MIN_VALUE
            ? "> 0" + (max < Double.MAX_VALUE ? ", at most " + plain(max) : "")
            : range(min > -Double.MAX_VALUE, min, max < Double.MAX_VALUE, max);
    add(key, "number", Double.isNaN(defaultValue) ? "none" : plain(defaultValue), range);
    return defaultValue;
  }

  private static String range(boolean bounded, double min, boolean limited, double max) {
    if (bounded && limited) {
      return plain(min) + " to " + plain(max);
    }
    return bounded ? "at least " + plain(min) : limited ? "at most " + plain(max) : "";
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  @Override
  public boolean flag(String key, boolean defaultValue) {
    add(key, "boolean", Boolean.toString(defaultValue), "");
    return defaultValue;
  }

  @Override
  public Duration duration(String key, Duration defaultValue) {
    long millis = defaultValue.toMillis();
    add(key, "duration", millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms", "");
    return defaultValue;
  }

  @Override
  public String text(String key, String defaultValue) {
    add(key, "text", defaultValue.isEmpty() ? "none" : defaultValue, "");
    return defaultValue;
  }

  @Override
  public String oneOf(String key, String defaultValue, String... allowed) {
    boolean none = !List.of(allowed).contains(defaultValue) || defaultValue.isEmpty();
    add(key, "text", none ? "none" : defaultValue, Parameters.choice(allowed));
    return none ? allowed[0] : defaultValue;
  }

  @Override
  public @Nullable String text(String key) {
    add(key, "text", "none", "");
    return null;
  }

  @Override
  public List<String> texts(String key) {
    add(key, "list of texts", "none", "");
    return List.of();
  }

  @Override
  public Map<String, String> textMap(String key) {
    add(key, "texts by key", "none", "");
    return Map.of();
  }

  @Override
  public Parameters object(String key) {
    return new ParameterRecorder(path + key + ".", found);
  }

  @Override
  public List<Parameters> list(String key) {
    return List.of(new ParameterRecorder(path + key + "[].", found));
  }

  @Override
  public void explain(String key, String initial, String expected) {
    Parameter known = found.get(path + key);
    String kind = known == null ? "text" : known.kind();
    found.put(path + key, new Parameter(path + key, kind, initial, expected));
  }

  @Override
  public void reject(String key, String expected) {
    Parameter known = found.get(path + key);
    if (known == null) {
      add(key, "object", "none", expected);
    } else if (known.range().isEmpty()) {
      found.put(path + key, new Parameter(known.name(), known.kind(), known.initial(), expected));
    }
  }
}
