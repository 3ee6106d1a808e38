package io.igw.runtime;

import io.igw.api.Decision;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSubset;
import io.igw.api.Outcome;
import io.igw.api.Prompt;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.RequestHeaders;
import io.igw.runtime.PickerMetrics.RequestLabels;
import io.igw.runtime.parse.ParserTable;
import io.igw.scheduler.Evaluation;
import io.igw.spi.RequestParser;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state machine of one exchange, request side (ext-proc.md 6); the response side is a {@link
 * ResponseTracker}, made with the decision.
 *
 * <p><b>Cost.</b> Body bytes go to the parser as they come and are not kept; maps and lists are the
 * shared empty ones unless there is something in them.
 */
final class PickerExchange implements Exchange {
  private static final Logger log = LoggerFactory.getLogger(PickerExchange.class);

  /** Where the request stands. */
  private enum Phase {
    NEW,
    READING,
    ROUTED,
    OVER
  }

  private static final int SHOWN_PATH = 256;
  private static final long UNKNOWN = -1;
  private static final long NONE = -2;
  private static final Rejection NO_MODEL =
      Rejection.of(Reason.BAD_REQUEST, "model not found in request body");
  private static final Rejection PARSER_FAILED =
      Rejection.of(Reason.INTERNAL, "the request parser failed");
  private static final Rejection PICKER_FAILED = Rejection.of(Reason.INTERNAL, "the picker failed");
  private static final Rejection ANSWERED =
      Rejection.of(Reason.CANCELLED, "the response began before the request ended");

  private final ExchangeWiring wiring;
  private Phase phase = Phase.NEW;
  private RequestHeaders headers = RequestHeaders.NONE;
  private @Nullable EndpointSubset subset;
  private ParserTable.@Nullable Match match;
  private RequestParser.@Nullable RequestBody reader;
  private boolean readerFailed;
  private boolean answered;
  private long startNanos;
  private long bodyBytes;
  private long objectStart = UNKNOWN;
  private List<BodyEdit> bodyEdits = List.of();
  private Map<String, String> upstreamHeaders = Map.of();
  private @Nullable ResponseTracker response;

  /** Labels of a request that got as far as its model. */
  private @Nullable RequestLabels knownLabels;

  PickerExchange(ExchangeWiring wiring) {
    this.wiring = wiring;
  }

  @Override
  public void requestHeaders(RequestHeaders headers, @Nullable EndpointSubset subset) {
    if (phase != Phase.NEW) {
      return;
    }
    phase = Phase.READING;
    startNanos = wiring.clock().getAsLong();
    this.headers = headers;
    this.subset = wiring.ignoreSubset() ? null : subset;
    this.match = wiring.parsers().find(ParserTable.path(headers));
  }

  @Override
  public void subset(EndpointSubset subset) {
    if (phase == Phase.READING && !wiring.ignoreSubset()) {
      this.subset = subset;
    }
  }

  @Override
  public @Nullable Rejection requestBody(byte[] source, int offset, int length) {
    if (phase != Phase.READING || answered || length == 0) {
      return null;
    }
    if (bodyBytes + length > wiring.maxBodyBytes()) {
      Rejection refused =
          Rejection.of(
              Reason.TOO_LARGE,
              "request body is too large (expected: at most " + wiring.maxBodyBytes() + " bytes)");
      over(refused);
      return refused;
    }
    if (objectStart == UNKNOWN) {
      findObject(source, offset, length);
    }
    bodyBytes += length;
    feed(source, offset, length);
    return null;
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
        reader = match.parser().request(match.path(), headers);
      }
      reader.feed(source, offset, length);
    } catch (RuntimeException e) {
      parserFailed();
    }
  }

  @Override
  public void endRequest(EndpointPicker.Listener listener) {
    if (phase != Phase.READING) {
      return;
    }
    Outcome outcome;
    if (answered) {
      outcome = ANSWERED;
    } else {
      try {
        outcome = decide();
      } catch (RuntimeException e) {
        // The message may hold bytes of the request, so it is not told.
        log.warn("request not routed: {}", e.getClass().getName());
        outcome = PICKER_FAILED;
        giveBack();
      }
    }
    reader = null;
    if (outcome instanceof Rejection refused) {
      over(refused);
    }
    listener.onOutcome(outcome);
  }

  /** A request that fails after its pick holds nothing. */
  private void giveBack() {
    if (response != null) {
      response.giveBack();
      response = null;
    }
  }

  private void over(Rejection refused) {
    phase = Phase.OVER;
    reader = null;
    if (wiring.metrics() != PickerMetrics.NONE) {
      RequestLabels labels = knownLabels;
      if (labels == null) {
        labels = labels(null, null);
      }
      wiring.metrics().requestFailed(labels, ErrorCodes.of(refused.reason()));
    }
  }

  private RequestLabels labels(@Nullable String model, @Nullable String target) {
    return wiring
        .metrics()
        .labels(
            model,
            target,
            ControlHeaders.fairnessId(headers),
            ControlHeaders.priority(headers, wiring.objectives()));
  }

  private Outcome decide() {
    RequestParser.Parsed parsed = finishReading();
    if (readerFailed) {
      return PARSER_FAILED;
    }
    if (parsed == null && bodyBytes > 0) {
      return noParser(ParserTable.path(headers));
    }
    String error = parsed == null ? null : parsed.error();
    if (error != null) {
      return Rejection.of(Reason.BAD_REQUEST, error);
    }
    String model = parsed == null ? ControlHeaders.bodyModel(headers) : parsed.model();
    String rewritten = ControlHeaders.rewrite(headers);
    String target = rewritten != null ? rewritten : model;
    if (parsed != null && parsed.modelRequired()) {
      if (target == null || target.isEmpty()) {
        return NO_MODEL;
      }
      if (!target.equals(model)) {
        rewrite(parsed, target);
      }
    }
    return pick(request(parsed, model, target));
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
    int query = pathAndQuery.indexOf('?');
    int end = Math.min(query < 0 ? pathAndQuery.length() : query, SHOWN_PATH);
    return Rejection.of(
        Reason.BAD_REQUEST,
        "no parser registered matching path suffix for: " + pathAndQuery.substring(0, end));
  }

  private void rewrite(RequestParser.Parsed parsed, String target) {
    if (parsed.modelStart() >= 0) {
      bodyEdits = List.of(ModelRewrite.replace(parsed.modelStart(), parsed.modelEnd(), target));
    } else if (objectStart >= 0) {
      bodyEdits = List.of(ModelRewrite.insert(objectStart, target));
    }
  }

  private RoutedRequest request(
      RequestParser.@Nullable Parsed parsed, @Nullable String model, @Nullable String target) {
    return new RoutedRequest(
        model,
        target,
        ControlHeaders.priority(headers, wiring.objectives()),
        ControlHeaders.fairnessId(headers),
        parsed == null ? Prompt.EMPTY : parsed.prompt(target == null ? "" : target),
        parsed == null ? -1 : parsed.maxOutputTokens(),
        parsed != null && parsed.stream(),
        bodyBytes,
        headers,
        subset);
  }

  private Outcome pick(RoutedRequest request) {
    RequestLabels labels =
        wiring
            .metrics()
            .labels(
                request.model(), request.targetModel(), request.fairnessId(), request.priority());
    knownLabels = labels;
    RequestSlots state = RequestSlots.of(wiring.requestKeys());
    String given = ControlHeaders.requestId(headers);
    String id = given != null ? given : ControlHeaders.newRequestId();
    DecisionListener decisions = wiring.decisions();
    Evaluation evaluation = decisions == null ? null : wiring.scheduler().evaluate(request);
    Outcome outcome = wiring.scheduler().schedule(request, state);
    if (outcome instanceof Decision decision) {
      phase = Phase.ROUTED;
      upstreamHeaders = upstream(given == null ? id : null, decision.headers());
      response =
          new ResponseTracker(
              wiring,
              decision,
              labels,
              state,
              match == null ? null : match.parser(),
              request.stream(),
              startNanos);
      wiring.metrics().requestStarted(labels, bodyBytes, wiring.clock().getAsLong() - startNanos);
    }
    if (decisions != null) {
      decisions.decided(id, request, Objects.requireNonNull(evaluation), outcome);
    }
    return outcome;
  }

  private static Map<String, String> upstream(
      @Nullable String generatedId, Map<String, String> ofPlugins) {
    if (generatedId == null) {
      return ofPlugins;
    }
    if (ofPlugins.isEmpty()) {
      return Map.of(ControlHeaders.REQUEST_ID, generatedId);
    }
    Map<String, String> all = new LinkedHashMap<>(ofPlugins);
    all.putIfAbsent(ControlHeaders.REQUEST_ID, generatedId);
    return all;
  }

  @Override
  public List<BodyEdit> bodyEdits() {
    return bodyEdits;
  }

  @Override
  public Map<String, String> upstreamHeaders() {
    return upstreamHeaders;
  }

  @Override
  public @Nullable Decision decision() {
    return response == null ? null : response.decision();
  }

  @Override
  public boolean wantsResponseBody() {
    return response != null && response.wantsBody();
  }

  @Override
  public void responseHeaders(int status, @Nullable String contentType, @Nullable String served) {
    if (response != null) {
      response.headers(status, contentType, served);
    } else {
      answered = true;
    }
  }

  @Override
  public Map<String, String> responseHeaderEdits() {
    return response == null ? Map.of() : response.headerEdits();
  }

  @Override
  public void responseBody(byte[] source, int offset, int length) {
    if (response != null) {
      response.body(source, offset, length);
    }
  }

  @Override
  public void endResponse() {
    if (response != null) {
      response.end();
    }
  }

  @Override
  public List<ResponseMetadata> responseMetadata() {
    return response == null ? List.of() : response.responseMetadata();
  }

  @Override
  public void detach() {
    if (response != null) {
      response.detach();
    }
    close();
  }

  @Override
  public void close() {
    if (response != null) {
      response.abandon();
    } else if (phase == Phase.READING && !answered) {
      over(ANSWERED);
    }
    phase = Phase.OVER;
    reader = null;
  }
}
