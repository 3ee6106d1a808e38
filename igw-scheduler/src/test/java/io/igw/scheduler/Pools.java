package io.igw.scheduler;

import io.igw.api.EndpointId;
import io.igw.api.Signal;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Pools for tests. */
final class Pools {
  private Pools() {}

  static EndpointId id(int n) {
    return new EndpointId("default", String.format("pod-%03d", n));
  }

  static EndpointSpec spec(int n) {
    return spec(n, Map.of());
  }

  static EndpointSpec spec(int n, Map<String, String> labels) {
    return new EndpointSpec(
        id(n),
        n < 250 ? "10.0.0." + (n + 1) : "10.0." + (n >> 8) + "." + (n & 255),
        8000,
        0,
        labels);
  }

  static List<EndpointSpec> specs(int count) {
    return IntStream.range(0, count).mapToObj(Pools::spec).toList();
  }

  static EndpointPool of(int count) {
    EndpointPool pool = EndpointPool.builder().build();
    pool.replaceAll(specs(count));
    return pool;
  }

  static void metrics(EndpointPool pool, int n, double waiting, double running, double kv) {
    pool.report(
        new EndpointReport(id(n), 0)
            .set(Signal.WAITING_REQUESTS, waiting)
            .set(Signal.RUNNING_REQUESTS, running)
            .set(Signal.KV_CACHE_USAGE, kv));
  }

  static double inFlight(EndpointPool pool) {
    double sum = 0;
    for (int i = 0; i < pool.snapshot().size(); i++) {
      sum +=
          pool.inFlightRequests(pool.snapshot().endpoint(i))
              + pool.inFlightTokens(pool.snapshot().endpoint(i));
    }
    return sum;
  }
}
