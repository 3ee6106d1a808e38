package io.igw.spi;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Strict parameters of one plugin: bad values are collected, not thrown (the default is returned
 * meanwhile); keys that were never asked for are reported as unknown after create.
 */
public interface Parameters {
  /** Whether the configuration has a parameters object at all. */
  boolean present();

  /** A whole number. */
  int integer(String key, int defaultValue, int min, int max);

  /** A number. */
  double number(String key, double defaultValue, double min, double max);

  /** A boolean. */
  boolean flag(String key, boolean defaultValue);

  /** A duration such as {@code 200ms}, {@code 1m30s}; not negative. */
  Duration duration(String key, Duration defaultValue);

  /** A text. */
  String text(String key, String defaultValue);

  /** A text, null if absent. */
  @Nullable String text(String key);

  /**
   * One of a few texts; another is an error.
   *
   * @param defaultValue if absent; none of {@code allowed} where the configuration has to say
   */
  default String oneOf(String key, String defaultValue, String... allowed) {
    String text = text(key, defaultValue);
    List<String> all = List.of(allowed);
    if (all.contains(text)) {
      return text;
    }
    reject(key, choice(allowed));
    return all.contains(defaultValue) ? defaultValue : allowed[0];
  }

  /** The texts in words: {@code 'a', 'b' or 'c'}; an empty one is not worth a word. */
  static String choice(String... allowed) {
    StringBuilder words = new StringBuilder();
    int last = allowed.length - 1;
    for (int i = 0; i <= last; i++) {
      if (!allowed[i].isEmpty()) {
        words.append(i == 0 ? "" : i == last ? " or " : ", ");
        words.append('\'').append(allowed[i]).append('\'');
      }
    }
    return words.toString();
  }

  /** A list of texts, empty if absent. */
  List<String> texts(String key);

  /** Texts under keys of the configuration's own choice, in its order; empty if absent. */
  Map<String, String> textMap(String key);

  /** A nested object; if absent, an object that is not {@link #present}. */
  Parameters object(String key);

  /** A list of nested objects, empty if absent. */
  List<Parameters> list(String key);

  /**
   * Says in words what a key that was asked for is without a value, and what it may be, where the
   * arguments of the question do not: for lists of parameters, without effect on create.
   */
  default void explain(String key, String initial, String expected) {}

  /** Adds an error at a key; create goes on, the configuration is refused as a whole. */
  void reject(String key, String expected);
}
