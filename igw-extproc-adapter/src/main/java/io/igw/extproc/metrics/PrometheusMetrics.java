package io.igw.extproc.metrics;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Usage;
import io.igw.extproc.metrics.RequestSeries.Key;
import io.igw.extproc.stream.StreamEvents;
import io.igw.runtime.PickerMetrics;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Records what the picker reports. {@link Exposition} shows it.
 *
 * <p><b>Threading.</b> Any thread; lock-free but for the first request with new labels.
 *
 * <p><b>Cost.</b> A few atomic adds per call; one key object per request. The number of series is
 * bounded whatever clients send.
 */
public final class PrometheusMetrics implements PickerMetrics, StreamEvents {
  private static final int MAX_VALUES = 1_000;
  private static final int MAX_SERIES = 4_000;
  private static final double NANOS = 1e-9;

  private final LabelCap models = new LabelCap(MAX_VALUES);
  private final LabelCap fairnessIds = new LabelCap(MAX_VALUES);

  final Map<Key, RequestSeries> series = new ConcurrentHashMap<>();
  final Attempts attempts = new Attempts();
  final Buckets processing = new Buckets(Bounds.REQUEST_PROCESSING_SECONDS);
  final Buckets scheduling = new Buckets(Bounds.SHORT_SECONDS);
  final Map<PluginFault, LongAdder> pluginFaults = new ConcurrentHashMap<>();
  final Map<String, LongAdder> pollErrors = new ConcurrentHashMap<>();
  final Map<ExtractError, LongAdder> extractErrors = new ConcurrentHashMap<>();
  final ResourceFamilies resources = new ResourceFamilies();
  final LongAdder leasesExpired = new LongAdder();
  final LongAdder endpointRestarts = new LongAdder();
  final LongAdder unknownEngines = new LongAdder();
  final LongAdder endpointsRefused = new LongAdder();
  final LongAdder ignoredMessages = new LongAdder();
  final Map<String, LongAdder> limitsReached = new ConcurrentHashMap<>();
  final LongAdder streamFaults = new LongAdder();
  final LongAdder observedStreams = new LongAdder();
  final Map<String, LongAdder> servedElsewhere = new ConcurrentHashMap<>();
  final Map<String, LongAdder> unexpectedModes = new ConcurrentHashMap<>();
  final @Nullable StreamFamilies streams;
  private final boolean readsResponses;

  record PluginFault(String plugin, String fault) {}

  record ExtractError(String source, String extractor) {}

  /** Nothing was seen yet; {@code countStreams} adds the stream families. */
  public PrometheusMetrics(boolean countStreams) {
    this(countStreams, true);
  }

  /** As the other; {@code readsResponses}: whether response bodies are read for metrics. */
  public PrometheusMetrics(boolean countStreams, boolean readsResponses) {
    this.streams = countStreams ? new StreamFamilies() : null;
    this.readsResponses = readsResponses;
  }

  @Override
  public boolean readsResponses() {
    return readsResponses;
  }

  @Override
  public RequestLabels labels(
      @Nullable String model, @Nullable String targetModel, String fairnessId, int priority) {
    Key key =
        new Key(
            models.cap(model == null ? "" : model),
            models.cap(targetModel == null ? "" : targetModel),
            fairnessIds.cap(fairnessId),
            priority);
    RequestSeries found = series.get(key);
    return found != null ? found : create(key);
  }

  private RequestSeries create(Key key) {
    Key bounded = key;
    if (series.size() >= MAX_SERIES) {
      // Each label is bounded; this bounds their product too.
      int sign = Integer.signum(key.priority());
      bounded = new Key(LabelCap.OTHER, LabelCap.OTHER, LabelCap.OTHER, sign);
    }
    return series.computeIfAbsent(bounded, RequestSeries::new);
  }

  @Override
  public void requestStarted(RequestLabels labels, long bodyBytes, long processingNanos) {
    RequestSeries of = (RequestSeries) labels;
    of.requests.increment();
    of.running.increment();
    of.requestBytes.observe(bodyBytes);
    processing.observe(processingNanos * NANOS);
  }

  @Override
  public void requestFailed(RequestLabels labels, String code) {
    ((RequestSeries) labels).errors.computeIfAbsent(code, c -> new LongAdder()).increment();
  }

  @Override
  public void requestRefused(long processingNanos) {
    processing.observe(processingNanos * NANOS);
  }

  @Override
  public void firstToken(RequestLabels labels, boolean streaming, long nanos) {
    RequestSeries of = (RequestSeries) labels;
    (streaming ? of.firstTokenStreaming : of.firstTokenWhole).observe(nanos * NANOS);
  }

  @Override
  public void interToken(RequestLabels labels, long nanos) {
    ((RequestSeries) labels).interToken.observe(nanos * NANOS);
  }

  @Override
  public void responseCompleted(
      RequestLabels labels,
      boolean streaming,
      long durationNanos,
      long firstTokenNanos,
      long bodyBytes,
      Usage usage) {
    RequestSeries of = (RequestSeries) labels;
    if (durationNanos > 0) {
      of.duration.observe(durationNanos * NANOS);
    }
    if (bodyBytes >= 0) {
      of.responseBytes.observe(bodyBytes);
    }
    if (usage.promptTokens() > 0) {
      of.inputTokens.observe(usage.promptTokens());
    }
    if (usage.cachedTokens() >= 0) {
      of.cachedTokens.observe(usage.cachedTokens());
    }
    long generated = usage.completionTokens();
    if (generated > 0) {
      of.outputTokens.observe(generated);
      of.perOutputToken.observe(durationNanos * NANOS / generated);
    }
    if (streaming && generated > 1 && firstTokenNanos > 0) {
      of.streamedToken.observe((durationNanos - firstTokenNanos) * NANOS / (generated - 1));
    }
  }

  @Override
  public void requestEnded(RequestLabels labels) {
    ((RequestSeries) labels).running.decrement();
  }

  @Override
  public void scheduled(
      InferenceRequest request,
      @Nullable Endpoint endpoint,
      Rejection.@Nullable Reason reason,
      long nanos) {
    String target = request.targetModel();
    attempts.record(models.cap(target == null ? "" : target), endpoint);
    scheduling.observe(nanos * NANOS);
  }

  @Override
  public void pluginFault(String plugin, String fault) {
    count(pluginFaults, new PluginFault(plugin, fault));
  }

  @Override
  public void leaseExpired(Endpoint endpoint) {
    leasesExpired.increment();
  }

  @Override
  public void pollFailed(String sourceType) {
    count(pollErrors, sourceType);
  }

  @Override
  public void extractFailed(String sourceType, String extractorType) {
    count(extractErrors, new ExtractError(sourceType, extractorType));
  }

  @Override
  public void modelRewritten(String rewrite, @Nullable String model, String targetModel) {
    resources.decided(rewrite, models.cap(model == null ? "" : model), models.cap(targetModel));
  }

  @Override
  public void resourcesLoaded(Set<String> named, int warnings) {
    models.keep(named);
    resources.loaded(warnings);
  }

  @Override
  public void resourcesRefused() {
    resources.refused();
  }

  @Override
  public void endpointRestarted() {
    endpointRestarts.increment();
  }

  @Override
  public void unknownEngine() {
    unknownEngines.increment();
  }

  @Override
  public void endpointsRefused() {
    endpointsRefused.increment();
  }

  @Override
  public void opened() {
    if (streams != null) {
      streams.opened();
    }
  }

  @Override
  public void closed(String code, long nanos) {
    if (streams != null) {
      streams.closed(code, nanos);
    }
  }

  @Override
  public void servedElsewhere(int fallback) {
    count(servedElsewhere, fallback == 0 ? "unlisted" : Integer.toString(fallback));
  }

  @Override
  public void observed() {
    observedStreams.increment();
  }

  @Override
  public void unexpectedMode(BodySendMode mode) {
    count(unexpectedModes, mode.name());
  }

  @Override
  public void limited(String limit) {
    count(limitsReached, limit);
  }

  @Override
  public void ignoredAfterEnd() {
    ignoredMessages.increment();
  }

  @Override
  public void fault(RuntimeException cause) {
    streamFaults.increment();
  }

  private static <K> void count(Map<K, LongAdder> counts, K key) {
    counts.computeIfAbsent(key, k -> new LongAdder()).increment();
  }
}
