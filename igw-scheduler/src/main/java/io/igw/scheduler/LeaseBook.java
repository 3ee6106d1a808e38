package io.igw.scheduler;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The leases of one scheduler that may still run out. Event loops put new leases into a queue; a
 * sweep moves them into an array of its own, drops those that have ended and expires those that
 * were idle too long. No timer and no node per lease: a lease that ended stays referenced until the
 * next sweep.
 *
 * <p><b>Threading.</b> Any thread opens and ends; one sweep at a time, a second one meanwhile does
 * nothing.
 */
final class LeaseBook {
  private static final PickedDecision[] EMPTY = {};

  private final MpscUnboundedArrayQueue<PickedDecision> opened =
      new MpscUnboundedArrayQueue<>(1024);
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final LongAdder open = new LongAdder();
  private final EndpointPool pool;
  private final SchedulerMetrics metrics;
  private final long idleNanos;
  final boolean tokensEndWithFirstByte;

  // The sweep's own.
  private @Nullable PickedDecision[] leases = EMPTY;
  private int count;

  LeaseBook(
      EndpointPool pool, SchedulerMetrics metrics, long idleNanos, boolean tokensEndWithFirstByte) {
    this.pool = pool;
    this.metrics = metrics;
    this.idleNanos = idleNanos;
    this.tokensEndWithFirstByte = tokensEndWithFirstByte;
  }

  EndpointPool pool() {
    return pool;
  }

  LiveLoad load() {
    return pool.load();
  }

  void opened(PickedDecision lease) {
    open.increment();
    opened.offer(lease);
  }

  void ended() {
    open.decrement();
  }

  int open() {
    return (int) Math.max(0, open.sum());
  }

  void sweep(long nowNanos) {
    if (!sweeping.compareAndSet(false, true)) {
      return;
    }
    try {
      for (PickedDecision lease = opened.poll(); lease != null; lease = opened.poll()) {
        if (lease.running()) {
          if (count == leases.length) {
            leases = Arrays.copyOf(leases, Math.max(64, 2 * count));
          }
          leases[count++] = lease;
        }
      }
      int kept = 0;
      for (int i = 0; i < count; i++) {
        PickedDecision lease = leases[i];
        if (lease == null || !lease.running()) {
          continue;
        }
        if (lease.idleNanos(nowNanos) > idleNanos && lease.abandon()) {
          metrics.leaseExpired(lease.endpoint());
        } else {
          leases[kept++] = lease;
        }
      }
      Arrays.fill(leases, kept, count, null);
      count = kept;
    } finally {
      sweeping.set(false);
    }
  }
}
