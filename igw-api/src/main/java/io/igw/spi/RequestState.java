package io.igw.spi;

import org.jspecify.annotations.Nullable;

/**
 * Typed per-request state from the first plugin to the last response event; keyed by stream, never
 * by a client's id.
 */
public interface RequestState {
  /** The value, null if never set. */
  <T> @Nullable T get(RequestKey<T> key);

  /** Sets the value. */
  <T> void set(RequestKey<T> key, T value);
}
