package io.igw.runtime.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node of a document with its place. Immutable. */
public sealed interface YamlNode {
  /** Where it begins. */
  Place place();

  /** The node as plain values: text, number, boolean, null, list, map. */
  @Nullable Object plain();

  /** What it is, for messages: the value of a scalar, else {@code a list} or {@code an object}. */
  String shown();

  /**
   * A scalar.
   *
   * @param place where it begins
   * @param text as it is written, without quotes
   * @param value String, Boolean, Long, BigInteger, Double, or null
   */
  record Scalar(Place place, String text, @Nullable Object value) implements YamlNode {
    private static final int SHOWN = 60;

    @Override
    public @Nullable Object plain() {
      return value;
    }

    @Override
    public String shown() {
      String cut = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
      return value instanceof String ? "'" + cut + "'" : value == null ? "null" : cut;
    }
  }

  /** A list. */
  record Sequence(Place place, List<YamlNode> items) implements YamlNode {
    /** Copies the items. */
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public List<@Nullable Object> plain() {
      List<@Nullable Object> values = new ArrayList<>(items.size());
      items.forEach(item -> values.add(item.plain()));
      return values;
    }

    @Override
    public String shown() {
      return "a list";
    }
  }

  /**
   * An object.
   *
   * @param place where it begins
   * @param entries in document order
   */
  record Mapping(Place place, Map<String, YamlNode> entries) implements YamlNode {
    @Override
    public Map<String, @Nullable Object> plain() {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      entries.forEach((key, value) -> values.put(key, value.plain()));
      return values;
    }

    @Override
    public String shown() {
      return "an object";
    }
  }

  /** Whether it stands for nothing. */
  default boolean isNull() {
    return this instanceof Scalar scalar && scalar.value() == null;
  }

  /** The place of what {@code path} names, or of the last part of it that exists. */
  default Place find(String path) {
    YamlNode at = this;
    for (String part : path.split("[.\\[]")) {
      YamlNode next = null;
      if (at instanceof Mapping map) {
        next = map.entries().get(part);
      } else if (at instanceof Sequence list && part.matches("\\d{1,6}]")) {
        int index = Integer.parseInt(part.substring(0, part.length() - 1));
        next = index < list.items().size() ? list.items().get(index) : null;
      }
      if (next == null) {
        break;
      }
      at = next;
    }
    return at.place();
  }
}
