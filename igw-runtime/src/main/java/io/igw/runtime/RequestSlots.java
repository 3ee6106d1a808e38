package io.igw.runtime;

import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import org.jspecify.annotations.Nullable;

/** Per-request state of plugins: one slot per key of the configuration. One thread at a time. */
final class RequestSlots implements RequestState {
  private final @Nullable Object[] slots;

  private RequestSlots(int keys) {
    slots = new @Nullable Object[keys];
  }

  /** Null where no plugin keeps state. */
  static @Nullable RequestSlots of(int keys) {
    return keys == 0 ? null : new RequestSlots(keys);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> @Nullable T get(RequestKey<T> key) {
    return (T) slots[key.index()];
  }

  @Override
  public <T> void set(RequestKey<T> key, T value) {
    slots[key.index()] = value;
  }
}
