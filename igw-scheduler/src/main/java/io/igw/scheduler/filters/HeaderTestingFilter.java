package io.igw.scheduler.filters;

import io.igw.api.Endpoint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Keeps the endpoints that header {@code test-epp-endpoint-selection} lists as {@code IP} or {@code
 * IP:port}, none without it (plugins-scheduling.md 2.11). Type {@code header-based-testing-filter},
 * for conformance tests.
 *
 * <p>Of the endpoints of one IP at most one is kept: the one whose port is listed first, else the
 * last. Candidates stay in their own order, not in that of the header.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Allocates: made for tests.
 */
final class HeaderTestingFilter implements Filter {
  static final String HEADER = "test-epp-endpoint-selection";

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    Map<String, Integer> lastOfHost = new HashMap<>();
    Map<String, Integer> byAddress = new HashMap<>();
    for (int i = 0; i < candidates.size(); i++) {
      Endpoint endpoint = cycle.snapshot().endpoint(candidates.ordinal(i));
      lastOfHost.put(endpoint.host(), i);
      byAddress.put(endpoint.hostPort(), i);
    }
    Set<Integer> kept = new HashSet<>();
    Set<String> hosts = new HashSet<>();
    String header = cycle.request().joinedHeader(HEADER);
    for (String entry : (header == null ? "" : header).split(",")) {
      String address = entry.trim();
      Integer position = byAddress.get(address);
      if (position == null) {
        position = lastOfHost.get(bare(address));
      }
      if (position != null) {
        Endpoint found = cycle.snapshot().endpoint(candidates.ordinal(position));
        if (hosts.add(found.host())) {
          kept.add(position);
        }
      }
    }
    candidates.retainIf(kept::contains);
  }

  /** An address without the brackets that IPv6 has beside a port. */
  private static String bare(String address) {
    boolean brackets = address.startsWith("[") && address.endsWith("]");
    return brackets ? address.substring(1, address.length() - 1) : address;
  }
}
