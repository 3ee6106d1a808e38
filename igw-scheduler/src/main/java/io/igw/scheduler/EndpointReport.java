package io.igw.scheduler;

import io.igw.api.Attribute;
import io.igw.api.EndpointId;
import io.igw.api.Signal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts about one endpoint seen at one time, for {@link EndpointPool#report}. Filled by one thread,
 * then handed over.
 */
public final class EndpointReport {
  record Number(Signal signal, double value) {}

  record Fact(Attribute<?> key, @Nullable Object value) {}

  private final EndpointId id;
  private final long seenNanos;
  private final List<Number> numbers = new ArrayList<>(8);
  private final List<Fact> facts = new ArrayList<>(2);

  /** A report about {@code id}; {@code seenNanos} is on the pool's clock. */
  public EndpointReport(EndpointId id, long seenNanos) {
    this.id = id;
    this.seenNanos = seenNanos;
  }

  /** Adds a number. */
  public EndpointReport set(Signal signal, double value) {
    numbers.add(new Number(signal, value));
    return this;
  }

  /** Adds an object fact; null removes it. */
  public <T> EndpointReport set(Attribute<T> key, @Nullable T value) {
    facts.add(new Fact(key, value));
    return this;
  }

  EndpointId id() {
    return id;
  }

  long seenNanos() {
    return seenNanos;
  }

  List<Number> numbers() {
    return numbers;
  }

  List<Fact> facts() {
    return facts;
  }
}
