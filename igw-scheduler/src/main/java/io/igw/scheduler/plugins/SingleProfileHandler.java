package io.igw.scheduler.plugins;

import io.igw.spi.Cycle;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import org.jspecify.annotations.Nullable;

/** Runs the only profile (plugins-scheduling.md 6.1). Type {@code single-profile-handler}. */
final class SingleProfileHandler implements ProfileHandler {
  @Override
  public @Nullable String next(Cycle cycle, ProfileResults results) {
    String only = results.profiles().get(0);
    return results.ran(only) ? null : only;
  }

  @Override
  public @Nullable String merge(Cycle cycle, ProfileResults results) {
    return results.profiles().get(0);
  }
}
