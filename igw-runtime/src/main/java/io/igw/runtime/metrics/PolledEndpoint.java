package io.igw.runtime.metrics;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointReport;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The polls of one endpoint, one after another: wait, take a place, ask over the kept connection,
 * read, report. A request that a kept connection lost unanswered is sent once more over a new one.
 *
 * <p><b>Threading.</b> Confined to the poller's event loop, but for {@link #lastError}.
 */
final class PolledEndpoint implements ScrapeHandler.Listener, Extraction.Sink {
  private enum Phase {
    /** Until the timer fires. */
    RESTING,
    /** Due, but there is no place free. */
    DUE,
    /** A request is under way. */
    POLLING,
    /** Left the pool. */
    CLOSED
  }

  private final MetricsPoller poller;
  private final Extraction extraction;
  private final PollHealth health;
  private final byte[] request;
  private final Runnable timerTask = this::timerFired;
  private final double place;

  private Endpoint endpoint;
  private Phase phase = Phase.RESTING;
  private @Nullable Future<?> timer;
  private @Nullable ScrapeHandler connection;
  private @Nullable EndpointReport report;
  private int attempt;
  private boolean reused;
  private boolean holdsPlace;
  private boolean polledBefore;
  private boolean overdue;
  private boolean restarted;
  private long startedNanos;
  private long seenNanos;
  private long bytes;

  PolledEndpoint(MetricsPoller poller, Endpoint endpoint, Extraction extraction, byte[] request) {
    this.poller = poller;
    this.endpoint = endpoint;
    this.extraction = extraction;
    this.request = request;
    this.health = new PollHealth(endpoint.id());
    this.place = poller.schedule().place();
  }

  /** The endpoint as the pool has it now. */
  Endpoint endpoint() {
    return endpoint;
  }

  /** What went wrong last, null if nothing. Any thread. */
  @Nullable String lastError() {
    return health.lastError();
  }

  /** Takes over changed facts of the same endpoint; false if it has to be polled anew. */
  boolean follow(Endpoint changed, Engine engine) {
    if (changed.slot() != endpoint.slot()
        || changed.generation() != endpoint.generation()
        || engine != extraction.engine()) {
      return false;
    }
    endpoint = changed;
    return true;
  }

  /** The next poll is due now. */
  void due() {
    if (phase == Phase.RESTING) {
      phase = Phase.DUE;
      poller.due(this);
    }
  }

  private void timerFired() {
    timer = null;
    due();
  }

  /** There is a place: polls. */
  void poll() {
    if (phase != Phase.DUE) {
      return;
    }
    phase = Phase.POLLING;
    holdsPlace = true;
    overdue = false;
    poller.pollStarted();
    startedNanos = poller.now();
    ScrapeHandler kept = connection;
    if (kept != null && kept.idle()) {
      reused = true;
      poller.readSoon(kept);
      kept.request(request, this);
    } else {
      connect();
    }
  }

  private void connect() {
    reused = false;
    connection = null;
    int mine = ++attempt;
    poller.open(
        endpoint,
        new ScrapeClient.Opened() {
          @Override
          public void opened(ScrapeHandler fresh) {
            if (mine == attempt && phase == Phase.POLLING) {
              connection = fresh;
              fresh.request(request, PolledEndpoint.this);
            } else {
              fresh.abort();
            }
          }

          @Override
          public void failed(String reason) {
            if (mine == attempt && phase == Phase.POLLING) {
              PolledEndpoint.this.failed(reason, true);
            }
          }
        });
  }

  @Override
  public void responded() {
    seenNanos = poller.now();
    bytes = 0;
    extraction.begin();
  }

  @Override
  public void content(byte[] source, int offset, int length) {
    bytes += length;
    extraction.read(source, offset, length);
  }

  @Override
  public void completed(boolean reusable) {
    if (!reusable) {
      connection = null;
    }
    long now = poller.now();
    report = null;
    extraction.end(seenNanos, this);
    health.succeeded(now);
    if (!health.read(extraction, bytes, now)) {
      poller.metrics().extractFailed(MetricsSource.TYPE, CoreMetricsExtractor.TYPE);
    }
    EndpointReport page = report;
    report = null;
    polledBefore = true;
    rest(poller.schedule().delayNanos(now, poller.phaseNanos(place)));
    if (restarted) {
      restarted = false;
      poller.restarted(endpoint);
    }
    if (page != null) {
      poller.report(page);
    }
  }

  @Override
  public void restarted() {
    restarted = true;
  }

  @Override
  public void number(Signal signal, double value) {
    report().set(signal, value);
  }

  @Override
  public void adapters(@Nullable LoraAdapters adapters) {
    report().set(Attribute.LORA_ADAPTERS, adapters);
  }

  private EndpointReport report() {
    EndpointReport now = report;
    if (now == null) {
      now = new EndpointReport(endpoint.id(), seenNanos);
      report = now;
    }
    return now;
  }

  @Override
  public void failed(String reason, boolean answered) {
    if (phase != Phase.POLLING || poller.closed()) {
      return;
    }
    connection = null;
    if (reused && !answered) {
      // The server closed the kept connection while the request was on its way.
      connect();
      return;
    }
    health.failed(reason, poller.now());
    poller.metrics().pollFailed(MetricsSource.TYPE);
    rest(poller.schedule().backOffNanos(health.failures()));
  }

  /**
   * Watches the clock: a slow poll gives its place to others, an endless one is given up. But not
   * at the first look: if this process stood still, the page may be there and not yet read.
   */
  void sweep(long nowNanos, long slowNanos) {
    if (phase != Phase.POLLING) {
      return;
    }
    long elapsed = nowNanos - startedNanos;
    if (elapsed >= slowNanos) {
      givePlace();
    }
    long deadline = deadlineNanos();
    if (elapsed < deadline) {
      return;
    }
    if (!overdue) {
      overdue = true;
      return;
    }
    attempt++;
    drop();
    failed("no page within " + TimeUnit.NANOSECONDS.toMillis(deadline) + " ms", true);
  }

  private long deadlineNanos() {
    PollSchedule schedule = poller.schedule();
    boolean first = !polledBefore && health.failures() == 0;
    return first ? schedule.firstDeadlineNanos() : schedule.deadlineNanos();
  }

  /** The endpoint left the pool. */
  void close() {
    if (phase == Phase.POLLING) {
      poller.pollEnded();
    }
    phase = Phase.CLOSED;
    attempt++;
    Future<?> pending = timer;
    if (pending != null) {
      pending.cancel(false);
      timer = null;
    }
    drop();
    givePlace();
  }

  private void rest(long nanos) {
    phase = Phase.RESTING;
    poller.pollEnded();
    timer = poller.after(nanos, timerTask);
    givePlace();
  }

  private void drop() {
    ScrapeHandler open = connection;
    connection = null;
    if (open != null) {
      open.abort();
    }
  }

  private void givePlace() {
    if (holdsPlace) {
      holdsPlace = false;
      poller.placeFree();
    }
  }
}
