package io.igw.scheduler.plugins;

import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;

/**
 * What a latency predictor tells of each endpoint for one request (plugins-request-control.md 2);
 * times in milliseconds, headroom is objective minus prediction.
 *
 * @param present 1 where there is a prediction
 * @param ttftValid 1 where the first token comes in time
 * @param tpotValid 1 where the others do
 * @param ttft time to the first token
 * @param tpot time per further token
 * @param ttftHeadroom below 0: too late
 * @param tpotHeadroom below 0: too slow
 * @param dispatched requests that the predictor has sent there and that have not ended
 */
public record LatencyPrediction(
    PerEndpoint present,
    PerEndpoint ttftValid,
    PerEndpoint tpotValid,
    PerEndpoint ttft,
    PerEndpoint tpot,
    PerEndpoint ttftHeadroom,
    PerEndpoint tpotHeadroom,
    PerEndpoint dispatched) {
  /** Type and default name of the usual producer. */
  public static final String PRODUCER = "predicted-latency-producer";

  private static final String TYPE = "LatencyPredictionInfo.";

  private interface Keys {
    PerEndpoint key(String dataType);
  }

  /**
   * Declares that a plugin reads it.
   *
   * @param producer name of the producer; empty: the usual one
   */
  public static LatencyPrediction consumed(
      PluginContext context, String producer, boolean required) {
    String name = producer.isEmpty() ? PRODUCER : producer;
    return of(type -> context.consumes(type, name, required));
  }

  /** Declares that a plugin writes it. */
  public static LatencyPrediction produced(PluginContext context) {
    return of(context::produces);
  }

  private static LatencyPrediction of(Keys keys) {
    return new LatencyPrediction(
        keys.key(TYPE + "present"),
        keys.key(TYPE + "ttftValid"),
        keys.key(TYPE + "tpotValid"),
        keys.key(TYPE + "ttft"),
        keys.key(TYPE + "tpot"),
        keys.key(TYPE + "ttftHeadroom"),
        keys.key(TYPE + "tpotHeadroom"),
        keys.key(TYPE + "dispatchedRequestCount"));
  }
}
