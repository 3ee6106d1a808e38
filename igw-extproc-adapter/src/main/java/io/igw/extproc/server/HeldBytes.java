package io.igw.extproc.server;

import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What all streams together may hold of request bodies. A stream asks before it reads on; one that
 * gets nothing stands in line and reads no further, so that HTTP/2 flow control stops its sender.
 *
 * <p><b>No deadlock.</b> The line is ordered by the age of streams, so a body that has begun comes
 * before all later ones. If the oldest does not fit, it becomes the <i>exception</i>: it may go
 * beyond the limit, to its end. There is one exception at a time, until all of its bytes are let go
 * of: bodies that are whole leave without needing memory, and if none is whole the exception
 * becomes so. Hence no more is held than the limit and one body of the greatest size.
 *
 * <p><b>Threading.</b> Any thread. While there is room and nobody waits, one atomic addition; else
 * a monitor, held for a few instructions.
 */
final class HeldBytes {
  private final long limit;
  private final int longestLine;
  private final AtomicLong held = new AtomicLong();

  /** The oldest stream first. Guarded by this object. */
  private final TreeSet<BodyClaim> line = new TreeSet<>();

  /** Size of the line, so that those who let go see at once whether anybody waits. */
  private volatile int waiting;

  /** Written under the monitor. */
  private volatile @Nullable BodyClaim exception;

  private long joined;

  /**
   * A budget.
   *
   * @param limit in bytes
   * @param longestLine how many streams may wait
   */
  HeldBytes(long limit, int longestLine) {
    this.limit = limit;
    this.longestLine = longestLine;
  }

  /** Bytes that are held or expected now. */
  long held() {
    return held.get();
  }

  /** Streams that wait now. */
  int waiting() {
    return waiting;
  }

  /** Counts {@code more} bytes if there is room for them and nobody waits. */
  boolean tryAdd(long more) {
    if (waiting > 0) {
      return false;
    }
    if (held.addAndGet(more) <= limit) {
      return true;
    }
    add(-more);
    return false;
  }

  /** Counts bytes, negative for those that were let go of. */
  void add(long more) {
    held.addAndGet(more);
    if (more < 0 && waiting > 0) {
      serve();
    }
  }

  /** Puts a claim in its place in the line; false if the line is full. */
  synchronized boolean join(BodyClaim claim) {
    if (claim == exception) {
      held.addAndGet(claim.wanted());
      claim.grant();
      return true;
    }
    // One that has begun is never sent away: its place was counted when it came.
    if (line.size() >= longestLine && !claim.begun()) {
      return false;
    }
    claim.number(++joined);
    line.add(claim);
    waiting = line.size();
    serve();
    return true;
  }

  /** Takes a claim out of the line; false if it was not there. */
  synchronized boolean leave(BodyClaim claim) {
    boolean waited = line.remove(claim);
    waiting = line.size();
    if (waited) {
      serve();
    }
    return waited;
  }

  /** A claim holds nothing any more. */
  void released(BodyClaim claim) {
    if (claim != exception) {
      return;
    }
    synchronized (this) {
      exception = null;
      serve();
    }
  }

  private synchronized void serve() {
    while (!line.isEmpty()) {
      BodyClaim claim = line.first();
      if (held.get() + claim.wanted() > limit) {
        if (exception != null) {
          break;
        }
        exception = claim;
      }
      held.addAndGet(claim.wanted());
      line.remove(claim);
      claim.grant();
    }
    waiting = line.size();
  }
}
