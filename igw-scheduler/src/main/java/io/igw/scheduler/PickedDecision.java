package io.igw.scheduler;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.ScoredEndpoint;
import io.igw.api.Usage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decision, its lease and its primary share in one object.
 *
 * <p><b>Threading.</b> Any thread, without locks. The primary share's exchange decides who ends the
 * lease; the winner ends the other shares.
 *
 * <p><b>Cost.</b> 56 bytes with compressed references, whatever the number of endpoints; fallbacks,
 * headers and further profiles add an object only where there are any.
 */
final class PickedDecision extends Share implements Decision {
  private static final VarHandle SEEN_NANOS;

  static {
    try {
      SEEN_NANOS =
          MethodHandles.lookup().findVarHandle(PickedDecision.class, "seenNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * What most decisions lack.
   *
   * @param fallbacks further picks of the primary profile, best first
   * @param headers headers from plugins
   * @param destinationPort port of all destinations, 0: their own
   * @param prefill share of the profile named {@code prefill}, null if it is the primary or none
   * @param others shares of the other profiles
   * @param scores of the primary profile's candidates, where they are kept
   */
  record Extras(
      List<Endpoint> fallbacks,
      Map<String, String> headers,
      int destinationPort,
      @Nullable Share prefill,
      List<Share> others,
      List<ScoredEndpoint> scores) {}

  private final PoolEndpoint endpoint;
  private final long snapshotVersion;
  private final int outputTokens;
  private final LeaseRegistry registry;
  private @Nullable Extras extras;

  @SuppressWarnings("unused") // through SEEN_NANOS
  private long seenNanos;

  PickedDecision(
      PoolEndpoint endpoint,
      int tokens,
      int outputTokens,
      long snapshotVersion,
      LeaseRegistry registry,
      long nowNanos) {
    super(endpoint.load(), tokens);
    this.endpoint = endpoint;
    this.outputTokens = outputTokens;
    this.snapshotVersion = snapshotVersion;
    this.registry = registry;
    this.seenNanos = nowNanos;
  }

  /** Before the decision is handed out. */
  void extras(Extras extras) {
    this.extras = extras;
  }

  long seenNanos() {
    return (long) SEEN_NANOS.getOpaque(this);
  }

  /** Ends all shares. True for the one call that ends the lease. */
  boolean close() {
    if (!end()) {
      return false;
    }
    Extras more = extras;
    if (more != null) {
      if (more.prefill() != null) {
        more.prefill().end();
      }
      for (Share share : more.others()) {
        share.end();
      }
    }
    registry.closed();
    return true;
  }

  @Override
  public boolean served(String hostPort) {
    if (heldBy(endpoint.load()) && hostPort.equals(destination())) {
      return true;
    }
    if (destinationPort() != 0) {
      // The address does not tell which of the endpoints behind it served.
      return false;
    }
    EndpointSnapshot now = registry.snapshot();
    PoolEndpoint serving = PoolWriter.serving(now, hostPort);
    return serving != null && move(serving.load());
  }

  @Override
  public void progress(long nowNanos) {
    SEEN_NANOS.setOpaque(this, nowNanos);
    boolean releaseTokens = registry.releasesTokensOnFirstByte();
    if (releaseTokens) {
      endTokens();
    }
    Extras more = extras;
    if (more != null) {
      if (more.prefill() != null) {
        more.prefill().end();
      }
      if (releaseTokens) {
        more.others().forEach(Share::endTokens);
      }
    }
  }

  @Override
  public void generated(long tokens) {
    if (outputTokens > 0) {
      leave(tokens() - (int) Math.min(tokens, outputTokens));
    }
  }

  @Override
  public boolean complete(Usage usage) {
    return close();
  }

  @Override
  public boolean fail(int httpStatus) {
    return close();
  }

  @Override
  public boolean abandon() {
    return close();
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public List<Endpoint> fallbacks() {
    Extras more = extras;
    return more == null ? List.of() : more.fallbacks();
  }

  @Override
  public Map<String, String> headers() {
    Extras more = extras;
    return more == null ? Map.of() : more.headers();
  }

  @Override
  public int destinationPort() {
    Extras more = extras;
    return more == null ? 0 : more.destinationPort();
  }

  @Override
  public List<ScoredEndpoint> scores() {
    Extras more = extras;
    return more == null ? List.of() : more.scores();
  }

  @Override
  public long snapshotVersion() {
    return snapshotVersion;
  }

  @Override
  public String toString() {
    return "decision for " + endpoint;
  }
}
