package io.igw.api;

import java.util.Map;

/**
 * Identity and slow facts of one model-server replica that can take a request. Immutable as seen
 * from here; the numbers live in the {@link EndpointSnapshot}.
 */
public interface Endpoint {
  /** Identity; stable while the endpoint lives. */
  EndpointId id();

  /** IP literal or host name, without brackets. */
  String host();

  /** 1..65535. */
  int port();

  /**
   * {@code host:port}, with brackets round an IPv6 literal: what goes into headers and metadata.
   */
  String hostPort();

  /** Data-parallel rank, 0 where there is only one. */
  int rank();

  /** Labels of the pool member; unmodifiable. */
  Map<String, String> labels();

  /**
   * Small number, fixed while the endpoint lives, reused later with another generation. What
   * indexes store.
   */
  int slot();

  /** Tells apart the endpoints that used the same slot one after another; at least 1. */
  int generation();

  /** {@code host:port}, with brackets round an IPv6 literal. */
  static String hostPort(String host, int port) {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }

  /** A plain endpoint that belongs to no pool: for plugin tests. */
  static Endpoint of(
      EndpointId id, String host, int port, Map<String, String> labels, int slot, int generation) {
    return new PlainEndpoint(
        id, host, port, hostPort(host, port), 0, Map.copyOf(labels), slot, generation);
  }
}
