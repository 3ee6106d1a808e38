package io.igw.runtime;

import io.igw.api.Decision;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSubset;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.RequestHeaders;
import io.igw.runtime.PickerMetrics.RequestLabels;
import io.igw.runtime.parse.ModelRestorer;
import io.igw.scheduler.Evaluation;
import io.igw.spi.CandidateHint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
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
    WAITING,
    ROUTED,
    OVER
  }

  private static final Rejection PICKER_FAILED = Rejection.of(Reason.INTERNAL, "the picker failed");
  private static final Rejection ANSWERED =
      Rejection.of(Reason.CANCELLED, "the response began before the request ended");

  private final ExchangeWiring wiring;
  private final Executor loop;
  private Phase phase = Phase.NEW;
  private final RequestIntake intake;
  private boolean answered;
  private long startNanos;

  /** Whether the metrics know how long the request took to be routed. */
  private boolean started;

  private Map<String, String> upstreamHeaders = Map.of();
  private @Nullable RequestSlots state;
  private @Nullable ResponseTracker response;

  /** The client's model, until the response's headers, if the response may have to name it. */
  private @Nullable String asked;

  private @Nullable ModelRestorer restorer;

  /** Labels of a request that got as far as its model. */
  private @Nullable RequestLabels knownLabels;

  /** What asynchronous producers do for a request that waits for them. */
  private EndpointPicker.@Nullable Pending pending;

  PickerExchange(ExchangeWiring wiring, Executor loop) {
    this.wiring = wiring;
    this.loop = loop;
    this.intake = new RequestIntake(wiring);
  }

  @Override
  public void requestHeaders(RequestHeaders headers, @Nullable EndpointSubset subset) {
    if (phase != Phase.NEW) {
      return;
    }
    phase = Phase.READING;
    startNanos = wiring.clock().getAsLong();
    intake.headers(headers, subset);
  }

  @Override
  public void subset(EndpointSubset subset) {
    if (phase == Phase.READING) {
      intake.subset(subset);
    }
  }

  @Override
  public @Nullable Rejection requestBody(byte[] source, int offset, int length) {
    if (phase != Phase.READING || answered || length == 0) {
      return null;
    }
    Rejection refused = intake.body(source, offset, length);
    if (refused != null) {
      over(refused);
    }
    return refused;
  }

  @Override
  public void endRequest(EndpointPicker.Listener listener) {
    if (phase != Phase.READING) {
      return;
    }
    if (answered) {
      deliver(ANSWERED, listener);
      return;
    }
    phase = Phase.WAITING;
    Rejection refused = null;
    RoutedRequest request = null;
    try {
      refused = intake.finish();
      request = refused == null ? prepare(Objects.requireNonNull(intake.request())) : null;
    } catch (RuntimeException e) {
      refused = failed(e);
    }
    if (request == null) {
      deliver(refused == null ? PICKER_FAILED : refused, listener);
      return;
    }
    RoutedRequest complete = request;
    CandidateHint hint =
        wiring.asyncProducers().wait(state) ? wiring.scheduler().screen(complete, state) : null;
    EndpointPicker.Pending waits =
        wiring
            .asyncProducers()
            .run(complete, state, hint, loop, () -> decide(complete, hint, listener));
    pending = phase == Phase.WAITING ? waits : null;
  }

  /** The pick itself, once everything that it waits for is there. */
  private void decide(
      RoutedRequest request, @Nullable CandidateHint hint, EndpointPicker.Listener listener) {
    if (phase != Phase.WAITING) {
      return;
    }
    pending = null;
    Outcome outcome;
    try {
      outcome = answered ? ANSWERED : pick(request, hint);
    } catch (RuntimeException e) {
      outcome = failed(e);
    }
    deliver(outcome, listener);
  }

  private Rejection failed(RuntimeException cause) {
    // The message may hold bytes of the request, so it is not told.
    log.warn("request not routed: {}", cause.getClass().getName());
    giveBack();
    return PICKER_FAILED;
  }

  private void deliver(Outcome outcome, EndpointPicker.Listener listener) {
    if (outcome instanceof Rejection refused) {
      over(refused);
    }
    intake.drop();
    listener.onOutcome(outcome);
  }

  /** A request that fails after its pick holds nothing. */
  private void giveBack() {
    if (response != null) {
      response.broken();
      response = null;
    }
  }

  private void over(Rejection refused) {
    phase = Phase.OVER;
    if (wiring.metrics() != PickerMetrics.NONE) {
      RequestLabels labels = knownLabels;
      if (labels == null) {
        labels = labels(null, null);
      }
      wiring.metrics().requestFailed(labels, ErrorCodes.of(refused.reason()));
      if (!started) {
        wiring.metrics().requestRefused(wiring.clock().getAsLong() - startNanos);
      }
    }
    intake.drop();
  }

  private RequestLabels labels(@Nullable String model, @Nullable String target) {
    return wiring
        .metrics()
        .labels(
            model,
            target,
            ControlHeaders.fairnessId(intake.headers()),
            ControlHeaders.priority(intake.headers(), wiring.rewriting().priorities()));
  }

  /** Gives the request its state and its tenant. */
  private RoutedRequest prepare(RoutedRequest request) {
    state = RequestSlots.of(wiring.requestKeys());
    String tenant = wiring.headerProcessors().run(request, state);
    boolean unnamed = request.fairnessId().equals(ControlHeaders.DEFAULT_FLOW);
    return tenant != null && unnamed ? request.of(tenant) : request;
  }

  private Outcome pick(RoutedRequest request, @Nullable CandidateHint hint) {
    RequestLabels labels =
        wiring
            .metrics()
            .labels(
                request.model(), request.targetModel(), request.fairnessId(), request.priority());
    knownLabels = labels;
    String given = ControlHeaders.requestId(intake.headers());
    String id = given != null ? given : ControlHeaders.newRequestId();
    DecisionListener decisions = wiring.decisions();
    Evaluation evaluation = decisions == null ? null : wiring.scheduler().evaluate(request);
    Outcome outcome = wiring.scheduler().schedule(request, state, hint);
    if (outcome instanceof Decision decision) {
      phase = Phase.ROUTED;
      upstreamHeaders = upstream(given == null ? id : null, decision.headers());
      response =
          new ResponseTracker(
              wiring,
              decision,
              labels,
              Objects.requireNonNullElse(request.targetModel(), ""),
              state,
              intake.parser(),
              request.stream(),
              startNanos);
      asked = intake.bodyEdits().isEmpty() ? null : wiring.rewriting().restored(request.model());
      started = true;
      wiring
          .metrics()
          .requestStarted(labels, intake.bodyBytes(), wiring.clock().getAsLong() - startNanos);
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
    return intake.bodyEdits();
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
    return response != null && (asked != null || restorer != null || response.wantsBody());
  }

  @Override
  public boolean needsRequestBody() {
    return intake.needsBody();
  }

  @Override
  public boolean needsResponseBody() {
    // A model that is rewritten is written back.
    return ResponseTracker.needsBody(wiring, intake.parser())
        || wiring.rewriting().mayRestore(intake.headers());
  }

  @Override
  public void withoutResponseBody() {
    if (response != null) {
      response.withoutBody();
    }
  }

  @Override
  public void responseHeaders(int status, @Nullable String contentType, @Nullable String served) {
    if (response != null) {
      response.headers(status, contentType, served);
      restore(contentType);
    } else {
      answered = true;
    }
  }

  private void restore(@Nullable String contentType) {
    if (asked != null && response != null) {
      restorer = ModelRestorer.of(contentType, ModelRewrite.json(asked));
      asked = null;
      if (restorer != null) {
        ControlHeaders.tellServed(response);
      }
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
    if (restorer != null) {
      restorer.feed(source, offset, length);
    }
  }

  @Override
  public boolean editsResponse() {
    return restorer != null;
  }

  @Override
  public List<BodyEdit> responseEdits() {
    return restorer == null ? List.of() : restorer.edits();
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
  public void broken() {
    if (response != null) {
      response.broken();
    }
    close();
  }

  @Override
  public void close() {
    if (response != null) {
      response.abandon();
    } else if ((phase == Phase.READING || phase == Phase.WAITING) && !answered) {
      over(ANSWERED);
    }
    phase = Phase.OVER;
    if (pending != null) {
      pending.cancel();
      pending = null;
    }
    intake.drop();
  }
}
