package io.igw.testkit;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.Signal;
import io.igw.spi.EndpointView;
import io.igw.spi.PerEndpoint;
import org.jspecify.annotations.Nullable;

/** The cursor of a {@link TestCycle}. */
final class TestView implements EndpointView {
  private static final int NOWHERE = -1;

  private final TestCycle cycle;
  private final TestCandidates candidates;
  private int position = NOWHERE;

  TestView(TestCycle cycle, TestCandidates candidates) {
    this.cycle = cycle;
    this.candidates = candidates;
  }

  void moveTo(int position) {
    this.position = position;
  }

  /** The call that it was lent for has ended. */
  void takeBack() {
    position = NOWHERE;
  }

  private int position() {
    if (position == NOWHERE) {
      throw new AssertionError("a view was read after the call that it was lent for");
    }
    return position;
  }

  private int ordinal() {
    return candidates.ordinal(position());
  }

  @Override
  public Endpoint endpoint() {
    return cycle.snapshot().endpoint(ordinal());
  }

  @Override
  public double get(Signal signal) {
    return cycle.snapshot().value(signal, ordinal());
  }

  @Override
  public long ageNanos(Signal signal) {
    return cycle.snapshot().ageNanos(signal, ordinal(), cycle.nowNanos());
  }

  @Override
  public double get(PerEndpoint key) {
    return cycle.value(key, ordinal());
  }

  @Override
  public <T> @Nullable T get(Attribute<T> key) {
    return cycle.snapshot().attribute(key, ordinal());
  }

  @Override
  public @Nullable String label(String key) {
    return endpoint().labels().get(key);
  }

  @Override
  public double inFlightRequests() {
    return cycle.inFlightRequests()[position()];
  }

  @Override
  public double inFlightTokens() {
    return cycle.inFlightTokens()[position()];
  }
}
