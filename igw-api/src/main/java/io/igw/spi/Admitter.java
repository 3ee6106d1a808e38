package io.igw.spi;

import io.igw.api.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request is served at all. Runs after the producers and before the profiles, in
 * configuration order; the first denial counts and keeps its reason. An admitter that throws
 * admits.
 */
@FunctionalInterface
public interface Admitter extends Plugin {
  /** Null to admit, else why not. The candidates are those of the subset that passed screening. */
  @Nullable Rejection admit(Cycle cycle, Candidates candidates);
}
