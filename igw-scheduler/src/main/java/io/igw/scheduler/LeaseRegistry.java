package io.igw.scheduler;

import io.igw.api.EndpointSnapshot;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The open leases of one scheduler, for idle expiry, without a timer or a node per lease: a new
 * lease goes into a multi-producer queue (one reference), a sweep moves what is there into a
 * compact array, drops ended leases and abandons idle ones.
 *
 * <p><b>Threading.</b> {@link #opened} and {@link #closed} from any thread. Only one thread sweeps
 * at a time, by a try-claim: whoever fails to claim goes on with its own work. Where the owner does
 * not sweep, or too seldom for the traffic, each new lease pays for a few steps: ended leases do
 * not pile up, idle ones expire, and no pick ever pays for a whole sweep.
 */
final class LeaseRegistry {
  /** New leases that may wait for the owner's sweep. */
  static final int UNSWEPT_LIMIT = 1024;

  /** How often the owner is expected to sweep. */
  static final long SWEEP_INTERVAL_NANOS = 2_000_000_000L;

  /** Leases looked at by a pick that finds the sweep late: well under a microsecond. */
  private static final int STEPS = 64;

  private static final VarHandle SWEEPING;

  static {
    try {
      SWEEPING = MethodHandles.lookup().findVarHandle(LeaseRegistry.class, "sweeping", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Supplier<EndpointSnapshot> snapshots;
  private final long idleNanos;
  private final boolean releasesTokensOnFirstByte;
  private final LongSupplier nanoClock;
  private final SchedulerMetrics metrics;
  private final MpscUnboundedVarHandleArrayQueue<PickedDecision> unswept =
      new MpscUnboundedVarHandleArrayQueue<>(UNSWEPT_LIMIT);
  private final LongAdder open = new LongAdder();

  // Guarded by the claim.
  private @Nullable PickedDecision[] leases = new PickedDecision[64];
  private int count;
  private int cursor;
  private int passLeft;

  /** Written under the claim, read by anyone. */
  private volatile long sweptNanos;

  @SuppressWarnings("unused") // through SWEEPING
  private int sweeping;

  LeaseRegistry(
      Supplier<EndpointSnapshot> snapshots,
      long idleNanos,
      boolean releasesTokensOnFirstByte,
      LongSupplier nanoClock,
      SchedulerMetrics metrics) {
    this.snapshots = snapshots;
    this.idleNanos = idleNanos;
    this.releasesTokensOnFirstByte = releasesTokensOnFirstByte;
    this.nanoClock = nanoClock;
    this.metrics = metrics;
    this.sweptNanos = nanoClock.getAsLong();
  }

  void opened(PickedDecision lease) {
    open.increment();
    unswept.offer(lease);
    long now = lease.seenNanos();
    boolean late = now - sweptNanos >= SWEEP_INTERVAL_NANOS || unswept.size() > UNSWEPT_LIMIT;
    if (late && claim()) {
      try {
        step(now);
      } finally {
        SWEEPING.setRelease(this, 0);
      }
    }
  }

  void closed() {
    open.decrement();
  }

  /** Leases that have not ended; exact while no lease opens or ends. */
  int open() {
    return open.intValue();
  }

  /** Leases that this registry holds on to, ended ones included; exact while nothing happens. */
  int held() {
    return unswept.size() + count;
  }

  /** Visits every lease. Returns how many expired; 0 if another thread sweeps. */
  int sweep() {
    if (!claim()) {
      return 0;
    }
    try {
      take(Integer.MAX_VALUE);
      cursor = 0;
      passLeft = 0;
      sweptNanos = nanoClock.getAsLong();
      return visit(count, sweptNanos);
    } finally {
      SWEEPING.setRelease(this, 0);
    }
  }

  EndpointSnapshot snapshot() {
    return snapshots.get();
  }

  boolean releasesTokensOnFirstByte() {
    return releasesTokensOnFirstByte;
  }

  private boolean claim() {
    return (int) SWEEPING.getOpaque(this) == 0 && SWEEPING.compareAndSet(this, 0, 1);
  }

  /** A part of a sweep; a sweep is done when every lease has been looked at. */
  private void step(long nowNanos) {
    take(STEPS);
    if (passLeft == 0) {
      passLeft = count;
    }
    int steps = Math.min(STEPS, passLeft);
    visit(steps, nowNanos);
    passLeft -= steps;
    if (passLeft == 0 && unswept.isEmpty()) {
      sweptNanos = nowNanos;
    }
  }

  private void take(int limit) {
    for (int i = 0; i < limit; i++) {
      PickedDecision lease = unswept.relaxedPoll();
      if (lease == null) {
        return;
      }
      if (lease.open()) {
        if (count == leases.length) {
          leases = Arrays.copyOf(leases, count * 2);
        }
        leases[count++] = lease;
      }
    }
  }

  /** Visits the next {@code steps} leases of the array, each at most once. */
  private int visit(int steps, long nowNanos) {
    int expired = 0;
    for (int left = Math.min(steps, count); left > 0; left--) {
      if (cursor >= count) {
        cursor = 0;
      }
      PickedDecision lease = leases[cursor];
      if (lease != null && expire(lease, nowNanos)) {
        expired++;
      }
      if (lease != null && lease.open()) {
        cursor++;
      } else {
        leases[cursor] = leases[--count];
        leases[count] = null;
      }
    }
    return expired;
  }

  private boolean expire(PickedDecision lease, long nowNanos) {
    if (nowNanos - lease.seenNanos() < idleNanos || !lease.close()) {
      return false;
    }
    metrics.leaseExpired(lease.endpoint());
    return true;
  }
}
