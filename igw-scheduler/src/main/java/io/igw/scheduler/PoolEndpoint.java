package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import java.util.Map;

/**
 * An endpoint of a pool: immutable facts, and the load and the arrival that all versions of these
 * facts share while slot and generation stay.
 */
final class PoolEndpoint implements Endpoint {
  private final EndpointSpec spec;
  private final String hostPort;
  private final int slot;
  private final int generation;
  private final EndpointLoad load;
  private final Arrival arrival;

  PoolEndpoint(EndpointSpec spec, int slot, int generation, EndpointLoad load, Arrival arrival) {
    this.spec = spec;
    this.hostPort = Endpoint.hostPort(spec.host(), spec.port());
    this.slot = slot;
    this.generation = generation;
    this.load = load;
    this.arrival = arrival;
  }

  /** The same endpoint with new facts; its address must be the same. */
  PoolEndpoint with(EndpointSpec changed) {
    return new PoolEndpoint(changed, slot, generation, load, arrival);
  }

  boolean sameAddress(EndpointSpec other) {
    return spec.port() == other.port() && spec.host().equals(other.host());
  }

  EndpointSpec spec() {
    return spec;
  }

  EndpointLoad load() {
    return load;
  }

  Arrival arrival() {
    return arrival;
  }

  @Override
  public EndpointId id() {
    return spec.id();
  }

  @Override
  public String host() {
    return spec.host();
  }

  @Override
  public int port() {
    return spec.port();
  }

  @Override
  public String hostPort() {
    return hostPort;
  }

  @Override
  public int rank() {
    return spec.rank();
  }

  @Override
  public Map<String, String> labels() {
    return spec.labels();
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public int generation() {
    return generation;
  }

  @Override
  public String toString() {
    return spec.id() + "@" + hostPort;
  }
}
