package io.igw.runtime.yaml;

import io.igw.scheduler.GoDuration;
import io.igw.scheduler.NearestName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one object of a document strictly: a wrong type is a problem and reads as absent; {@link
 * #end} makes problems of the fields that no one asked for. A field whose value is null is absent.
 */
public final class ObjectReader {
  private final YamlNode.Mapping node;
  private final Problems problems;
  private final Set<String> asked = new LinkedHashSet<>();

  /** Of that object. */
  public ObjectReader(YamlNode.Mapping node, Problems problems) {
    this.node = node;
    this.problems = problems;
  }

  /** The object as it stands. */
  public YamlNode.Mapping mapping() {
    return node;
  }

  /** Where the object begins. */
  public Place place() {
    return node.place();
  }

  /** Where the value of a field stands, or would. */
  public Place place(String key) {
    YamlNode value = node.entries().get(key);
    return value != null
        ? value.place()
        : node.place().at(node.place().path().isEmpty() ? key : node.place().path() + "." + key);
  }

  /** The value of a field as it stands, null if absent. */
  public @Nullable YamlNode value(String key) {
    asked.add(key);
    YamlNode value = node.entries().get(key);
    return value == null || value.isNull() ? null : value;
  }

  /** Whether a field is there. */
  public boolean has(String key) {
    return value(key) != null;
  }

  private void wrong(YamlNode value, String expected) {
    problems.error(value.place(), value.shown() + " (expected: " + expected + ")");
  }

  /** A text, null if absent. */
  public @Nullable String text(String key) {
    YamlNode value = value(key);
    if (value instanceof YamlNode.Scalar scalar && scalar.value() instanceof String text) {
      return text;
    }
    if (value != null) {
      wrong(value, "a text");
    }
    return null;
  }

  /** True or false. */
  public boolean flag(String key, boolean absent) {
    YamlNode value = value(key);
    if (value instanceof YamlNode.Scalar scalar && scalar.value() instanceof Boolean flag) {
      return flag;
    }
    if (value != null) {
      wrong(value, "true or false");
    }
    return absent;
  }

  /** A finite number, null if absent. */
  public @Nullable Double number(String key) {
    YamlNode value = value(key);
    if (value instanceof YamlNode.Scalar scalar
        && scalar.value() instanceof Number number
        && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    if (value != null) {
      wrong(value, "a finite number");
    }
    return null;
  }

  /** A whole number in a range, null if absent. */
  public @Nullable Integer whole(String key, int min, int max) {
    YamlNode value = value(key);
    if (value instanceof YamlNode.Scalar scalar
        && scalar.value() instanceof Long number
        && number >= min
        && number <= max) {
      return number.intValue();
    }
    if (value != null) {
      wrong(value, "a whole number, " + min + ".." + max);
    }
    return null;
  }

  /** A duration, null if absent. */
  public @Nullable Duration duration(String key) {
    YamlNode value = value(key);
    Duration duration =
        value instanceof YamlNode.Scalar scalar ? GoDuration.parse(scalar.text()) : null;
    if (value != null && duration == null) {
      wrong(value, "a duration such as 200ms or 1m30s, not negative");
    }
    return duration;
  }

  /** An object, null if absent. */
  public @Nullable ObjectReader object(String key) {
    YamlNode value = value(key);
    if (value instanceof YamlNode.Mapping mapping) {
      return new ObjectReader(mapping, problems);
    }
    if (value != null) {
      wrong(value, "an object");
    }
    return null;
  }

  /** The elements of a list, none if absent. */
  public List<YamlNode> items(String key) {
    YamlNode value = value(key);
    if (value instanceof YamlNode.Sequence list) {
      return list.items();
    }
    if (value != null) {
      wrong(value, "a list");
    }
    return List.of();
  }

  /** A list of objects, empty if absent. */
  public List<ObjectReader> objects(String key) {
    List<ObjectReader> objects = new ArrayList<>();
    for (YamlNode item : items(key)) {
      if (item instanceof YamlNode.Mapping mapping) {
        objects.add(new ObjectReader(mapping, problems));
      } else {
        wrong(item, "an object");
      }
    }
    return objects;
  }

  /** A map of texts; numbers and booleans count as the text that stands there. */
  public Map<String, String> texts(String key) {
    Map<String, String> texts = new java.util.LinkedHashMap<>();
    YamlNode value = value(key);
    if (value instanceof YamlNode.Mapping mapping) {
      mapping
          .entries()
          .forEach((name, item) -> {
            if (item instanceof YamlNode.Scalar scalar) {
              texts.put(name, scalar.value() == null ? "" : scalar.text());
            } else {
              wrong(item, "a text");
            }
          });
    } else if (value != null) {
      wrong(value, "an object of texts");
    }
    return texts;
  }

  /** Makes a problem of each field that no one asked for. */
  public void end() {
    for (Map.Entry<String, YamlNode> entry : node.entries().entrySet()) {
      if (!asked.contains(entry.getKey())) {
        problems.error(
            entry.getValue().place(),
            "unknown field (expected: one of "
                + String.join(", ", asked)
                + ")"
                + NearestName.hint(entry.getKey(), asked));
      }
    }
  }
}
