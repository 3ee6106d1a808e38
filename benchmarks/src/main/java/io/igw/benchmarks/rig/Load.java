package io.igw.benchmarks.rig;

import io.igw.extproc.client.ExchangeClient;
import io.igw.extproc.client.ExtProcClient;
import io.igw.extproc.client.Scenario;
import io.igw.simulator.envoy.EnvoyBootstrap;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Drives one server with exchanges, closed loop or at a fixed rate. */
public final class Load implements AutoCloseable {
  /** What drain allows beside the deadline. */
  private static final int GRACE_SECONDS = 5;

  private final ExchangeClient client;
  private final Limits limits;
  private final ScheduledExecutorService pacer =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "rig-pacer");
        thread.setDaemon(true);
        return thread;
      });
  private final AtomicLong completed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong openBytes = new AtomicLong();
  private final AtomicInteger variant = new AtomicInteger();
  private volatile @Nullable String lastFault;
  private volatile boolean stopping;

  /**
   * What a measured interval cost.
   *
   * @param exchanges completed exchanges
   * @param failed exchanges that ended otherwise, or did not begin
   * @param refused those that did not begin because too many were under way
   * @param cpuNanosPerExchange CPU time of the server process per completed exchange
   * @param latencyNanos from the intended start to the last answer
   */
  public record Result(
      long exchanges,
      long failed,
      long refused,
      double cpuNanosPerExchange,
      Histogram latencyNanos) {}

  /**
   * A load on {@code address} ({@code host:port}). {@code tls}: encrypted, any certificate will do.
   * {@code expectDestination}: an answer without one is a failure.
   */
  public Load(String address, boolean tls, boolean expectDestination) {
    this(
        new ExtProcClient(address, tls, expectDestination, false, Limits.DEFAULT.deadlineSeconds()),
        Limits.DEFAULT);
  }

  /** A load of exchanges that each come over a connection of their own, encrypted. */
  public static Load overNewConnections(String address) {
    Limits limits = Limits.DEFAULT;
    return new Load(new ExtProcClient(address, true, true, true, limits.deadlineSeconds()), limits);
  }

  /**
   * A load on the server at {@code address} through a real Envoy of its own, which lets the server
   * choose the body modes of each request.
   */
  public static Load throughNegotiatingEnvoy(String address) throws IOException {
    Limits limits = Limits.DEFAULT;
    return new Load(
        EnvoyClient.start(address, EnvoyBootstrap::withNegotiatedModes, limits.deadlineSeconds()),
        limits);
  }

  Load(ExchangeClient client, Limits limits) {
    this.client = client;
    this.limits = limits;
  }

  /** Waits until one exchange is answered; for how long after the call, in nanoseconds. */
  public long awaitFirstAnswer(Scenario scenario, long timeoutNanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < timeoutNanos) {
      long before = completed.get();
      begin(scenario, null, fault -> {});
      while (open.get() > 0 && System.nanoTime() - start < timeoutNanos) {
        LockSupport.parkNanos(200_000);
      }
      if (completed.get() > before) {
        return System.nanoTime() - start;
      }
      client.retryNow();
      LockSupport.parkNanos(2_000_000);
    }
    String fault = lastFault;
    String seconds = TimeUnit.NANOSECONDS.toSeconds(timeoutNanos) + " s";
    throw new IllegalStateException(
        "no answer from "
            + client.address()
            + ": "
            + (fault == null ? "it is silent for " + seconds : fault));
  }

  /**
   * Keeps {@code inFlight} exchanges under way: a warm-up that is not counted, then the measured
   * time.
   */
  public Result closed(
      Scenario scenario, int inFlight, long warmUpNanos, long measureNanos, ProcessStats server)
      throws IOException {
    Histogram histogram = new ConcurrentHistogram(3);
    stopping = false;
    for (int i = 0; i < inFlight; i++) {
      again(scenario, histogram);
    }
    LockSupport.parkNanos(warmUpNanos);
    histogram.reset();
    long exchanges = completed.get();
    long faults = failed.get();
    long cpu = server.cpuNanos();
    sleep(measureNanos);
    cpu = server.cpuNanos() - cpu;
    exchanges = completed.get() - exchanges;
    faults = failed.get() - faults;
    stopping = true;
    drain();
    return new Result(exchanges, faults, 0, (double) cpu / Math.max(1, exchanges), histogram);
  }

  /**
   * Keeps {@code inFlight} exchanges under way for a time and returns how many completed between
   * the two observations, which are made at its begin and end.
   */
  public long closedCounting(
      Scenario scenario, int inFlight, long nanos, Runnable first, Runnable last) {
    stopping = false;
    for (int i = 0; i < inFlight; i++) {
      again(scenario, new ConcurrentHistogram(3));
    }
    first.run();
    long exchanges = completed.get();
    sleep(nanos);
    last.run();
    exchanges = completed.get() - exchanges;
    stopping = true;
    drain();
    return exchanges;
  }

  /**
   * Starts {@code perSecond} exchanges a second, evenly, whatever the answers do; latency counts
   * from the intended start.
   */
  public Result paced(
      Scenario scenario, double perSecond, long warmUpNanos, long measureNanos, ProcessStats server)
      throws IOException {
    long gap = (long) (1e9 / perSecond);
    return open(() -> scenario, () -> gap, warmUpNanos, measureNanos, server);
  }

  /**
   * Starts exchanges at given gaps whatever the answers do, which is what leaves no slow answer
   * out: latency counts from the intended start. What fails, or cannot begin because of the limits,
   * counts as slow as the slowest that was answered.
   *
   * @param gaps nanoseconds to the next start
   * @param server null if its CPU time cannot be read: then it is 0
   */
  public Result open(
      Supplier<Scenario> scenarios,
      LongSupplier gaps,
      long warmUpNanos,
      long measureNanos,
      @Nullable ProcessStats server)
      throws IOException {
    Histogram histogram = new ConcurrentHistogram(3);
    long start = System.nanoTime();
    long measureFrom = start + warmUpNanos;
    long until = measureFrom + measureNanos;
    long exchanges = 0;
    long faults = 0;
    long refused = 0;
    long cpu = 0;
    boolean measuring = false;
    for (long at = start; at < until; at += gaps.getAsLong()) {
      waitUntil(at);
      if (!measuring && at >= measureFrom) {
        measuring = true;
        exchanges = completed.get();
        faults = failed.get();
        refused = 0;
        cpu = cpuNanos(server);
        histogram.reset();
      }
      Scenario scenario = scenarios.get();
      if (full(scenario)) {
        refused++;
        continue;
      }
      long intended = at;
      begin(
          scenario,
          pacer,
          fault -> {
            if (fault == null) {
              histogram.recordValue(Math.max(0, System.nanoTime() - intended));
            }
          });
    }
    waitUntil(until);
    cpu = cpuNanos(server) - cpu;
    exchanges = completed.get() - exchanges;
    drain();
    faults = failed.get() - faults + refused;
    if (faults > 0) {
      histogram.recordValueWithCount(histogram.getMaxValue(), faults);
    }
    return new Result(exchanges, faults, refused, (double) cpu / Math.max(1, exchanges), histogram);
  }

  private boolean full(Scenario scenario) {
    return open.get() >= limits.inFlight()
        || openBytes.get() + scenario.requestBytes() > limits.promptBytes();
  }

  private static long cpuNanos(@Nullable ProcessStats server) throws IOException {
    return server == null ? 0 : server.cpuNanos();
  }

  /** Why the last failed exchange failed. */
  public @Nullable String lastFault() {
    return lastFault;
  }

  private void again(Scenario scenario, Histogram histogram) {
    long started = System.nanoTime();
    begin(
        scenario,
        null,
        fault -> {
          histogram.recordValue(System.nanoTime() - started);
          if (stopping) {
            return;
          }
          if (fault == null) {
            again(scenario, histogram);
          } else {
            // What fails at once would recur without end.
            pacer.schedule(() -> again(scenario, histogram), 1, TimeUnit.MILLISECONDS);
          }
        });
  }

  private void begin(
      Scenario scenario, @Nullable ScheduledExecutorService chunkPacer, ExchangeClient.End then) {
    int bytes = scenario.requestBytes();
    open.incrementAndGet();
    openBytes.addAndGet(bytes);
    client.begin(
        scenario,
        variant.getAndIncrement() & 0xFFFF,
        chunkPacer,
        fault -> {
          if (fault == null) {
            completed.incrementAndGet();
          } else {
            lastFault = fault;
            failed.incrementAndGet();
          }
          then.ended(fault);
          openBytes.addAndGet(-bytes);
          open.decrementAndGet();
        });
  }

  /** Every exchange is over at its deadline. */
  private void drain() {
    long until =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(limits.deadlineSeconds() + GRACE_SECONDS);
    while (open.get() > 0 && System.nanoTime() < until) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void sleep(long nanos) {
    waitUntil(System.nanoTime() + nanos);
  }

  private static void waitUntil(long at) {
    for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() {
    client.close();
    pacer.shutdownNow();
  }
}
