package io.igw.spi;

import org.jspecify.annotations.Nullable;

/** Chooses profiles and merges their results. */
public interface ProfileHandler extends Plugin {
  /** The next profile to run, or null when done. A profile runs at most once per cycle. */
  @Nullable String next(Cycle cycle, ProfileResults results);

  /**
   * Name of the primary profile, or null when no profile that is needed succeeded. May re-pick and
   * set headers through results.
   */
  @Nullable String merge(Cycle cycle, ProfileResults results);
}
