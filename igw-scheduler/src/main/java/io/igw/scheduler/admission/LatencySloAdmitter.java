package io.igw.scheduler.admission;

import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.Signal;
import io.igw.scheduler.plugins.LatencyPrediction;
import io.igw.spi.Admitter;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request of priority below 0 that names a latency objective which no endpoint is
 * predicted to meet, unless one is idle or cold (plugins-request-control.md 4). Type {@code
 * latency-slo-admitter}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass, for such requests only.
 */
final class LatencySloAdmitter implements Admitter {
  private static final double COLD = 0.02;
  private static final Rejection DENIED =
      Rejection.of(
          Reason.NOT_ADMITTED,
          "request cannot be admitted: no valid endpoint available to serve the request");
  private static final String[] OBJECTIVES = {
    "x-llm-d-slo-ttft-ms", "x-slo-ttft-ms", "x-llm-d-slo-tpot-ms", "x-slo-tpot-ms"
  };

  private final LatencyPrediction prediction;

  private LatencySloAdmitter(LatencyPrediction prediction) {
    this.prediction = prediction;
  }

  static Admitter of(Parameters parameters, PluginContext context) {
    String producer = parameters.text("latencyPredictionInfoProducerName", "");
    return new LatencySloAdmitter(LatencyPrediction.consumed(context, producer, false));
  }

  @Override
  public @Nullable Rejection admit(Cycle cycle, Candidates candidates) {
    if (cycle.request().priority() >= 0 || !hasObjective(cycle.request())) {
      return null;
    }
    double[] present = cycle.values(prediction.present());
    double[] ttftValid = cycle.values(prediction.ttftValid());
    double[] tpotValid = cycle.values(prediction.tpotValid());
    double[] running = cycle.column(Signal.RUNNING_REQUESTS);
    double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
    boolean predicted = false;
    for (int i = 0, size = candidates.size(); i < size; i++) {
      predicted |= present[i] > 0;
      boolean valid = present[i] > 0 && ttftValid[i] > 0 && tpotValid[i] > 0;
      if (valid || running[i] == 0 || kv[i] < COLD) {
        return null;
      }
    }
    return predicted ? DENIED : null;
  }

  private static boolean hasObjective(InferenceRequest request) {
    for (String header : OBJECTIVES) {
      String value = request.header(header);
      if (value != null && positive(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean positive(String value) {
    try {
      return Double.parseDouble(value.trim()) > 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
