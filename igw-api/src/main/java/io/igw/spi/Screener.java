package io.igw.spi;

/**
 * Narrows the candidates of a whole request, before admission, producers and profiles: for rules
 * that hold whatever a profile does (roll-out shares, ejected endpoints). Where screeners leave
 * nothing, the request fails with {@link io.igw.api.Rejection.Reason#NO_ENDPOINTS}.
 */
@FunctionalInterface
public interface Screener extends Plugin {
  /** Removes candidates through {@link Candidates#retain} or {@link Candidates#retainIf}. */
  void screen(Cycle cycle, Candidates candidates);
}
