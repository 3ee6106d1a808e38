package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.spi.RequestParser;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the parser of a path: the longest suffix on whole path segments wins over all parsers, a
 * parser without suffixes takes the rest (plugins-request-control-parsers.md 1 and 11). A request
 * without any path goes to the parser that comes first, which recognises it by its body (rule
 * EPP-33). Immutable.
 */
public final class ParserTable {
  private record Entry(String suffix, RequestParser parser) {}

  /**
   * A parser and what it is to know of the path.
   *
   * @param parser the parser
   * @param path path without query and trailing slash; empty if the request has none
   */
  public record Match(RequestParser parser, String path) {}

  private final List<Entry> entries = new ArrayList<>();
  private final @Nullable RequestParser first;
  private @Nullable RequestParser fallback;

  /** A table of parsers in configuration order. */
  public ParserTable(List<RequestParser> parsers) {
    this.first = parsers.isEmpty() ? null : parsers.get(0);
    for (RequestParser parser : parsers) {
      if (parser.pathSuffixes().isEmpty() && fallback == null) {
        fallback = parser;
      }
      parser.pathSuffixes().forEach(suffix -> entries.add(new Entry(suffix, parser)));
    }
    entries.sort((a, b) -> b.suffix().length() - a.suffix().length());
  }

  /** Path of a request with its query, empty if no header tells. */
  public static String path(RequestHeaders headers) {
    for (String name : new String[] {":path", "x-original-path", "x-forwarded-path"}) {
      String path = headers.first(name);
      if (path != null && !path.isEmpty()) {
        return path;
      }
    }
    return "";
  }

  /** The parser of a path, null if none claims it. */
  public @Nullable Match find(String pathAndQuery) {
    if (pathAndQuery.isEmpty()) {
      return first == null ? null : new Match(first, "");
    }
    String path = bare(pathAndQuery);
    for (Entry entry : entries) {
      if (endsWith(path, entry.suffix())) {
        return new Match(entry.parser(), path);
      }
    }
    return fallback == null ? null : new Match(fallback, path);
  }

  private static String bare(String pathAndQuery) {
    int query = pathAndQuery.indexOf('?');
    int end = query < 0 ? pathAndQuery.length() : query;
    if (end > 1 && pathAndQuery.charAt(end - 1) == '/') {
      end--;
    }
    return pathAndQuery.substring(0, end);
  }

  private static boolean endsWith(String path, String suffix) {
    int before = path.length() - suffix.length() - 1;
    return path.endsWith(suffix) && (before < 0 || path.charAt(before) == '/');
  }
}
