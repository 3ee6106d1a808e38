package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import java.util.Map;

/** An endpoint of a pool; its counters live in {@link LiveLoad} under its slot. */
record PooledEndpoint(
    EndpointId id,
    String host,
    int port,
    String hostPort,
    int rank,
    Map<String, String> labels,
    int slot,
    int generation)
    implements Endpoint {
  PooledEndpoint(EndpointSpec spec, int slot, int generation) {
    this(
        spec.id(),
        spec.host(),
        spec.port(),
        Endpoint.hostPort(spec.host(), spec.port()),
        spec.rank(),
        spec.labels(),
        slot,
        generation);
  }

  boolean sameAddress(EndpointSpec spec) {
    return port == spec.port() && host.equals(spec.host());
  }

  boolean sameFacts(EndpointSpec spec) {
    return sameAddress(spec) && rank == spec.rank() && labels.equals(spec.labels());
  }
}
