package io.igw.spi;

/** Narrows the candidates. */
@FunctionalInterface
public interface Filter extends Plugin {
  /** Removes candidates through {@link Candidates#retain} or {@link Candidates#retainIf}. */
  void filter(Cycle cycle, Candidates candidates);

  /**
   * Whether load is why this filter removes candidates: then an empty result is a 429, else a 503.
   */
  default boolean removesByLoad() {
    return false;
  }
}
