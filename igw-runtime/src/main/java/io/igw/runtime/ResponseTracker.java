package io.igw.runtime;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.Rejection;
import io.igw.api.Usage;
import io.igw.runtime.Exchange.ResponseMetadata;
import io.igw.runtime.PickerMetrics.RequestLabels;
import io.igw.spi.RequestParser;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import io.igw.spi.ResponseObserver.Event;
import io.igw.spi.ResponseObserver.Termination;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the response of one decided request: times, usage, observers, and the end of the lease
 * (ext-proc.md 7 and 8.1). Confined to the exchange's event loop.
 */
final class ResponseTracker implements ResponseObserver.Response {
  private static final int FIRST_ERROR = 400;
  private static final int FIRST_SERVER_ERROR = 500;
  private static final String EVENT_STREAM = "text/event-stream";

  private final ExchangeWiring wiring;
  private final Decision decision;
  private final RequestLabels labels;
  private final String model;
  private final @Nullable RequestState state;
  private final @Nullable RequestParser parser;
  private final long startNanos;
  private boolean streaming;
  private boolean headersSeen;
  private boolean ended;
  private boolean bodiless;
  private Termination termination = Termination.NATURAL;
  private int status;
  private @Nullable String served;
  private long bytes;
  private long chunks;
  private long firstNanos;
  private long lastNanos;
  private RequestParser.@Nullable ResponseBody body;
  private Map<String, String> headerEdits = Map.of();
  private List<ResponseMetadata> metadata = List.of();

  ResponseTracker(
      ExchangeWiring wiring,
      Decision decision,
      RequestLabels labels,
      String model,
      @Nullable RequestState state,
      @Nullable RequestParser parser,
      boolean streaming,
      long startNanos) {
    this.wiring = wiring;
    this.decision = decision;
    this.labels = labels;
    this.model = model;
    this.state = state;
    this.parser = parser;
    this.streaming = streaming;
    this.startNanos = startNanos;
  }

  Decision decision() {
    return decision;
  }

  Map<String, String> headerEdits() {
    return headerEdits;
  }

  List<ResponseMetadata> responseMetadata() {
    return metadata;
  }

  boolean wantsBody() {
    return !bodiless && needsBody(wiring, parser);
  }

  /** Whether anything reads the bodies of responses; a parser without claims reads no usage. */
  static boolean needsBody(ExchangeWiring wiring, @Nullable RequestParser parser) {
    if (wiring.observers().needBodies()) {
      return true;
    }
    boolean claims = parser != null && !parser.pathSuffixes().isEmpty();
    return wiring.metrics().readsResponses() && (wiring.metrics() != PickerMetrics.NONE || claims);
  }

  /** No bytes of the body will come. */
  void withoutBody() {
    bodiless = true;
  }

  void headers(int status, @Nullable String contentType, @Nullable String served) {
    if (headersSeen || ended) {
      return;
    }
    headersSeen = true;
    this.status = status;
    streaming |= contentType != null && contentType.toLowerCase(Locale.ROOT).contains(EVENT_STREAM);
    this.served = served;
    if (served != null && !served.isEmpty()) {
      decision.served(served);
      if (!served.equals(decision.destination())) {
        wiring.metrics().servedElsewhere(fallback(served));
      }
    }
    if (!wantsBody()) {
      decision.progress(wiring.clock().getAsLong());
    }
    if (status >= FIRST_ERROR) {
      wiring.metrics().requestFailed(labels, ErrorCodes.MODEL_SERVER);
    } else {
      body = reader(contentType);
    }
    wiring.observers().tell(Event.HEADERS, state, decision, this);
    if (status >= FIRST_SERVER_ERROR) {
      decision.fail(status);
    }
  }

  /** Place among the fallbacks, from 1; 0: none of them. */
  private int fallback(String hostPort) {
    List<Endpoint> fallbacks = decision.fallbacks();
    for (int i = 0; i < fallbacks.size(); i++) {
      if (fallbacks.get(i).hostPort().equals(hostPort)) {
        return i + 1;
      }
    }
    return 0;
  }

  private RequestParser.@Nullable ResponseBody reader(@Nullable String contentType) {
    if (parser == null) {
      return null;
    }
    try {
      RequestParser.ResponseBody made = parser.response(contentType);
      made.limitLine(wiring.maxLineBytes());
      return made;
    } catch (RuntimeException e) {
      wiring.metrics().pluginFault(ErrorCodes.PARSER, ErrorCodes.THREW);
      return null;
    }
  }

  void body(byte[] source, int offset, int length) {
    if (ended || length == 0) {
      return;
    }
    long now = wiring.clock().getAsLong();
    boolean first = bytes == 0;
    bytes += length;
    decision.progress(now);
    if (first) {
      firstNanos = now;
    }
    if (status < FIRST_ERROR) {
      if (first) {
        wiring.metrics().firstToken(labels, streaming, now - startNanos);
      } else if (streaming) {
        wiring.metrics().interToken(labels, now - lastNanos);
      }
    }
    lastNanos = now;
    feed(source, offset, length);
    chunks++;
    if (streaming) {
      // An event is a token, as a rule; where none are told apart, a chunk is one.
      long events = body == null ? -1 : body.events();
      decision.generated(events < 0 ? chunks : events);
    }
    if (first) {
      wiring.observers().tell(Event.FIRST_BODY, state, decision, this);
    }
    wiring.observers().tell(Event.CHUNK, state, decision, this);
  }

  private void feed(byte[] source, int offset, int length) {
    if (body == null) {
      return;
    }
    try {
      body.feed(source, offset, length);
    } catch (RuntimeException e) {
      body = null;
      wiring.metrics().pluginFault(ErrorCodes.PARSER, ErrorCodes.THREW);
    }
  }

  /** The response is complete. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    Usage usage = usage();
    decision.complete(usage);
    if (status < FIRST_ERROR) {
      long duration = wiring.clock().getAsLong() - startNanos;
      long toFirst = bytes == 0 ? 0 : firstNanos - startNanos;
      long seen = wantsBody() ? bytes : -1;
      wiring.metrics().responseCompleted(labels, streaming, duration, toFirst, seen, usage);
    }
    finish();
  }

  /** The stream is gone before the response was complete. */
  void abandon() {
    giveBack(Termination.CLIENT_DISCONNECT, ErrorCodes.CLIENT_GONE);
  }

  /** A fault keeps the response from being followed. */
  void broken() {
    giveBack(Termination.ERROR, ErrorCodes.of(Rejection.Reason.INTERNAL));
  }

  /** Ends the lease; nothing if it has ended. Without a response it was an error. */
  private void giveBack(Termination why, String error) {
    if (ended) {
      return;
    }
    ended = true;
    termination = why;
    if (!headersSeen && bytes == 0) {
      wiring.metrics().requestFailed(labels, error);
    }
    decision.abandon();
    finish();
  }

  /** Nobody will tell how the response goes; the lease runs out by time. */
  void detach() {
    if (!ended) {
      ended = true;
      finish();
    }
  }

  private void finish() {
    String limit = body == null ? null : body.brokenLimit();
    if (limit != null) {
      wiring.metrics().limited(limit);
    }
    wiring.metrics().requestEnded(labels);
    wiring.observers().tell(Event.END, state, decision, this);
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public @Nullable String served() {
    return served;
  }

  @Override
  public Termination termination() {
    return termination;
  }

  @Override
  public Usage usage() {
    return body == null ? Usage.UNKNOWN : body.usage();
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void header(String name, String value) {
    if (headerEdits.isEmpty()) {
      headerEdits = new LinkedHashMap<>();
    }
    headerEdits.put(name, value);
  }

  @Override
  public void metadata(String namespace, String key, double value) {
    if (metadata.isEmpty()) {
      metadata = new ArrayList<>();
    }
    metadata.add(new ResponseMetadata(namespace, key, value));
  }
}
