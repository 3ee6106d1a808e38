package io.igw.runtime.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Which series of a metrics page are meant: a family by its exact name, and label values that a
 * series must have. Text form {@code name} or {@code name{label=value,label="value"}}
 * (epp-protocol.md MS-5).
 *
 * @param name family name
 * @param labels all of them must be equal; empty for every series of the family
 */
record MetricSpec(String name, List<Label> labels) {
  /** What {@link #parse} accepts, for messages. */
  static final String SYNTAX = "name or name{label=value,label=\"value\"}";

  /** One label that a series must have. */
  record Label(String name, String value) {}

  MetricSpec {
    labels = List.copyOf(labels);
  }

  /** The family of that name, whatever the labels. */
  static MetricSpec of(String name) {
    return new MetricSpec(name, List.of());
  }

  /** The same labels on another family. */
  MetricSpec renamed(String other) {
    return new MetricSpec(other, labels);
  }

  /**
   * Reads the text form; quotes round a value are optional, blanks round names and values are
   * ignored.
   *
   * @throws IllegalArgumentException that quotes what is wrong
   */
  static MetricSpec parse(String text) {
    String spec = text.strip();
    int brace = spec.indexOf('{');
    String name = (brace < 0 ? spec : spec.substring(0, brace)).strip();
    if (!isName(name, true) || (brace >= 0 && !spec.endsWith("}"))) {
      throw new IllegalArgumentException("not a valid metric specification: \"" + text + "\"");
    }
    List<Label> labels = new ArrayList<>();
    if (brace >= 0) {
      int end = spec.length() - 1;
      int from = brace + 1;
      while (from < end) {
        int comma = pairEnd(spec, from, end);
        String pair = spec.substring(from, comma).strip();
        if (!pair.isEmpty() || comma < end) {
          labels.add(label(pair));
        }
        from = comma + 1;
      }
    }
    return new MetricSpec(name, labels);
  }

  /** The comma behind the pair that starts at {@code from}; commas within quotes do not count. */
  private static int pairEnd(String spec, int from, int end) {
    boolean quoted = false;
    for (int i = from; i < end; i++) {
      char c = spec.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        return i;
      }
    }
    return end;
  }

  private static Label label(String pair) {
    int equals = pair.indexOf('=');
    String name = equals < 0 ? "" : pair.substring(0, equals).strip();
    String value = equals < 0 ? "" : pair.substring(equals + 1).strip();
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    String bare = quoted ? value.substring(1, value.length() - 1) : value;
    boolean plain = bare.chars().noneMatch(c -> c == '"' || c == '{' || c == '}' || c == '\\');
    if (!isName(name, false) || bare.isEmpty() || !plain || (!quoted && notBare(bare))) {
      throw new IllegalArgumentException(
          "invalid label pair \"" + pair + "\" (expected: label=value or label=\"value\")");
    }
    return new Label(name, bare);
  }

  /**
   * Operators of the query language and blanks need quotes, lest a typing error pass for a value.
   */
  private static boolean notBare(String value) {
    return value.chars().anyMatch(c -> c == '=' || c == '~' || c == '!' || c <= ' ');
  }

  private static boolean isName(String name, boolean colons) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = i > 0 && c >= '0' && c <= '9';
      if (!letter && !digit && !(colons && c == ':')) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /** The text form. */
  @Override
  public String toString() {
    if (labels.isEmpty()) {
      return name;
    }
    StringBuilder text = new StringBuilder(name).append('{');
    for (Label label : labels) {
      text.append(text.charAt(text.length() - 1) == '{' ? "" : ",");
      text.append(label.name()).append("=\"").append(label.value()).append('"');
    }
    return text.append('}').toString();
  }
}
