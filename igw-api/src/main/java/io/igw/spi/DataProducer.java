package io.igw.spi;

/** Computes request data on the caller's thread, before any profile runs; must not block. */
@FunctionalInterface
public interface DataProducer extends Plugin {
  /**
   * Stores values through {@link Cycle#put}. The candidates are those of the subset, unfiltered.
   */
  void produce(Cycle cycle, Candidates candidates);
}
