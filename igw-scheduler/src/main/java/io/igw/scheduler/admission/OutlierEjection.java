package io.igw.scheduler.admission;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import io.igw.spi.Screener;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out endpoints that answer with 5xx several times in a row, for a time that grows with each
 * repetition (plugins-scheduling.md 8). A data plane that cannot connect answers 503 in the
 * endpoint's stead; one that walks a list of destinations names who served, and those before could
 * not be reached. A client that leaves tells nothing. Of the candidates at most a share is left
 * out, rounded down, and never an only one. igw's own type {@code outlier-ejection}.
 *
 * <p><b>Threading.</b> Any number of event loops; what is known of an endpoint stands at its slot.
 * <b>Cost.</b> One comparison while no one is left out.
 */
final class OutlierEjection implements Screener, ResponseObserver {
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int MOST_TIMES = 10;
  private static final double ROUNDING = 1e-9;

  /** What is known of an endpoint. */
  private static final class Health {
    private final int generation;
    private volatile int failures;
    private volatile int times;
    private volatile long untilNanos;

    Health(int generation, long now) {
      this.generation = generation;
      this.untilNanos = now;
    }
  }

  private final int mostFailures;
  private final long baseNanos;
  private final double mostShare;
  private final LongSupplier clock;
  private volatile @Nullable Health[] bySlot = new Health[0];

  /** Latest end of any exclusion. */
  private volatile long quietNanos;

  private OutlierEjection(int failures, Duration base, double share, LongSupplier clock) {
    this.mostFailures = failures;
    this.baseNanos = base.toNanos();
    this.mostShare = share;
    this.clock = clock;
    this.quietNanos = clock.getAsLong();
  }

  static OutlierEjection of(Parameters parameters, PluginContext context) {
    Duration base = parameters.duration("baseEjectionTime", Duration.ofSeconds(10));
    if (base.isZero()) {
      parameters.reject("baseEjectionTime", "a duration > 0");
    }
    return new OutlierEjection(
        parameters.integer("consecutiveErrors", 5, 1, Integer.MAX_VALUE),
        base,
        parameters.number("maxEjectedShare", 0.3, 0, 1),
        context.nanoClock());
  }

  @Override
  public Set<Event> interests() {
    return Set.of(Event.HEADERS);
  }

  @Override
  public void on(Event event, RequestState state, Decision decision, Response response) {
    boolean failed = response.status() >= FIRST_SERVER_ERROR;
    String served = response.served();
    if (served == null || served.isEmpty() || served.equals(decision.destination())) {
      heard(decision.endpoint(), failed);
      return;
    }
    heard(decision.endpoint(), true);
    for (Endpoint fallback : decision.fallbacks()) {
      if (served.equals(address(fallback, decision.destinationPort()))) {
        heard(fallback, failed);
        return;
      }
      heard(fallback, true);
    }
  }

  private static String address(Endpoint endpoint, int port) {
    return port == 0 ? endpoint.hostPort() : Endpoint.hostPort(endpoint.host(), port);
  }

  private void heard(Endpoint endpoint, boolean failed) {
    Health known = health(endpoint.slot(), endpoint.generation());
    if (known == null) {
      if (!failed) {
        return;
      }
      known = add(endpoint);
    }
    update(known, failed);
  }

  private void update(Health health, boolean failed) {
    synchronized (health) {
      long now = clock.getAsLong();
      if (!failed) {
        health.failures = 0;
        health.times = now - health.untilNanos > baseNanos ? 0 : health.times;
      } else if (++health.failures >= mostFailures && now - health.untilNanos >= 0) {
        health.times = Math.min(MOST_TIMES, health.times + 1);
        health.untilNanos = now + baseNanos * health.times;
        // The next failure after its return is one too many again.
        health.failures = mostFailures - 1;
        quietNanos = health.untilNanos - quietNanos > 0 ? health.untilNanos : quietNanos;
      }
    }
  }

  private synchronized Health add(Endpoint endpoint) {
    Health known = health(endpoint.slot(), endpoint.generation());
    if (known == null) {
      known = new Health(endpoint.generation(), clock.getAsLong());
      int length = Math.max(bySlot.length, endpoint.slot() + 1);
      @Nullable Health[] next = Arrays.copyOf(bySlot, length);
      next[endpoint.slot()] = known;
      bySlot = next;
    }
    return known;
  }

  private @Nullable Health health(int slot, int generation) {
    @Nullable Health[] all = bySlot;
    Health known = slot < all.length ? all[slot] : null;
    return known != null && known.generation == generation ? known : null;
  }

  @Override
  public void screen(Cycle cycle, Candidates candidates) {
    long now = cycle.nowNanos();
    if (now - quietNanos >= 0) {
      return;
    }
    EndpointSnapshot snapshot = cycle.snapshot();
    int size = candidates.size();
    // 0.29 of 100 is 28.999… in floating point, and 29 are meant.
    int most = size == 1 ? 0 : (int) (size * mostShare + ROUNDING);
    if (most == 0) {
      return;
    }
    boolean[] out = new boolean[size];
    for (int i = 0, left = most; i < size && left > 0; i++) {
      out[i] = out(snapshot.endpoint(candidates.ordinal(i)), now);
      left -= out[i] ? 1 : 0;
    }
    candidates.retainIf(i -> !out[i]);
  }

  private boolean out(Endpoint endpoint, long now) {
    Health known = health(endpoint.slot(), endpoint.generation());
    return known != null && now - known.untilNanos < 0;
  }
}
