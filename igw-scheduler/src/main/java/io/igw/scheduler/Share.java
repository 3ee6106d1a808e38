package io.igw.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One request and its tokens, counted at one endpoint until given back.
 *
 * <p>Two fields say which load holds the request and which the tokens; null means given back. Each
 * is taken by an atomic exchange with null and moved by a compare-and-set, so that whatever was
 * added to a load is subtracted from that very load exactly once, in any interleaving of {@link
 * #end}, {@link #endTokens}, {@link #leave} and {@link #move}.
 *
 * <p>The holder of the tokens is the load itself while all of them are counted there, so that most
 * shares are one object; once some were given back it is a {@link Rest}.
 *
 * <p><b>Threading.</b> Any thread; lock-free ({@code end} and {@code endTokens} wait-free). While a
 * share moves, both loads may hold it for a moment; no load ever falls below what it holds.
 */
class Share {
  private static final VarHandle REQUEST;
  private static final VarHandle TOKENS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      REQUEST = lookup.findVarHandle(Share.class, "requestHolder", EndpointLoad.class);
      TOKENS = lookup.findVarHandle(Share.class, "tokenHolder", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Fewer tokens than this are not given back one by one. */
  private static final int LEAST_RETURN = 16;

  private final int tokens;
  private volatile @Nullable EndpointLoad requestHolder;

  /** An {@link EndpointLoad} or a {@link Rest}. */
  private volatile @Nullable Object tokenHolder;

  /** Where the tokens that are left are counted. */
  private record Rest(EndpointLoad load, int tokens) {}

  /** Counts a request and its tokens at a load. */
  Share(EndpointLoad load, int tokens) {
    this.tokens = tokens;
    // Plain stores: nobody else sees this object yet.
    REQUEST.set(this, load);
    load.addRequests(1);
    if (tokens != 0) {
      TOKENS.set(this, load);
      load.addTokens(tokens);
    }
  }

  /** Whether the request has not been given back. */
  final boolean open() {
    return requestHolder != null;
  }

  /** Whether the request is counted at a load now. */
  final boolean heldBy(EndpointLoad load) {
    return requestHolder == load;
  }

  /** Gives everything back. True for the one call that gives back the request. */
  final boolean end() {
    EndpointLoad holder = (EndpointLoad) REQUEST.getAndSet(this, null);
    if (holder == null) {
      return false;
    }
    holder.addRequests(-1);
    endTokens();
    return true;
  }

  /** Gives the tokens back; no effect the second time. */
  final void endTokens() {
    if (tokenHolder != null) {
      Object holder = TOKENS.getAndSet(this, null);
      if (holder != null) {
        load(holder).addTokens(-left(holder));
      }
    }
  }

  private static EndpointLoad load(Object holder) {
    return holder instanceof Rest rest ? rest.load() : (EndpointLoad) holder;
  }

  private int left(Object holder) {
    return holder instanceof Rest rest ? rest.tokens() : tokens;
  }

  /** Tokens counted at the start. */
  final int tokens() {
    return tokens;
  }

  /** Gives tokens back until {@code most} are left; small steps are saved up. */
  final void leave(int most) {
    Object holder;
    while ((holder = tokenHolder) != null) {
      int surplus = left(holder) - Math.max(0, most);
      if (surplus < LEAST_RETURN) {
        return;
      }
      EndpointLoad load = load(holder);
      if (TOKENS.compareAndSet(this, holder, new Rest(load, Math.max(0, most)))) {
        load.addTokens(-surplus);
        return;
      }
    }
  }

  /** Counts what is not given back at another load. False if the request was given back before. */
  final boolean move(EndpointLoad to) {
    EndpointLoad from;
    do {
      from = requestHolder;
      if (from == null) {
        return false;
      }
      if (from == to) {
        break;
      }
      // Added first: a concurrent end that finds the new holder must find its request there.
      to.addRequests(1);
      if (REQUEST.compareAndSet(this, from, to)) {
        from.addRequests(-1);
        break;
      }
      to.addRequests(-1);
    } while (true);
    moveTokens(to);
    return true;
  }

  private void moveTokens(EndpointLoad to) {
    Object from;
    while ((from = tokenHolder) != null && load(from) != to) {
      int left = left(from);
      to.addTokens(left);
      if (TOKENS.compareAndSet(this, from, left == tokens ? to : new Rest(to, left))) {
        load(from).addTokens(-left);
        return;
      }
      to.addTokens(-left);
    }
  }
}
