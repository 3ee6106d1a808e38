package io.igw.scheduler;

import org.jspecify.annotations.Nullable;

/** Reads a {@code Prefer} header (RFC 7240). Allocates nothing. */
final class Preferences {
  private static final String IF_AVAILABLE = "if-available";

  private Preferences() {}

  /**
   * Whether a list of preferences holds {@code if-available}: in any case, with whatever value and
   * parameters.
   */
  static boolean ifAvailable(@Nullable String list) {
    if (list == null) {
      return false;
    }
    int start = 0;
    boolean quoted = false;
    for (int i = 0; i <= list.length(); i++) {
      char c = i == list.length() ? ',' : list.charAt(i);
      if (quoted && i < list.length()) {
        i += c == '\\' ? 1 : 0;
        quoted = c != '"';
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',') {
        if (named(list, start, i)) {
          return true;
        }
        start = i + 1;
      }
    }
    return false;
  }

  /** Whether the preference in {@code start..end} has that name. */
  private static boolean named(String list, int start, int end) {
    int from = start;
    while (from < end && blank(list.charAt(from))) {
      from++;
    }
    int to = from + IF_AVAILABLE.length();
    if (to > end || !list.regionMatches(true, from, IF_AVAILABLE, 0, IF_AVAILABLE.length())) {
      return false;
    }
    return to == end || blank(list.charAt(to)) || list.charAt(to) == ';' || list.charAt(to) == '=';
  }

  private static boolean blank(char c) {
    return c == ' ' || c == '\t';
  }
}
