package io.igw.runtime.yaml;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Turns the text of documents into nodes. Builds them from parser events, so that size, depth and
 * aliases are bounded before anything is built from them.
 */
public final class YamlReader {
  /** Longest document, in characters (data-layer.md 4 gives endpoints files the same limit). */
  public static final int MAX_CHARS = 1 << 20;

  private static final int MAX_DEPTH = 64;
  private static final int MAX_NODES = 200_000;
  private static final ScalarResolver RESOLVER = new CoreSchema().getScalarResolver();

  private final Problems problems;
  private final Iterator<Event> events;
  private final Map<Anchor, YamlNode> anchors = new HashMap<>();
  private int nodes;

  /** What ends the reading at once: the parser cannot go on after it. */
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    Unreadable(Place place, String message) {
      super(message, null, false, false);
      this.place = place;
    }
  }

  private YamlReader(Iterator<Event> events, Problems problems) {
    this.events = events;
    this.problems = problems;
  }

  /** Reads with a reader of its own. */
  @FunctionalInterface
  private interface Reading<T> {
    T of(YamlReader reader) throws Unreadable;
  }

  /** The root of the document; null if it cannot be read, which is then among the problems. */
  public static YamlNode.@Nullable Mapping read(String text, Problems problems) {
    return reading(text, problems, YamlReader::document);
  }

  /**
   * The roots of all documents of a file; those that are empty are left out. What cannot be read is
   * among the problems, and what stands behind it may be missing.
   */
  public static List<YamlNode.Mapping> readAll(String text, Problems problems) {
    List<YamlNode.Mapping> roots = new ArrayList<>();
    reading(text, problems, reader -> reader.documents(roots));
    return roots;
  }

  private static <T> @Nullable T reading(String text, Problems problems, Reading<T> reading) {
    if (text.length() > MAX_CHARS) {
      problems.error(
          Place.NONE, text.length() + " characters (expected: at most " + MAX_CHARS + ")");
      return null;
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(problems.source())
            .setSchema(new CoreSchema())
            .setCodePointLimit(MAX_CHARS)
            .build();
    try {
      StreamReader characters = new StreamReader(settings, text);
      return reading.of(new YamlReader(new ParserImpl(settings, characters), problems));
    } catch (Unreadable e) {
      problems.error(e.place, String.valueOf(e.getMessage()));
    } catch (MarkedYamlEngineException e) {
      Place place = e.getProblemMark().map(mark -> place(mark, "")).orElse(Place.NONE);
      String context = e.getContext() == null ? "" : e.getContext() + ", ";
      problems.error(place, "not YAML or JSON: " + context + e.getProblem());
    } catch (YamlEngineException e) {
      problems.error(Place.NONE, "not YAML or JSON: " + firstLine(e.getMessage()));
    }
    return null;
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : message.lines().findFirst().orElse("");
  }

  private List<YamlNode.Mapping> documents(List<YamlNode.Mapping> roots) throws Unreadable {
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof NodeEvent) {
        anchors.clear();
        YamlNode root = node(event, "", 0);
        if (root instanceof YamlNode.Mapping mapping) {
          roots.add(mapping);
        } else if (!root.isNull()) {
          problems.error(root.place(), root.shown() + " (expected: an object)");
        }
      }
    }
    return roots;
  }

  private YamlNode.Mapping document() throws Unreadable {
    YamlNode root = null;
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof NodeEvent) {
        if (root != null) {
          throw new Unreadable(place(event, ""), "a second document (expected: one)");
        }
        root = node(event, "", 0);
      }
    }
    if (root == null || root.isNull()) {
      throw new Unreadable(Place.NONE, "empty (expected: an object)");
    }
    if (root instanceof YamlNode.Mapping mapping) {
      return mapping;
    }
    throw new Unreadable(root.place(), root.shown() + " (expected: an object)");
  }

  private YamlNode node(Event event, String path, int depth) throws Unreadable {
    Place place = place(event, path);
    if (depth > MAX_DEPTH) {
      throw new Unreadable(place, "nested too deeply (expected: at most " + MAX_DEPTH + " levels)");
    }
    if (++nodes > MAX_NODES) {
      throw new Unreadable(place, "too large (expected: at most " + MAX_NODES + " values)");
    }
    YamlNode made;
    if (event instanceof AliasEvent alias) {
      return aliased(alias, place);
    } else if (event instanceof ScalarEvent scalar) {
      made = new YamlNode.Scalar(place, scalar.getValue(), value(scalar, place));
    } else if (event instanceof SequenceStartEvent) {
      made = sequence(place, depth);
    } else {
      made = mapping(place, depth);
    }
    Optional<Anchor> anchor = ((NodeEvent) event).getAnchor();
    if (anchor.isPresent()) {
      anchors.put(anchor.get(), made);
    }
    return made;
  }

  /** Counts what the alias stands for, so that a few lines cannot stand for millions of values. */
  private YamlNode aliased(AliasEvent alias, Place place) throws Unreadable {
    YamlNode known = anchors.get(alias.getAlias());
    if (known == null) {
      throw new Unreadable(
          place, "*" + alias.getAlias() + " (expected: an anchor that stands above)");
    }
    nodes += size(known);
    if (nodes > MAX_NODES) {
      throw new Unreadable(place, "too large (expected: at most " + MAX_NODES + " values)");
    }
    return known;
  }

  private static int size(YamlNode node) {
    int size = 1;
    if (node instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        size += size(item);
      }
    } else if (node instanceof YamlNode.Mapping map) {
      for (YamlNode value : map.entries().values()) {
        size += size(value);
      }
    }
    return size;
  }

  private YamlNode sequence(Place place, int depth) throws Unreadable {
    List<YamlNode> items = new ArrayList<>();
    for (Event event = events.next(); event instanceof NodeEvent; event = events.next()) {
      items.add(node(event, place.path() + "[" + items.size() + "]", depth + 1));
    }
    return new YamlNode.Sequence(place, items);
  }

  private YamlNode mapping(Place place, int depth) throws Unreadable {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    for (Event event = events.next(); event instanceof NodeEvent; event = events.next()) {
      if (!(event instanceof ScalarEvent key)) {
        throw new Unreadable(place(event, place.path()), "a key that is no text (expected: text)");
      }
      String path = place.path().isEmpty() ? key.getValue() : place.path() + "." + key.getValue();
      Place keyPlace = place(event, path);
      YamlNode value = node(events.next(), path, depth + 1);
      if (entries.putIfAbsent(key.getValue(), value) != null) {
        problems.error(keyPlace, "duplicate field (expected: once)");
      }
    }
    return new YamlNode.Mapping(place, entries);
  }

  private @Nullable Object value(ScalarEvent scalar, Place place) throws Unreadable {
    Tag tag = RESOLVER.resolve(scalar.getValue(), scalar.getImplicit().canOmitTagInPlainScalar());
    Optional<String> explicit = scalar.getTag().filter(t -> !t.equals("!"));
    if (explicit.isPresent()) {
      tag = new Tag(explicit.get());
    }
    String text = scalar.getValue();
    try {
      if (tag.equals(Tag.STR)) {
        return text;
      } else if (tag.equals(Tag.NULL)) {
        return null;
      } else if (tag.equals(Tag.BOOL)) {
        return Boolean.valueOf(text);
      } else if (tag.equals(Tag.INT)) {
        return whole(text);
      } else if (tag.equals(Tag.FLOAT)) {
        return decimal(text);
      }
    } catch (NumberFormatException e) {
      problems.error(place, "'" + text + "' (expected: a value of the type that its tag names)");
      return text;
    }
    throw new Unreadable(place, "tag " + tag.getValue() + " (expected: no tag)");
  }

  private static Object whole(String text) {
    BigInteger value;
    if (text.startsWith("0x")) {
      value = new BigInteger(text.substring(2), 16);
    } else if (text.startsWith("0o")) {
      value = new BigInteger(text.substring(2), 8);
    } else {
      value = new BigInteger(text);
    }
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private static Double decimal(String text) {
    return switch (text.toLowerCase(java.util.Locale.ROOT)) {
      case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
      case "-.inf" -> Double.NEGATIVE_INFINITY;
      case ".nan" -> Double.NaN;
      default -> Double.valueOf(text);
    };
  }

  private static Place place(Event event, String path) {
    return event.getStartMark().map(mark -> place(mark, path)).orElse(new Place(0, 0, path));
  }

  private static Place place(Mark mark, String path) {
    return new Place(mark.getLine() + 1, mark.getColumn() + 1, path);
  }
}
