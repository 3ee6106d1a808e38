package io.igw.spi;

import org.jspecify.annotations.Nullable;

/**
 * Hears of a pick on the caller's thread, after the reservation and before the answer leaves: where
 * an index records what goes where. The reference calls this extension point PreRequest.
 */
@FunctionalInterface
public interface PickListener extends Plugin {
  /**
   * Called once per successful cycle; {@code primary} is the profile that decides the destination.
   * Must not block.
   */
  void picked(Cycle cycle, ProfileResults results, String primary);

  /**
   * The profile named {@code prefill} if it ran and succeeded, else null: its target holds the
   * prompt too.
   */
  static @Nullable String prefillProfile(ProfileResults results) {
    return results.ran("prefill") && !results.failed("prefill") ? "prefill" : null;
  }
}
