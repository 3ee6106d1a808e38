package io.igw.api;

import java.util.List;
import java.util.Map;

/** Where the request goes. Also its {@link Lease}, so that a pick allocates one object. */
public non-sealed interface Decision extends Outcome, Lease {
  /** The endpoint picked by the primary profile. */
  Endpoint endpoint();

  /** Best first, without {@link #endpoint}; usually empty. */
  List<Endpoint> fallbacks();

  /**
   * Headers that plugins want upstream, for example {@code x-prefiller-host-port}; usually empty.
   */
  Map<String, String> headers();

  /** Port that every destination has in place of its own; 0: its own. */
  default int destinationPort() {
    return 0;
  }

  /** Address of the picked endpoint as the data plane is told it: {@code host:port}. */
  default String destination() {
    int port = destinationPort();
    return port == 0 ? endpoint().hostPort() : Endpoint.hostPort(endpoint().host(), port);
  }

  /** Every candidate of the primary profile; empty unless the picker was asked to keep them. */
  default List<ScoredEndpoint> scores() {
    return List.of();
  }

  /** Version of the snapshot that was decided on. */
  long snapshotVersion();
}
