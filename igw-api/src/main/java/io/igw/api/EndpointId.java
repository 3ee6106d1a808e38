package io.igw.api;

import java.util.Objects;

/**
 * Identity of an endpoint. Its natural order (namespace, then name) is the candidate order of every
 * cycle.
 *
 * @param namespace namespace of the pool member, {@code default} where discovery knows none
 * @param name name within the namespace, including a rank suffix where there are ranks
 */
public record EndpointId(String namespace, String name) implements Comparable<EndpointId> {
  /** Checks that both parts are there. */
  public EndpointId {
    Objects.requireNonNull(namespace, "namespace");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name: '' (expected: not empty)");
    }
  }

  @Override
  public int compareTo(EndpointId other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  /** {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
