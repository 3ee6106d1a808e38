package io.igw.spi;

/**
 * What a configuration can name. One instance may have several roles. Closed after the last request
 * that saw it has ended.
 */
public interface Plugin extends AutoCloseable {
  @Override
  default void close() {}
}
