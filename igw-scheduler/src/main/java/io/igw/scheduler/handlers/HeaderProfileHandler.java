package io.igw.scheduler.handlers;

import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Runs the profile that a request header names (plugins-scheduling.md 6.2); with one profile always
 * that. A name that is no profile's is a 400. Type {@code header-profile-handler}. Stateless.
 */
final class HeaderProfileHandler implements ProfileHandler {
  private static final int SHOWN = 64;

  private final String header;
  private final String defaultProfile;

  private HeaderProfileHandler(String header, String defaultProfile) {
    this.header = header;
    this.defaultProfile = defaultProfile;
  }

  static ProfileHandler of(Parameters parameters) {
    String header = parameters.text("headerName", "EPP-Profile").trim();
    if (header.isEmpty()) {
      parameters.reject("headerName", "the name of a header");
    }
    return new HeaderProfileHandler(
        header.toLowerCase(Locale.ROOT), parameters.text("defaultProfile", "decode"));
  }

  @Override
  public @Nullable String next(Cycle cycle, ProfileResults results) {
    String wanted = wanted(cycle, results);
    if (results.profiles().contains(wanted)) {
      return results.ran(wanted) ? null : wanted;
    }
    String shown = wanted.length() <= SHOWN ? wanted : wanted.substring(0, SHOWN);
    results.reject(
        Rejection.of(
            Reason.BAD_REQUEST,
            header + ": no profile '" + shown + "' (expected: one of " + results.profiles() + ")"));
    return null;
  }

  @Override
  public @Nullable String merge(Cycle cycle, ProfileResults results) {
    String wanted = wanted(cycle, results);
    return results.failed(wanted) ? null : wanted;
  }

  private String wanted(Cycle cycle, ProfileResults results) {
    if (results.profiles().size() == 1) {
      return results.profiles().get(0);
    }
    String named = cycle.request().header(header);
    return named == null || named.isBlank() ? defaultProfile : named.trim();
  }
}
