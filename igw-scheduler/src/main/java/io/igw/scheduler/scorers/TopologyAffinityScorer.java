package io.igw.scheduler.scorers;

import io.igw.api.Endpoint;
import io.igw.scheduler.filters.Topology;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestKey;
import io.igw.spi.Scorer;
import java.util.Arrays;
import java.util.Map;

/**
 * Scores how close an endpoint is to the request's other endpoint (plugins-scheduling.md 3.10):
 * {@link Topology.Level#score}, 0 for nothing in common. Type {@code topology-affinity-scorer}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Up to four label lookups for each endpoint, of a
 * request that has a peer.
 */
final class TopologyAffinityScorer implements Scorer {
  private final RequestKey<Endpoint> peer;

  private TopologyAffinityScorer(RequestKey<Endpoint> peer) {
    this.peer = peer;
  }

  static Scorer of(Parameters parameters, PluginContext context) {
    // Labels tell it all, so that it does not matter who would extract it from them.
    parameters.text("topologyProducerName");
    return new TopologyAffinityScorer(Topology.peer(context));
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    Endpoint other = cycle.get(peer);
    int size = candidates.size();
    if (other == null) {
      Arrays.fill(scores, 0, size, 0);
      return;
    }
    Map<String, String> labels = other.labels();
    for (int i = 0; i < size; i++) {
      Topology.Level common =
          Topology.common(cycle.snapshot().endpoint(candidates.ordinal(i)).labels(), labels);
      scores[i] = common == null ? 0 : common.score();
    }
  }
}
