package io.igw.scheduler;

import io.igw.api.EndpointId;
import java.util.Map;

/**
 * What discovery knows of an endpoint.
 *
 * @param id identity
 * @param host IP literal or host name, without brackets
 * @param port 1..65535
 * @param rank data-parallel rank, 0 where there is only one
 * @param labels labels of the pool member
 */
public record EndpointSpec(
    EndpointId id, String host, int port, int rank, Map<String, String> labels) {
  /** Checks the ranges and copies the labels. */
  public EndpointSpec {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host: '' (expected: not empty)");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
    labels = Map.copyOf(labels);
  }
}
