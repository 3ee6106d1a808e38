package io.igw.api;

import java.util.Objects;
import java.util.function.Function;

/**
 * A pure function of a snapshot, computed at most once per snapshot (at most once per racing
 * thread): label bit sets, adapter to endpoints. Keep one instance per plugin; it is its own key.
 *
 * @param <T> type of the result; immutable
 */
public final class Derived<T> {
  private final Function<EndpointSnapshot, T> function;

  private Derived(Function<EndpointSnapshot, T> function) {
    this.function = Objects.requireNonNull(function, "function");
  }

  /** A derived value; {@code pure} must depend on nothing but its argument. */
  public static <T> Derived<T> of(Function<EndpointSnapshot, T> pure) {
    return new Derived<>(pure);
  }

  T compute(EndpointSnapshot snapshot) {
    return function.apply(snapshot);
  }
}
