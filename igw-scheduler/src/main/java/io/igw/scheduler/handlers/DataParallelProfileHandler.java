package io.igw.scheduler.handlers;

import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import org.jspecify.annotations.Nullable;

/**
 * Runs the only profile and sends the request to the port that all ranks share, with the rank's own
 * address in {@code x-data-parallel-host-port} (plugins-scheduling.md 6.3); {@code primaryPort: 0}
 * leaves ports alone. Type {@code data-parallel-profile-handler}. Stateless.
 */
final class DataParallelProfileHandler implements ProfileHandler {
  private static final String HEADER = "x-data-parallel-host-port";

  private final int primaryPort;

  private DataParallelProfileHandler(int primaryPort) {
    this.primaryPort = primaryPort;
  }

  static ProfileHandler of(Parameters parameters) {
    return new DataParallelProfileHandler(parameters.integer("primaryPort", 8000, 0, 65535));
  }

  @Override
  public @Nullable String next(Cycle cycle, ProfileResults results) {
    String only = only(results);
    return results.ran(only) ? null : only;
  }

  @Override
  public @Nullable String merge(Cycle cycle, ProfileResults results) {
    String only = only(results);
    if (!results.ran(only) || results.failed(only)) {
      return null;
    }
    results.header(HEADER, results.picked(only, 0).hostPort());
    if (primaryPort != 0) {
      results.destinationPort(primaryPort);
    }
    return only;
  }

  private static String only(ProfileResults results) {
    if (results.profiles().size() != 1) {
      throw new IllegalStateException(
          "profiles: " + results.profiles() + " (expected: exactly one)");
    }
    return results.profiles().get(0);
  }
}
