package io.igw.simulator.virtual;

import java.util.List;

/**
 * Requests in order of arrival.
 *
 * @param name for people
 * @param requests at least one
 */
record Trace(String name, List<TraceRequest> requests) {
  Trace {
    requests = List.copyOf(requests);
    if (requests.isEmpty()) {
      throw new IllegalArgumentException(name + ": no requests (expected: at least one)");
    }
  }

  /** Mean requests a second. */
  double requestsPerSecond() {
    long nanos = requests.get(requests.size() - 1).arrivalNanos();
    return nanos == 0 ? requests.size() : (requests.size() - 1) * 1e9 / nanos;
  }

  /** The first requests. */
  Trace first(int count) {
    return count >= requests.size() ? this : new Trace(name, requests.subList(0, count));
  }
}
