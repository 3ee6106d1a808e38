package io.igw.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The live load of one endpoint: requests and tokens that this picker has sent there and that have
 * not ended. One instance per slot and generation; a release acts on the instance that was
 * incremented, so that an endpoint which is removed and comes back starts at zero.
 *
 * <p><b>Threading.</b> Any thread; every update is one atomic addition (wait-free), every read one
 * opaque load. Requests and tokens are two counters: a reader may see one of a pair of updates.
 */
final class EndpointLoad {
  private static final VarHandle REQUESTS;
  private static final VarHandle TOKENS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      REQUESTS = lookup.findVarHandle(EndpointLoad.class, "requests", long.class);
      TOKENS = lookup.findVarHandle(EndpointLoad.class, "tokens", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through REQUESTS
  private long requests;

  @SuppressWarnings("unused") // through TOKENS
  private long tokens;

  void addRequests(long delta) {
    REQUESTS.getAndAdd(this, delta);
  }

  void addTokens(long delta) {
    TOKENS.getAndAdd(this, delta);
  }

  long requests() {
    return (long) REQUESTS.getOpaque(this);
  }

  long tokens() {
    return (long) TOKENS.getOpaque(this);
  }
}
