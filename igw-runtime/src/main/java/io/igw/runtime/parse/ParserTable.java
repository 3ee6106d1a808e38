package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.spi.RequestParser;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the parser of a request by its path (plugins-request-control-parsers.md 1, with whole
 * segments): the longest claimed suffix wins over all parsers; what none claims goes to the parser
 * without claims. Immutable.
 *
 * <p>A trailing slash and the query do not count; case and percent-encoding do.
 */
public final class ParserTable {
  private static final String DEFAULT_PATH = "v1/completions";
  private static final String[] PATH_HEADERS = {":path", "x-original-path", "x-forwarded-path"};

  private final List<Claim> claims;
  private final @Nullable RequestParser fallback;
  private final List<RequestParser> ignored;

  private ParserTable(
      List<Claim> claims, @Nullable RequestParser fallback, List<RequestParser> ignored) {
    this.claims = claims;
    this.fallback = fallback;
    this.ignored = ignored;
  }

  /** A table of parsers in configuration order; of equal claims the first counts. */
  public static ParserTable of(List<? extends RequestParser> parsers) {
    List<Claim> claims = new ArrayList<>();
    List<RequestParser> ignored = new ArrayList<>();
    RequestParser fallback = null;
    for (RequestParser parser : parsers) {
      List<String> suffixes = parser.pathSuffixes();
      if (fallback != null) {
        ignored.add(parser);
      } else if (suffixes.isEmpty()) {
        fallback = parser;
      } else {
        suffixes.forEach(suffix -> claims.add(new Claim(suffix, parser)));
      }
    }
    claims.sort(Comparator.comparingInt((Claim claim) -> claim.suffix.length()).reversed());
    return new ParserTable(List.copyOf(claims), fallback, List.copyOf(ignored));
  }

  /** Parsers that are never chosen: they stand behind one without claims. */
  public List<RequestParser> ignored() {
    return ignored;
  }

  /** The parser of a request, null if there is none. */
  public @Nullable Match match(RequestHeaders headers) {
    return match(path(headers));
  }

  /** The parser of a path as {@link #path} gives it, null if there is none. */
  public @Nullable Match match(String path) {
    String claimed = path.isEmpty() ? DEFAULT_PATH : path;
    for (Claim claim : claims) {
      if (endsWithSegments(claimed, claim.suffix)) {
        return new Match(claim.parser, path);
      }
    }
    return fallback == null ? null : new Match(fallback, path);
  }

  /** The path of a request without query and trailing slash; empty if the gateway tells none. */
  public static String path(RequestHeaders headers) {
    for (String name : PATH_HEADERS) {
      String value = headers.first(name);
      if (value != null && !value.isEmpty()) {
        return normalised(value);
      }
    }
    return "";
  }

  private static String normalised(String path) {
    int query = path.indexOf('?');
    int end = query < 0 ? path.length() : query;
    return path.substring(0, end > 1 && path.charAt(end - 1) == '/' ? end - 1 : end);
  }

  /** Whether the last segments of a path are these. */
  static boolean endsWithSegments(String path, String suffix) {
    int start = path.length() - suffix.length();
    return path.endsWith(suffix) && (start == 0 || path.charAt(start - 1) == '/');
  }

  /**
   * A parser and the path to start it with.
   *
   * @param parser who reads the request and its response
   * @param path without query and trailing slash; empty if the gateway tells none
   */
  public record Match(RequestParser parser, String path) {}

  private record Claim(String suffix, RequestParser parser) {}
}
