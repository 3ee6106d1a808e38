package io.igw.scheduler;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.Signal;
import io.igw.spi.EndpointView;
import io.igw.spi.PerEndpoint;
import org.jspecify.annotations.Nullable;

/** The cursor of a cycle over its snapshot. */
final class CandidateCursor implements EndpointView {
  private final SchedulingCycle cycle;
  private int ordinal;

  CandidateCursor(SchedulingCycle cycle) {
    this.cycle = cycle;
  }

  void move(int ordinal) {
    this.ordinal = ordinal;
  }

  @Override
  public Endpoint endpoint() {
    return cycle.snapshot().endpoint(ordinal);
  }

  @Override
  public double get(Signal signal) {
    return cycle.snapshot().value(signal, ordinal);
  }

  @Override
  public long ageNanos(Signal signal) {
    return cycle.snapshot().ageNanos(signal, ordinal, cycle.nowNanos());
  }

  @Override
  public double get(PerEndpoint key) {
    return cycle.value(key, ordinal);
  }

  @Override
  public <T> @Nullable T get(Attribute<T> key) {
    return cycle.snapshot().attribute(key, ordinal);
  }

  @Override
  public @Nullable String label(String key) {
    return endpoint().labels().get(key);
  }

  @Override
  public double inFlightRequests() {
    return cycle.requestsByOrdinal()[ordinal];
  }

  @Override
  public double inFlightTokens() {
    return cycle.tokensByOrdinal()[ordinal];
  }
}
