package io.igw.scheduler;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Usage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decision and the lease on what it reserved.
 *
 * <p><b>Threading.</b> Any thread. One state word decides everything by compare-and-set: whether
 * the lease runs, whether its tokens and the prefill share are still held, and whether the primary
 * share is just being moved. Whoever ends the lease while a move is under way leaves the release to
 * the mover, so every share is given back exactly once. Lock-free.
 *
 * <p><b>Cost.</b> 56 bytes; what few decisions have (fallbacks, headers, other profiles' shares) is
 * in an object of its own.
 */
final class PickedDecision implements Decision {
  private static final int RUNNING = 1;
  private static final int TOKENS_HELD = 2;
  private static final int PREFILL_HELD = 4;
  private static final int MOVING = 8;
  private static final VarHandle STATE;
  private static final VarHandle SEEN;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(PickedDecision.class, "state", int.class);
      SEEN = lookup.findVarHandle(PickedDecision.class, "seenNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * The share of one profile beside the primary.
   *
   * @param slot slot of its endpoint
   * @param tokens reserved tokens
   * @param prefill whether it ends with the first response byte
   */
  record Share(int slot, int tokens, boolean prefill) {}

  /** What few decisions have. */
  record Extras(List<Endpoint> fallbacks, Map<String, String> headers, List<Share> shares) {}

  private final LeaseBook book;
  private final Endpoint endpoint;
  private final @Nullable Extras extras;
  private final long snapshotVersion;
  private final int tokens;
  private int servingSlot;
  private volatile int state;
  private volatile long seenNanos;

  PickedDecision(
      LeaseBook book,
      Endpoint endpoint,
      int tokens,
      @Nullable Extras extras,
      long snapshotVersion,
      long nowNanos) {
    this.book = book;
    this.endpoint = endpoint;
    this.tokens = tokens;
    this.extras = extras;
    this.snapshotVersion = snapshotVersion;
    this.servingSlot = endpoint.slot();
    SEEN.set(this, nowNanos);
    STATE.set(this, RUNNING | TOKENS_HELD | (hasPrefill(extras) ? PREFILL_HELD : 0));
  }

  private static boolean hasPrefill(@Nullable Extras extras) {
    return extras != null && extras.shares().stream().anyMatch(Share::prefill);
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public List<Endpoint> fallbacks() {
    return extras == null ? List.of() : extras.fallbacks();
  }

  @Override
  public Map<String, String> headers() {
    return extras == null ? Map.of() : extras.headers();
  }

  @Override
  public long snapshotVersion() {
    return snapshotVersion;
  }

  boolean running() {
    return (state & RUNNING) != 0;
  }

  long idleNanos(long nowNanos) {
    return nowNanos - seenNanos;
  }

  @Override
  public void progress(long nowNanos) {
    SEEN.setOpaque(this, nowNanos);
    int held = (book.tokensEndWithFirstByte ? TOKENS_HELD : 0) | PREFILL_HELD;
    int before = state;
    while ((before & RUNNING) != 0 && (before & held) != 0 && (before & MOVING) == 0) {
      if (STATE.compareAndSet(this, before, before & ~held)) {
        release(before & held, false);
        return;
      }
      before = state;
    }
  }

  @Override
  public boolean served(String hostPort) {
    if (hostPort.equals(endpoint.hostPort()) && servingSlot == endpoint.slot()) {
      return running();
    }
    Endpoint serving = find(hostPort);
    if (serving == null) {
      return false;
    }
    int before = state;
    while (!STATE.compareAndSet(this, before & ~MOVING | RUNNING, before | RUNNING | MOVING)) {
      before = state;
      if ((before & RUNNING) == 0 || (before & MOVING) != 0) {
        return false;
      }
    }
    long moved = (before & TOKENS_HELD) != 0 ? tokens : 0;
    book.load().add(servingSlot, -1, -moved);
    servingSlot = serving.slot();
    book.load().add(servingSlot, 1, moved);
    int after = (int) STATE.getAndBitwiseAnd(this, ~MOVING);
    if ((after & RUNNING) == 0) {
      release(after, true);
      return false;
    }
    return true;
  }

  @Override
  public boolean complete(Usage usage) {
    return end();
  }

  @Override
  public boolean fail(int httpStatus) {
    return end();
  }

  @Override
  public boolean abandon() {
    return end();
  }

  private boolean end() {
    int before = state;
    while ((before & RUNNING) != 0) {
      if (STATE.compareAndSet(this, before, before & ~RUNNING)) {
        book.ended();
        if ((before & MOVING) == 0) {
          release(before, true);
        }
        return true;
      }
      before = state;
    }
    return false;
  }

  /**
   * Gives back what {@code held} says is held: tokens, prefill share, and with {@code requests} the
   * requests too.
   */
  private void release(int held, boolean requests) {
    boolean heldTokens = (held & TOKENS_HELD) != 0;
    book.load().add(servingSlot, requests ? -1 : 0, heldTokens ? -tokens : 0);
    if (extras == null) {
      return;
    }
    for (Share share : extras.shares()) {
      if (share.prefill()) {
        if ((held & PREFILL_HELD) != 0) {
          book.load().add(share.slot(), -1, -share.tokens());
        }
      } else {
        book.load().add(share.slot(), requests ? -1 : 0, heldTokens ? -share.tokens() : 0);
      }
    }
  }

  private @Nullable Endpoint find(String hostPort) {
    EndpointSnapshot snapshot = book.pool().snapshot();
    for (int i = 0; i < snapshot.size(); i++) {
      if (snapshot.endpoint(i).hostPort().equals(hostPort)) {
        return snapshot.endpoint(i);
      }
    }
    return null;
  }
}
