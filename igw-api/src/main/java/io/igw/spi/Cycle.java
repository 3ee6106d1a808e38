package io.igw.spi;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import java.util.random.RandomGenerator;

/**
 * What a plugin sees in one decision. One thread; must not be kept. Every array is indexed by
 * candidate position, is read only and at least {@code candidates.size()} long; it belongs to the
 * current candidates and is stale once they are filtered.
 */
public interface Cycle extends RequestState {
  /** The request. */
  InferenceRequest request();

  /** The pool, read once for this cycle. */
  EndpointSnapshot snapshot();

  /** Name of the profile that runs; empty outside a profile. */
  String profile();

  /** Time of this decision on the picker's monotonic clock. */
  long nowNanos();

  /** Seeded per decision; the seed is recorded with it. */
  RandomGenerator random();

  /**
   * A signal by candidate position: the snapshot's own array while nothing is filtered, gathered
   * once otherwise.
   */
  double[] column(Signal signal);

  /** Requests in flight by candidate position, read from the live counters once per cycle. */
  double[] inFlightRequests();

  /** Tokens in flight by candidate position, read from the live counters once per cycle. */
  double[] inFlightTokens();

  /** What producers stored for this request by candidate position, 0 where absent. */
  double[] values(PerEndpoint key);

  /** What producers stored for the endpoint at an ordinal of the cycle's snapshot, 0 if nothing. */
  double value(PerEndpoint key, int ordinal);

  /** Producers only: stores a value for an endpoint. */
  void put(PerEndpoint key, Endpoint endpoint, double value);

  /** Producers only: stores a value for the endpoint at an ordinal of the cycle's snapshot. */
  void put(PerEndpoint key, int ordinal, double value);

  /** Producers only: stores one value for every endpoint of the cycle's snapshot. */
  default void putAll(PerEndpoint key, double value) {
    for (int ordinal = 0, size = snapshot().size(); ordinal < size; ordinal++) {
      put(key, ordinal, value);
    }
  }

  /** The shared cursor, moved to a candidate; must not be kept. */
  EndpointView view(int position);
}
