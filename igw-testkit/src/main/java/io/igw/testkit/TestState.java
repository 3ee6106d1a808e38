package io.igw.testkit;

import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Per-request state for tests of whole schedulers. Not thread-safe. */
public final class TestState implements RequestState {
  private final Map<RequestKey<?>, Object> values = new HashMap<>();

  /** Nothing set. */
  public TestState() {}

  @Override
  public <T> @Nullable T get(RequestKey<T> key) {
    return key.type().cast(values.get(key));
  }

  @Override
  public <T> void set(RequestKey<T> key, T value) {
    values.put(key, value);
  }
}
