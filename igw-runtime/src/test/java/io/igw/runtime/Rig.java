package io.igw.runtime;

import io.igw.scheduler.EndpointSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Pickers over two endpoints with a clock that a test moves. */
final class Rig implements AutoCloseable {
  static final String[] QUIET = {
    "plugins: [{type: token-load-scorer}]", "dataLayer: {injectDefaults: false}"
  };
  static final String BODY =
      "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  final AtomicLong clock = new AtomicLong(1_000);
  final RecordingMetrics metrics = new RecordingMetrics();
  private final List<PickerRuntime> running = new ArrayList<>();

  PickerRuntime start(PickerRuntime.Builder builder) {
    return start(builder, Gateway.endpoints(2));
  }

  PickerRuntime start(PickerRuntime.Builder builder, List<EndpointSpec> endpoints) {
    PickerRuntime runtime =
        Gateway.started(
            builder.endpoints(endpoints).nanoClock(clock::get).seed(1).metrics(metrics));
    running.add(runtime);
    return runtime;
  }

  PickerRuntime start() {
    return start(Gateway.runtime(QUIET));
  }

  /** Requests and tokens in flight on all endpoints. */
  static double inFlight(PickerRuntime runtime) {
    double sum = 0;
    for (int i = 0; i < runtime.pool().snapshot().size(); i++) {
      sum += runtime.pool().inFlightRequests(runtime.pool().snapshot().endpoint(i));
      sum += runtime.pool().inFlightTokens(runtime.pool().snapshot().endpoint(i));
    }
    return sum;
  }

  @Override
  public void close() {
    running.forEach(PickerRuntime::close);
  }
}
