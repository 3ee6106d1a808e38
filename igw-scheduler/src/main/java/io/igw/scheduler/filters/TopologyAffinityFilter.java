package io.igw.scheduler.filters;

import io.igw.api.Endpoint;
import io.igw.scheduler.filters.Topology.Level;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestKey;
import java.util.Locale;
import java.util.Map;

/**
 * Keeps the endpoints that are close to the request's other endpoint (plugins-scheduling.md 2.8);
 * all if there is none, or none is close. Type {@code topology-affinity-filter}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Up to four label lookups for each endpoint, twice;
 * only for requests with a peer.
 */
final class TopologyAffinityFilter implements Filter {
  private final RequestKey<Endpoint> peer;
  private final Level loosest;

  private TopologyAffinityFilter(RequestKey<Endpoint> peer, Level loosest) {
    this.peer = peer;
    this.loosest = loosest;
  }

  static Filter of(Parameters parameters, PluginContext context) {
    // Labels tell it all, so that it does not matter who would extract it from them.
    parameters.text("topologyProducerName");
    String wanted = parameters.oneOf("minAffinity", "host", "host", "rack", "zone", "region");
    Level loosest = Level.valueOf(wanted.toUpperCase(Locale.ROOT));
    return new TopologyAffinityFilter(Topology.peer(context), loosest);
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    Endpoint other = cycle.get(peer);
    if (other == null) {
      return;
    }
    Map<String, String> labels = other.labels();
    int close = 0;
    for (int i = 0; i < candidates.size(); i++) {
      close += close(cycle, candidates, i, labels) ? 1 : 0;
    }
    if (close > 0) {
      candidates.retainIf(i -> close(cycle, candidates, i, labels));
    }
  }

  private boolean close(
      Cycle cycle, Candidates candidates, int position, Map<String, String> labels) {
    Level common =
        Topology.common(cycle.snapshot().endpoint(candidates.ordinal(position)).labels(), labels);
    return common != null && common.compareTo(loosest) <= 0;
  }
}
