package io.igw.runtime;

import io.igw.api.EndpointSubset;
import io.igw.api.Prompt;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.RequestHeaders;
import io.igw.runtime.Exchange.BodyEdit;
import io.igw.runtime.parse.ParserTable;
import io.igw.runtime.resources.RewriteRule;
import io.igw.spi.RequestParser;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What arrives of one request: it goes to the parser as it comes and is not kept. Confined to the
 * exchange's event loop.
 */
final class RequestIntake {
  private static final int SHOWN_PATH = 256;
  private static final long UNKNOWN = -1;
  private static final long NONE = -2;
  private static final Rejection NO_MODEL =
      Rejection.of(Reason.BAD_REQUEST, "model not found in request body");
  private static final Rejection PARSER_FAILED =
      Rejection.of(Reason.INTERNAL, "the request parser failed");

  private final ExchangeWiring wiring;
  private RequestHeaders headers = RequestHeaders.NONE;
  private @Nullable EndpointSubset subset;
  private ParserTable.@Nullable Match match;
  private RequestParser.@Nullable RequestBody reader;
  private boolean readerFailed;
  private long bodyBytes;
  private long objectStart = UNKNOWN;
  private List<BodyEdit> bodyEdits = List.of();
  private @Nullable RoutedRequest request;

  RequestIntake(ExchangeWiring wiring) {
    this.wiring = wiring;
  }

  void headers(RequestHeaders headers, @Nullable EndpointSubset subset) {
    this.headers = headers;
    this.match = wiring.parsers().find(ParserTable.path(headers));
    subset(subset);
  }

  RequestHeaders headers() {
    return headers;
  }

  void subset(@Nullable EndpointSubset subset) {
    this.subset = wiring.ignoreSubset() ? null : subset;
  }

  /**
   * Whether the body tells anything: not where the parser reads none. Where there is no parser it
   * does, since such a request is in order only without a body.
   */
  boolean needsBody() {
    return match == null || !match.parser().pathSuffixes().isEmpty();
  }

  /** The next bytes; not null if the body is over the limit. */
  @Nullable Rejection body(byte[] source, int offset, int length) {
    if (bodyBytes + length > wiring.maxBodyBytes()) {
      return Rejection.of(
          Reason.TOO_LARGE,
          "request body is too large (expected: at most " + wiring.maxBodyBytes() + " bytes)");
    }
    if (objectStart == UNKNOWN) {
      findObject(source, offset, length);
    }
    bodyBytes += length;
    feed(source, offset, length);
    return null;
  }

  long bodyBytes() {
    return bodyBytes;
  }

  /** Where the model's name changes. */
  List<BodyEdit> bodyEdits() {
    return bodyEdits;
  }

  /** Reads the responses to this request; null if none does. */
  @Nullable RequestParser parser() {
    return match == null ? null : match.parser();
  }

  /** Remembers where the body's object begins, for a rewrite that has to add the model. */
  private void findObject(byte[] source, int offset, int length) {
    for (int i = 0; i < length; i++) {
      byte b = source[offset + i];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        objectStart = b == '{' ? bodyBytes + i : NONE;
        return;
      }
    }
  }

  private void feed(byte[] source, int offset, int length) {
    if (match == null || readerFailed) {
      return;
    }
    try {
      if (reader == null) {
        reader = match.request(headers);
        reader.limitDepth(wiring.maxBodyDepth());
      }
      reader.feed(source, offset, length);
    } catch (RuntimeException e) {
      parserFailed();
    }
  }

  /** The request is complete; not null if it is refused. Else {@link #request} has it. */
  @Nullable Rejection finish() {
    RequestParser.Parsed parsed = finishReading();
    if (readerFailed) {
      return PARSER_FAILED;
    }
    if (parsed == null && bodyBytes > 0) {
      return noParser(ParserTable.path(headers));
    }
    String error = parsed == null ? null : parsed.error();
    if (parsed != null && error != null) {
      String limit = parsed.errorLimit();
      if (limit != null) {
        wiring.metrics().limited(limit);
      }
      return Rejection.of(Reason.BAD_REQUEST, error);
    }
    String model = parsed == null ? ControlHeaders.bodyModel(headers) : parsed.model();
    RewriteRule rule = parsed == null ? null : rule(parsed);
    String target =
        rule != null ? wiring.rewriting().target(rule, headers) : wished(model); // rule K-RW-3
    if (parsed != null && (parsed.modelRequired() || rule != null)) {
      if (target == null || target.isEmpty()) {
        return NO_MODEL;
      }
      if (!target.equals(model) && !rewrite(parsed, target) && rule != null) {
        return notRewritable(rule);
      }
      if (rule != null) {
        wiring.metrics().modelRewritten(rule.name(), model, target);
      }
    }
    request = request(parsed, model, target);
    return null;
  }

  /** The rule for a body; what no model answers has none. */
  private @Nullable RewriteRule rule(RequestParser.Parsed parsed) {
    return parsed.usesModel() ? wiring.rewriting().rule(parsed.model()) : null;
  }

  /** Forwarded as it is, the request would be answered by a model that the rule rules out. */
  private Rejection notRewritable(RewriteRule rule) {
    return Rejection.of(
        Reason.BAD_REQUEST,
        "model rewrite '%s' matches, but the body has no model that could be replaced: %s"
            .formatted(rule.name(), path(ParserTable.path(headers))));
  }

  private @Nullable String wished(@Nullable String model) {
    String wish = ControlHeaders.rewrite(headers);
    return wish != null ? wish : model;
  }

  /** What was read; null before {@link #finish} and after a refusal. */
  @Nullable RoutedRequest request() {
    return request;
  }

  /** Lets go of all that the client sent: a response may last long, and nothing looks back. */
  void drop() {
    headers = RequestHeaders.NONE;
    subset = null;
    reader = null;
    request = null;
  }

  /** What the body says; null if no parser read it. */
  private RequestParser.@Nullable Parsed finishReading() {
    RequestParser.RequestBody body = reader;
    if (body == null || readerFailed) {
      return null;
    }
    try {
      return body.finish();
    } catch (RuntimeException e) {
      parserFailed();
      return null;
    }
  }

  private void parserFailed() {
    readerFailed = true;
    wiring.metrics().pluginFault(ErrorCodes.PARSER, ErrorCodes.THREW);
  }

  private static Rejection noParser(String pathAndQuery) {
    return Rejection.of(
        Reason.BAD_REQUEST, "no parser registered matching path suffix for: " + path(pathAndQuery));
  }

  /** As much of the path as is shown. */
  private static String path(String pathAndQuery) {
    int query = pathAndQuery.indexOf('?');
    int end = Math.min(query < 0 ? pathAndQuery.length() : query, SHOWN_PATH);
    return pathAndQuery.substring(0, end);
  }

  /** Puts another model into the body; false if there is no place for it. */
  private boolean rewrite(RequestParser.Parsed parsed, String target) {
    if (parsed.modelStart() >= 0) {
      bodyEdits = List.of(ModelRewrite.replace(parsed.modelStart(), parsed.modelEnd(), target));
    } else if (objectStart >= 0 && parsed.modelRequired()) {
      bodyEdits = List.of(ModelRewrite.insert(objectStart, target));
    }
    return !bodyEdits.isEmpty();
  }

  private RoutedRequest request(
      RequestParser.@Nullable Parsed parsed, @Nullable String model, @Nullable String target) {
    return new RoutedRequest(
        model,
        target,
        ControlHeaders.priority(headers, wiring.rewriting().priorities()),
        ControlHeaders.fairnessId(headers),
        parsed == null ? Prompt.EMPTY : parsed.prompt(target == null ? "" : target),
        parsed == null ? -1 : parsed.maxOutputTokens(),
        parsed != null && parsed.stream(),
        bodyBytes,
        headers,
        subset);
  }
}
