package io.igw.scheduler.plugins;

import io.igw.spi.Cycle;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the only profile (plugins-scheduling.md 6.1). With more than one it fails every request: a
 * configuration of that kind is refused when it is loaded. Type {@code single-profile-handler}.
 */
final class SingleProfileHandler implements ProfileHandler {
  @Override
  public @Nullable String next(Cycle cycle, ProfileResults results) {
    String only = only(results);
    return results.ran(only) ? null : only;
  }

  @Override
  public @Nullable String merge(Cycle cycle, ProfileResults results) {
    String only = only(results);
    return results.ran(only) && !results.failed(only) ? only : null;
  }

  private static String only(ProfileResults results) {
    List<String> profiles = results.profiles();
    if (profiles.size() != 1) {
      throw new IllegalStateException("profiles: " + profiles + " (expected: exactly one)");
    }
    return profiles.get(0);
  }
}
