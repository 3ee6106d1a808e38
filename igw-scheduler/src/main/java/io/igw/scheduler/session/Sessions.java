package io.igw.scheduler.session;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.spi.SessionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bindings of one instance, and their exchange with a store if there is one: a thread of its
 * own writes what requests have bound and reads what others have, once a second or sooner.
 *
 * <p><b>Threading.</b> Any thread. The bindings are what requests see; nothing that the store does
 * delays one. What does not fit into the queue to the store is counted and told with the next use.
 */
final class Sessions implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Sessions.class.getName());
  private static final int QUEUE = 8192;
  private static final long PAUSE_MILLIS = 1000;
  private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long CLOSE_MILLIS = 2000;

  /** Ends the wait of the thread. An interrupt would end what a store writes, too. */
  private static final SessionStore.Binding WAKE =
      new SessionStore.Binding("", new EndpointId("", "wake"), 0);

  /** Uses of a binding are told this often within its time. */
  private static final int TELLS = 4;

  private final RecentMap<Binding> bindings;
  private final long idleNanos;
  private final LongSupplier nanoClock;
  private final LongSupplier millisClock;
  private final ArrayBlockingQueue<SessionStore.Binding> unwritten =
      new ArrayBlockingQueue<>(QUEUE);
  private @Nullable LongAdder failures;
  private @Nullable Thread thread;
  private long loggedNanos;
  private boolean logged;
  private volatile boolean shared;
  private volatile boolean closed;

  Sessions(int most, long idleNanos, LongSupplier nanoClock, LongSupplier millisClock) {
    this.bindings = new RecentMap<>(most, idleNanos, nanoClock.getAsLong());
    this.idleNanos = idleNanos;
    this.nanoClock = nanoClock;
    this.millisClock = millisClock;
  }

  /** What is bound from now on is for a store that is still to come. */
  void awaitStore() {
    shared = true;
  }

  /** From now on bindings are shared; no effect if they are. */
  synchronized void share(SessionStore store, LongAdder failures) {
    if (thread != null || closed) {
      return;
    }
    this.failures = failures;
    shared = true;
    Thread exchange = new Thread(() -> exchange(store), "igw-sessions");
    exchange.setDaemon(true);
    thread = exchange;
    exchange.start();
  }

  /** Where a session belongs; null if that is not known or was not used for its time. */
  @Nullable Binding find(String session, long now) {
    Binding bound = bindings.get(session, now);
    return bound != null && now - bound.usedNanos() < idleNanos ? bound : null;
  }

  /** A session belongs to an endpoint from now on. */
  void bind(String session, Endpoint endpoint, long now) {
    bindings.put(session, Binding.to(endpoint, now), now);
    tell(session, endpoint, now);
  }

  /** A session was used again where it belongs. */
  void used(String session, Binding bound, Endpoint endpoint, long now) {
    if (bound.foreign()) {
      bind(session, endpoint, now);
      return;
    }
    bound.used(now);
    if (shared && bound.tell(now, idleNanos / TELLS)) {
      tell(session, endpoint, now);
    }
  }

  private void tell(String session, Endpoint endpoint, long now) {
    if (!shared || session.length() > RecentMap.MAX_KEY) {
      return;
    }
    long millis =
        millisClock.getAsLong() - TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - now);
    if (!unwritten.offer(new SessionStore.Binding(session, endpoint.id(), millis))) {
      failed(null);
    }
  }

  private void exchange(SessionStore store) {
    SessionStore.@Nullable Reader reader = null;
    List<SessionStore.Binding> batch = new ArrayList<>();
    while (true) {
      boolean last = closed;
      try {
        if (reader == null) {
          reader = store.reader();
        }
        unwritten.drainTo(batch);
        batch.removeIf(binding -> binding == WAKE);
        if (!batch.isEmpty()) {
          store.write(List.copyOf(batch));
          batch.clear();
        }
        if (!last) {
          reader.read().forEach(this::learn);
        }
      } catch (Exception | LinkageError e) {
        failed(e);
      }
      if (last) {
        return;
      }
      if (batch.size() >= QUEUE) {
        batch.clear();
      }
      try {
        SessionStore.Binding next = unwritten.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          batch.add(next);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Takes over what another process has told, if it is newer than what is known here. */
  private void learn(SessionStore.Binding other) {
    if (other.session().length() > RecentMap.MAX_KEY) {
      return;
    }
    long now = nanoClock.getAsLong();
    long ageMillis = Math.max(0, millisClock.getAsLong() - other.usedMillis());
    if (ageMillis >= TimeUnit.NANOSECONDS.toMillis(idleNanos)) {
      return;
    }
    long used = now - TimeUnit.MILLISECONDS.toNanos(ageMillis);
    Binding known = find(other.session(), now);
    if (known == null || known.usedNanos() < used) {
      bindings.put(other.session(), Binding.told(other.endpoint(), used), now);
    }
  }

  /** The message of a store may hold sessions, so only its kind is told. */
  private synchronized void failed(@Nullable Throwable why) {
    if (failures != null) {
      failures.increment();
    }
    long now = System.nanoTime();
    if (!logged || now - loggedNanos > LOG_NANOS) {
      logged = true;
      loggedNanos = now;
      LOG.log(
          System.Logger.Level.WARNING,
          why == null
              ? "session store: falls behind; some bindings are not shared"
              : "session store: failed, bindings of the last second may not be shared: "
                  + why.getClass().getName());
    }
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
    }
    if (running != null) {
      unwritten.offer(WAKE);
      try {
        running.join(CLOSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      // Only a store that hangs is still at it.
      running.interrupt();
    }
  }
}
