package io.igw.scheduler;

import io.igw.spi.Parameters;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Strict parameters over a map of plain values. Skeleton: signatures are the contract. */
public final class MapParameters implements Parameters {
  /**
   * One thing that is wrong. {@code path} is a list of keys and list indexes from the root, such as
   * {@code conditions[0].maxValue}.
   */
  public record Problem(String path, @Nullable Object value, String expected) {}

  /** {@code values} null: the configuration has no parameters object. */
  public MapParameters(@Nullable Map<String, ?> values) {
    throw new UnsupportedOperationException();
  }

  /** All problems so far, unknown keys (with the nearest known key) included: call after create. */
  public List<Problem> problems() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean present() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int integer(String key, int defaultValue, int min, int max) {
    throw new UnsupportedOperationException();
  }

  @Override
  public double number(String key, double defaultValue, double min, double max) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean flag(String key, boolean defaultValue) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Duration duration(String key, Duration defaultValue) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String text(String key, String defaultValue) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable String text(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> texts(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Parameters object(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Parameters> list(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void reject(String key, String expected) {
    throw new UnsupportedOperationException();
  }
}
