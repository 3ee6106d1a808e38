package io.igw.api;

/**
 * The endpoints that the data plane allows for one request (rules EPP-4 to EPP-6 and EPP-34 of the
 * Endpoint Picker Protocol). A request without one may go to any endpoint of the pool.
 */
@FunctionalInterface
public interface EndpointSubset {
  /** Whether the endpoint at this address is allowed; {@code host} without brackets. */
  boolean contains(String host, int port);
}
