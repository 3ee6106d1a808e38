package io.igw.scheduler.filters;

import io.igw.api.Endpoint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import java.util.HashSet;
import java.util.Set;

/**
 * Keeps the endpoints that header {@code test-epp-endpoint-selection} lists as {@code IP} or {@code
 * IP:port}, none without it (plugins-scheduling.md 2.11). Type {@code header-based-testing-filter},
 * for conformance tests.
 *
 * <p>An IP alone stands for all of its ports (epp-protocol.md 7). Candidates stay in their own
 * order, not in that of the header.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Allocates: made for tests.
 */
final class HeaderTestingFilter implements Filter {
  static final String HEADER = "test-epp-endpoint-selection";

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    Set<String> listed = new HashSet<>();
    String header = cycle.request().joinedHeader(HEADER);
    for (String entry : (header == null ? "" : header).split(",")) {
      listed.add(bare(entry.trim()));
    }
    candidates.retainIf(i -> {
      Endpoint endpoint = cycle.snapshot().endpoint(candidates.ordinal(i));
      return listed.contains(endpoint.host()) || listed.contains(endpoint.hostPort());
    });
  }

  /** An address without the brackets that IPv6 has beside a port. */
  private static String bare(String address) {
    boolean brackets = address.startsWith("[") && address.endsWith("]");
    return brackets ? address.substring(1, address.length() - 1) : address;
  }
}
