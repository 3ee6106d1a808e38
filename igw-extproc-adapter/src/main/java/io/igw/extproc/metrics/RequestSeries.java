package io.igw.extproc.metrics;

import io.igw.runtime.PickerMetrics.RequestLabels;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is counted of the requests with one set of labels; also the labels handle of each of them,
 * so that recording needs no look-up.
 */
final class RequestSeries implements RequestLabels {
  /**
   * The labels, after capping.
   *
   * @param model model that the client named, empty if none
   * @param target model after rewriting
   * @param fairnessId tenant
   * @param priority priority
   */
  record Key(String model, String target, String fairnessId, int priority) {
    Labels full() {
      return Labels.of(
          "model_name",
          model,
          "target_model_name",
          target,
          "fairness_id",
          fairnessId,
          "priority",
          Integer.toString(priority));
    }

    Labels models() {
      return Labels.of("model_name", model, "target_model_name", target);
    }

    Labels modelsAndPriority() {
      return models().add("priority", Integer.toString(priority));
    }

    Labels modelOnly() {
      return Labels.of("model_name", model);
    }
  }

  final Key key;
  final LongAdder requests = new LongAdder();
  final LongAdder running = new LongAdder();
  final Map<String, LongAdder> errors = new ConcurrentHashMap<>(2);
  final Buckets duration = new Buckets(Bounds.LONG_SECONDS);
  final Buckets requestBytes = new Buckets(Bounds.REQUEST_BYTES);
  final Buckets responseBytes = new Buckets(Bounds.RESPONSE_BYTES);
  final Buckets inputTokens = new Buckets(Bounds.INPUT_TOKENS);
  final Buckets outputTokens = new Buckets(Bounds.OUTPUT_TOKENS);
  final Buckets cachedTokens = new Buckets(Bounds.INPUT_TOKENS);
  final Buckets perOutputToken = new Buckets(Bounds.PER_OUTPUT_TOKEN_SECONDS);
  final Buckets firstTokenStreaming = new Buckets(Bounds.FIRST_TOKEN_SECONDS);
  final Buckets firstTokenWhole = new Buckets(Bounds.FIRST_TOKEN_SECONDS);
  final Buckets streamedToken = new Buckets(Bounds.STREAMED_TOKEN_SECONDS);
  final Buckets interToken = new Buckets(Bounds.INTER_TOKEN_SECONDS);

  RequestSeries(Key key) {
    this.key = key;
  }
}
