package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
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
  private final MediaTokens mediaTokens;

  /** As {@link #ParserTable(List, MediaTokens)} with the estimate of no parameters. */
  public ParserTable(List<? extends RequestParser> parsers) {
    this(parsers, MediaTokens.DEFAULT);
  }

  /** A table of parsers in configuration order; of equal claims the first counts. */
  public ParserTable(List<? extends RequestParser> parsers, MediaTokens mediaTokens) {
    this.mediaTokens = mediaTokens;
    List<Claim> claimed = new ArrayList<>();
    List<RequestParser> behind = new ArrayList<>();
    RequestParser rest = null;
    for (RequestParser parser : parsers) {
      List<String> suffixes = parser.pathSuffixes();
      if (rest != null) {
        behind.add(parser);
      } else if (suffixes.isEmpty()) {
        rest = parser;
      } else {
        suffixes.forEach(suffix -> claimed.add(new Claim(suffix, parser)));
      }
    }
    claimed.sort(Comparator.comparingInt((Claim claim) -> claim.suffix.length()).reversed());
    this.claims = List.copyOf(claimed);
    this.fallback = rest;
    this.ignored = List.copyOf(behind);
  }

  /** Parsers that are never chosen: they stand behind one without claims. */
  public List<RequestParser> ignored() {
    return ignored;
  }

  /** Path of a request as a header tells it, query and all; empty if none does. */
  public static String path(RequestHeaders headers) {
    for (String name : PATH_HEADERS) {
      String path = headers.first(name);
      if (path != null && !path.isEmpty()) {
        return path;
      }
    }
    return "";
  }

  /**
   * The parser of a path, null if there is none. An empty path belongs to the parser of {@code
   * /v1/completions}, who then looks at the body (epp-protocol.md 33).
   */
  public @Nullable Match find(String pathAndQuery) {
    String path = normalised(pathAndQuery);
    String claimed = path.isEmpty() ? DEFAULT_PATH : path;
    for (Claim claim : claims) {
      if (endsWithSegments(claimed, claim.suffix)) {
        return new Match(claim.parser, path, mediaTokens);
      }
    }
    return fallback == null ? null : new Match(fallback, path, mediaTokens);
  }

  private static String normalised(String path) {
    int query = path.indexOf('?');
    int end = query < 0 ? path.length() : query;
    return path.substring(0, end > 1 && path.charAt(end - 1) == '/' ? end - 1 : end);
  }

  /**
   * Whether the last segments of a path are these. A suffix that begins with a gRPC service, whose
   * name is capitalised, also follows the dot of its package.
   */
  static boolean endsWithSegments(String path, String suffix) {
    int start = path.length() - suffix.length();
    if (!path.endsWith(suffix)) {
      return false;
    }
    char before = start == 0 ? '/' : path.charAt(start - 1);
    return before == '/' || before == '.' && Character.isUpperCase(suffix.charAt(0));
  }

  /**
   * A parser and the path to start it with.
   *
   * @param parser who reads the request and its response
   * @param path without query and trailing slash; empty if the gateway tells none
   * @param mediaTokens what stands for images and videos
   */
  public record Match(RequestParser parser, String path, MediaTokens mediaTokens) {
    /** Starts reading a body. */
    public RequestParser.RequestBody request(RequestHeaders headers) {
      return parser instanceof MediaParser reader
          ? reader.request(path, headers, mediaTokens)
          : parser.request(path, headers);
    }
  }

  private record Claim(String suffix, RequestParser parser) {}
}
