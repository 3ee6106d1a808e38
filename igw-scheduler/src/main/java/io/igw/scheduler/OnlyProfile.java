package io.igw.scheduler;

import io.igw.spi.Cycle;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import org.jspecify.annotations.Nullable;

/** Runs the one profile of a scheduler that was built without a handler. */
final class OnlyProfile implements ProfileHandler {
  private final String profile;

  OnlyProfile(String profile) {
    this.profile = profile;
  }

  @Override
  public @Nullable String next(Cycle cycle, ProfileResults results) {
    return results.ran(profile) ? null : profile;
  }

  @Override
  public @Nullable String merge(Cycle cycle, ProfileResults results) {
    return results.failed(profile) ? null : profile;
  }
}
