package io.igw.spi;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.Signal;
import org.jspecify.annotations.Nullable;

/** Cursor that a one-endpoint score or test reads; reused, must not be kept. */
public interface EndpointView {
  /** The endpoint under the cursor. */
  Endpoint endpoint();

  /** A number of the snapshot, NaN if never seen. */
  double get(Signal signal);

  /** Age of that number, {@link Long#MAX_VALUE} if never seen. */
  long ageNanos(Signal signal);

  /** What a producer stored for this request, 0 if nothing. */
  double get(PerEndpoint key);

  /** An object fact, null if absent. */
  <T> @Nullable T get(Attribute<T> key);

  /** A label, null if absent. */
  @Nullable String label(String key);

  /** Requests that this picker has sent there and that have not ended. */
  double inFlightRequests();

  /** Their tokens. */
  double inFlightTokens();
}
