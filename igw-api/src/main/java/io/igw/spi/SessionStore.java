package io.igw.spi;

import io.igw.api.EndpointId;
import java.io.IOException;
import java.util.List;

/**
 * Keeps where sessions belong beyond one process: over restarts, and for all pickers of a pool. Its
 * factory declares that it produces {@link #DATA_TYPE}; session affinity names the instance.
 *
 * <p><b>Threading.</b> Called on threads that may block, never on one that serves requests. A store
 * that fails or hangs costs its bindings, no request.
 */
public interface SessionStore extends Plugin {
  /** What a store produces and session affinity consumes. */
  String DATA_TYPE = "SessionStore";

  /**
   * Where a session belongs.
   *
   * @param session id as the client sent it
   * @param endpoint where it goes
   * @param usedMillis when it was last used, in milliseconds since 1970
   */
  record Binding(String session, EndpointId endpoint, long usedMillis) {}

  /** Adds bindings, or tells that they were used again; of two of one session the later counts. */
  void write(List<Binding> bindings) throws IOException;

  /** A reader that begins with everything that is kept. */
  Reader reader();

  /** Follows what is written. One thread. */
  @FunctionalInterface
  interface Reader {
    /** What was written since the last call, by any process; it may repeat what is known. */
    List<Binding> read() throws IOException;
  }
}
