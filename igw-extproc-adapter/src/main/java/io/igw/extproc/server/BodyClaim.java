package io.igw.extproc.server;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One stream's share of {@link HeldBytes}.
 *
 * <p><b>Threading.</b> Confined to the stream's event loop but for {@link #grant} and what the line
 * reads under its monitor while the claim stands in it.
 */
final class BodyClaim implements Comparable<BodyClaim> {
  /** Answers of {@link #take}. */
  enum Answer {
    TAKEN,
    WAITS,
    REFUSED
  }

  private final HeldBytes budget;
  private final Executor loop;
  private final Runnable granted;
  private final long openedNanos;

  /** What the budget counts for this stream. */
  private long taken;

  private long wanted;
  private long number;
  private boolean waiting;
  private boolean left;

  /** A claim that holds nothing; {@code granted} runs on {@code loop} when waiting has ended. */
  BodyClaim(HeldBytes budget, long openedNanos, Executor loop, Runnable granted) {
    this.budget = budget;
    this.openedNanos = openedNanos;
    this.loop = loop;
    this.granted = granted;
  }

  /** Called by the line: tells claims of equal age apart. */
  void number(long number) {
    this.number = number;
  }

  @Override
  public int compareTo(BodyClaim other) {
    int byAge = Long.signum(openedNanos - other.openedNanos);
    return byAge != 0 ? byAge : Long.compare(number, other.number);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  long wanted() {
    return wanted;
  }

  boolean begun() {
    return taken > 0;
  }

  boolean waiting() {
    return waiting;
  }

  /** Makes this stream's share {@code bytes} in all, if there is room; else it stands in line. */
  Answer take(long bytes) {
    long more = bytes - taken;
    if (more <= 0) {
      keep(bytes);
      return Answer.TAKEN;
    }
    if (budget.tryAdd(more)) {
      taken = bytes;
      return Answer.TAKEN;
    }
    wanted = more;
    waiting = true;
    if (!budget.join(this)) {
      waiting = false;
      return Answer.REFUSED;
    }
    return Answer.WAITS;
  }

  /** Called by the line, on any thread, once what is wanted has been counted. */
  void grant() {
    loop.execute(this::receive);
  }

  private void receive() {
    waiting = false;
    taken += wanted;
    if (left) {
      left = false;
      keep(0);
      return;
    }
    granted.run();
  }

  /** Lets go of all but {@code bytes}, and leaves the line. */
  void keep(long bytes) {
    if (waiting) {
      if (budget.leave(this)) {
        waiting = false;
      } else {
        // What was granted meanwhile is on its way here.
        left = true;
      }
    }
    if (bytes != taken) {
      long more = bytes - taken;
      taken = bytes;
      budget.add(more);
      if (bytes == 0) {
        budget.released(this);
      }
    }
  }
}
