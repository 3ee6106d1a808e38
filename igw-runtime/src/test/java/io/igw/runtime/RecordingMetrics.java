package io.igw.runtime;

import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Usage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what the picker reports; durations are in nanoseconds of the test's clock. */
final class RecordingMetrics implements PickerMetrics {
  boolean readsResponses = true;
  final List<String> calls = new ArrayList<>();

  private record Labels(String text) implements RequestLabels {
    @Override
    public String toString() {
      return text;
    }
  }

  @Override
  public RequestLabels labels(
      @Nullable String model, @Nullable String targetModel, String fairnessId, int priority) {
    return new Labels(model + "/" + targetModel + "/" + fairnessId + "/" + priority);
  }

  @Override
  public void requestStarted(RequestLabels labels, long bodyBytes, long processingNanos) {
    calls.add("started " + labels + " " + bodyBytes + " " + processingNanos);
  }

  @Override
  public void requestFailed(RequestLabels labels, String code) {
    calls.add("failed " + labels + " " + code);
  }

  @Override
  public void firstToken(RequestLabels labels, boolean streaming, long nanos) {
    calls.add("first " + streaming + " " + nanos);
  }

  @Override
  public boolean readsResponses() {
    return readsResponses;
  }

  @Override
  public void limited(String limit) {
    calls.add("limited " + limit);
  }

  @Override
  public void servedElsewhere(int fallback) {
    calls.add("served elsewhere " + fallback);
  }

  @Override
  public void interToken(RequestLabels labels, long nanos) {
    calls.add("inter " + nanos);
  }

  @Override
  public void responseCompleted(
      RequestLabels labels,
      boolean streaming,
      long durationNanos,
      long firstTokenNanos,
      long bodyBytes,
      Usage usage) {
    calls.add(
        "completed "
            + streaming
            + " "
            + durationNanos
            + " "
            + firstTokenNanos
            + " "
            + bodyBytes
            + " "
            + usage.promptTokens()
            + "+"
            + usage.cachedTokens()
            + "+"
            + usage.completionTokens());
  }

  @Override
  public void requestEnded(RequestLabels labels) {
    calls.add("ended");
  }

  @Override
  public void scheduled(
      InferenceRequest request,
      @Nullable Endpoint endpoint,
      Rejection.@Nullable Reason reason,
      long nanos) {
    calls.add("scheduled " + (endpoint == null ? reason : endpoint.id().name()));
  }

  @Override
  public void pluginFault(String plugin, String fault) {
    calls.add("fault " + plugin + " " + fault);
  }

  @Override
  public void modelRewritten(String rewrite, @Nullable String model, String targetModel) {
    calls.add("rewritten " + rewrite + " " + model + " -> " + targetModel);
  }
}
