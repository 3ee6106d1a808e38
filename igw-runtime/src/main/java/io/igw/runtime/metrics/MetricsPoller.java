package io.igw.runtime.metrics;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.runtime.PickerMetrics;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointReport;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls the metrics page of every endpoint of a pool, whoever joins or leaves, and reports what it
 * says to the pool (data-layer.md 5 and 11).
 *
 * <p><b>Threading.</b> All work is done on one event loop of its own, which {@link #close} ends;
 * nothing on it blocks. Public methods may be called from any thread. An endpoint that answers
 * slowly holds one of the places for a hundred milliseconds at most, and is given up at a deadline,
 * so that it delays no other.
 *
 * <p><b>Cost.</b> One kept connection and one timer entry per endpoint; a page is read as it
 * arrives and never held.
 */
public final class MetricsPoller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MetricsPoller.class);
  private static final long SWEEP_MILLIS = 50;
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long CLOSE_MILLIS = 2000;

  /** What an engine needs to write its page, and little beside the shortest interval of 50 ms. */
  private static final long READ_AFTER_MILLIS = 3;

  private final EndpointPool pool;
  private final MetricsSource source;
  private final CoreMetricsExtractor extractor;
  private final PickerMetrics metrics;
  private final LongSupplier clock;
  private final PollSchedule schedule;
  private final PollLimits limits;
  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final ScrapeClient client;
  private final Runnable sweepTask = this::sweep;
  private final Runnable readTask = this::readAll;
  private final Runnable reportTask = this::reportAll;

  // The event loop's own.
  private final ArrayDeque<PolledEndpoint> waiting = new ArrayDeque<>();
  private final ArrayDeque<ScrapeHandler> unread = new ArrayDeque<>();
  private final ArrayList<EndpointReport> unreported = new ArrayList<>();
  private int placesTaken;
  private int polling;
  private int polled;
  private @Nullable Future<?> sweepTimer;

  /** Written by whoever closes, so that what the end of the event loop breaks is no failure. */
  private volatile boolean closed;

  private volatile Runnable unsubscribe = () -> {};

  /** By slot; replaced as a whole, so that any thread may read it. */
  private volatile @Nullable PolledEndpoint[] bySlot = new PolledEndpoint[0];

  /** A poller with the default limits; see the other constructor. */
  public MetricsPoller(
      EndpointPool pool,
      MetricsSource source,
      CoreMetricsExtractor extractor,
      Duration tick,
      PickerMetrics metrics,
      LongSupplier nanoClock) {
    this(pool, source, extractor, tick, metrics, nanoClock, PollLimits.DEFAULT);
  }

  /**
   * A poller.
   *
   * @param tick base tick of all sources, at least 50 ms
   * @param nanoClock the pool's clock
   */
  public MetricsPoller(
      EndpointPool pool,
      MetricsSource source,
      CoreMetricsExtractor extractor,
      Duration tick,
      PickerMetrics metrics,
      LongSupplier nanoClock,
      PollLimits limits) {
    this.pool = pool;
    this.source = source;
    this.extractor = extractor;
    this.metrics = metrics;
    this.clock = nanoClock;
    this.limits = limits;
    this.schedule = new PollSchedule(tick, source.interval(), new SplittableRandom());
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("igw-metrics", true),
            new WholeMillis(NioIoHandler.newFactory()));
    this.loop = group.next();
    this.client = new ScrapeClient(loop, source, limits.maxPageBytes());
  }

  /** Starts polling; returns at once. */
  public void start() {
    unsubscribe = pool.onMembersChanged(this::membersChanged);
    membersChanged();
  }

  /** What went wrong with the last poll of each endpoint that has a problem now, by id. */
  public Map<EndpointId, String> lastErrors() {
    Map<EndpointId, String> errors = new TreeMap<>();
    for (PolledEndpoint polledEndpoint : bySlot) {
      String error = polledEndpoint == null ? null : polledEndpoint.lastError();
      if (polledEndpoint != null && error != null) {
        errors.put(polledEndpoint.endpoint().id(), error);
      }
    }
    return errors;
  }

  /** Ends polling, closes every connection and waits for the event loop to end. */
  @Override
  public void close() {
    closed = true;
    unsubscribe.run();
    if (!loop.isShuttingDown()) {
      loop.execute(this::closeAll);
    }
    group.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    if (!loop.inEventLoop()) {
      group.terminationFuture().awaitUninterruptibly(CLOSE_MILLIS);
    }
  }

  private void closeAll() {
    waiting.clear();
    for (PolledEndpoint one : bySlot) {
      if (one != null) {
        one.close();
      }
    }
    bySlot = new PolledEndpoint[0];
  }

  private void membersChanged() {
    if (!loop.isShuttingDown()) {
      loop.execute(this::follow);
    }
  }

  private void follow() {
    if (closed) {
      return;
    }
    try {
      follow(pool.snapshot());
    } catch (RuntimeException e) {
      log.error("metrics poller: the change of the pool could not be followed", e);
    }
  }

  /** Runs only while a poll is under way, so that an idle picker sleeps. */
  private void sweep() {
    sweepTimer = null;
    long now = now();
    try {
      for (PolledEndpoint one : bySlot) {
        if (one != null) {
          one.sweep(now, SLOW_NANOS);
        }
      }
    } finally {
      scheduleSweep();
    }
  }

  private void scheduleSweep() {
    if (polling > 0 && sweepTimer == null && !closed) {
      sweepTimer = loop.schedule(sweepTask, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** A poll begins. */
  void pollStarted() {
    polling++;
    scheduleSweep();
  }

  /** A poll has ended in whatever way. */
  void pollEnded() {
    polling--;
    Future<?> timer = sweepTimer;
    if (polling == 0 && timer != null) {
      timer.cancel(false);
      sweepTimer = null;
    }
  }

  private void follow(EndpointSnapshot snapshot) {
    @Nullable PolledEndpoint[] before = bySlot;
    if (same(before, snapshot)) {
      return;
    }
    @Nullable PolledEndpoint[] after = new PolledEndpoint[snapshot.slotLimit()];
    ArrayDeque<PolledEndpoint> joined = new ArrayDeque<>();
    for (int i = 0; i < snapshot.size(); i++) {
      Endpoint endpoint = snapshot.endpoint(i);
      PolledEndpoint known = at(before, endpoint.slot());
      Engine engine = engine(endpoint, known);
      if (known != null && known.follow(endpoint, engine)) {
        after[endpoint.slot()] = known;
      } else {
        PolledEndpoint fresh =
            new PolledEndpoint(this, endpoint, new Extraction(engine), source.request(endpoint));
        after[endpoint.slot()] = fresh;
        joined.add(fresh);
        forgetAdapters(known, endpoint);
      }
    }
    bySlot = after;
    polled = snapshot.size();
    for (PolledEndpoint old : before) {
      if (old != null && at(after, old.endpoint().slot()) != old) {
        waiting.remove(old);
        old.close();
      }
    }
    joined.forEach(PolledEndpoint::due);
  }

  private Engine engine(Endpoint endpoint, @Nullable PolledEndpoint known) {
    String stranger = extractor.unknownEngine(endpoint.labels());
    if (stranger != null
        && (known == null
            || !stranger.equals(extractor.unknownEngine(known.endpoint().labels())))) {
      metrics.unknownEngine();
      log.warn(
          "metrics of {}: label {}: no engine {} (expected: one of {}); read as {}",
          endpoint.id(),
          extractor.engineLabelKey(),
          stranger,
          extractor.engineNames(),
          extractor.engine(endpoint.labels()).name());
    }
    return extractor.engine(endpoint.labels());
  }

  /** The same endpoint with another engine must not keep the adapters of the one before. */
  private void forgetAdapters(@Nullable PolledEndpoint known, Endpoint endpoint) {
    if (known != null && known.endpoint().generation() == endpoint.generation()) {
      report(new EndpointReport(endpoint.id(), now()).set(Attribute.LORA_ADAPTERS, null));
    }
  }

  private boolean same(@Nullable PolledEndpoint[] before, EndpointSnapshot snapshot) {
    if (polled != snapshot.size()) {
      return false;
    }
    for (int i = 0; i < snapshot.size(); i++) {
      PolledEndpoint known = at(before, snapshot.endpoint(i).slot());
      if (known == null || known.endpoint() != snapshot.endpoint(i)) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable PolledEndpoint at(@Nullable PolledEndpoint[] slots, int slot) {
    return slot < slots.length ? slots[slot] : null;
  }

  /** An endpoint is due: polls it, or puts it in line. */
  void due(PolledEndpoint endpoint) {
    if (placesTaken < limits.maxInFlight()) {
      placesTaken++;
      endpoint.poll();
    } else {
      waiting.add(endpoint);
    }
  }

  /** A poll has ended or no longer counts. */
  void placeFree() {
    placesTaken--;
    PolledEndpoint next = waiting.poll();
    if (next != null) {
      placesTaken++;
      next.poll();
    }
  }

  /** Reads a connection in a while, together with the others that were asked meanwhile. */
  void readSoon(ScrapeHandler connection) {
    connection.holdReads();
    if (unread.isEmpty()) {
      loop.schedule(readTask, READ_AFTER_MILLIS, TimeUnit.MILLISECONDS);
    }
    unread.add(connection);
  }

  private void readAll() {
    for (ScrapeHandler next = unread.poll(); next != null; next = unread.poll()) {
      next.read();
    }
  }

  /** Opens a connection to an endpoint's page. */
  void open(Endpoint endpoint, ScrapeClient.Opened opened) {
    client.open(endpoint, opened);
  }

  /** Runs a task later, on the event loop. */
  @Nullable Future<?> after(long nanos, Runnable task) {
    return closed ? null : loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  /** What was known of the endpoint was of a process that is gone. */
  void restarted(Endpoint endpoint) {
    log.info("metrics of {}: its counters went back: it was restarted", endpoint.id());
    metrics.endpointRestarted();
    pool.renew(endpoint.id(), endpoint.generation());
  }

  /** Reports what a page says, together with the other pages that are read in this wake-up. */
  void report(EndpointReport report) {
    if (unreported.isEmpty()) {
      loop.execute(reportTask);
    }
    unreported.add(report);
  }

  private void reportAll() {
    pool.reportAll(unreported);
    unreported.clear();
  }

  PollSchedule schedule() {
    return schedule;
  }

  long phaseNanos(double place) {
    return schedule.phaseNanos(place, polled);
  }

  PickerMetrics metrics() {
    return metrics;
  }

  boolean closed() {
    return closed;
  }

  long now() {
    return clock.getAsLong();
  }
}
