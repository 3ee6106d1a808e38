package io.igw.benchmarks.rig;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Drives one ext-proc server at an address, closed loop or at a fixed rate. */
public final class Load implements AutoCloseable {
  private final String address;
  private final boolean expectDestination;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final ManagedChannel channel;
  private final ScheduledExecutorService pacer =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "rig-pacer");
        thread.setDaemon(true);
        return thread;
      });
  private final AtomicLong completed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger variant = new AtomicInteger();
  private volatile @Nullable String lastFault;
  private volatile boolean stopping;

  /**
   * What a measured interval cost.
   *
   * @param exchanges completed exchanges
   * @param failed exchanges that ended otherwise
   * @param cpuNanosPerExchange CPU time of the server process per completed exchange
   * @param latencyNanos from the intended start to the last answer
   */
  public record Result(
      long exchanges, long failed, double cpuNanosPerExchange, Histogram latencyNanos) {}

  /**
   * A load on {@code address} ({@code host:port}). {@code tls}: encrypted, any certificate will do.
   * {@code expectDestination}: an answer without one is a failure.
   */
  public Load(String address, boolean tls, boolean expectDestination) {
    this.address = address;
    this.expectDestination = expectDestination;
    NettyChannelBuilder builder = NettyChannelBuilder.forTarget(address);
    this.channel =
        (tls ? builder.sslContext(anyCertificate()) : builder.usePlaintext())
            .directExecutor()
            .eventLoopGroup(group)
            .channelType(EpollSocketChannel.class)
            .flowControlWindow(1 << 20)
            .maxInboundMessageSize(16 << 20)
            .build();
  }

  private static SslContext anyCertificate() {
    try {
      return GrpcSslContexts.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until one exchange is answered; for how long after the call, in nanoseconds. */
  public long awaitFirstAnswer(Scenario scenario, long timeoutNanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < timeoutNanos) {
      long before = completed.get();
      begin(scenario, null, () -> {});
      while (open.get() > 0 && System.nanoTime() - start < timeoutNanos) {
        LockSupport.parkNanos(200_000);
      }
      if (completed.get() > before) {
        return System.nanoTime() - start;
      }
      channel.resetConnectBackoff();
      LockSupport.parkNanos(2_000_000);
    }
    throw new IllegalStateException("no answer from " + address + ": " + lastFault);
  }

  /**
   * Keeps {@code inFlight} exchanges under way: a warm-up that is not counted, then the measured
   * time.
   */
  public Result closed(
      Scenario scenario, int inFlight, long warmUpNanos, long measureNanos, ServerProcess server)
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
    return new Result(exchanges, faults, (double) cpu / Math.max(1, exchanges), histogram);
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
      Scenario scenario,
      double perSecond,
      long warmUpNanos,
      long measureNanos,
      ServerProcess server)
      throws IOException {
    Histogram histogram = new ConcurrentHistogram(3);
    long gap = (long) (1e9 / perSecond);
    long start = System.nanoTime();
    long measureFrom = start + warmUpNanos;
    long until = measureFrom + measureNanos;
    long exchanges = 0;
    long faults = 0;
    long cpu = 0;
    boolean measuring = false;
    for (long at = start; at < until; at += gap) {
      waitUntil(at);
      if (!measuring && at >= measureFrom) {
        measuring = true;
        exchanges = completed.get();
        faults = failed.get();
        cpu = server.cpuNanos();
        histogram.reset();
      }
      long intended = at;
      begin(
          scenario, pacer, () -> histogram.recordValue(Math.max(0, System.nanoTime() - intended)));
    }
    cpu = server.cpuNanos() - cpu;
    exchanges = completed.get() - exchanges;
    faults = failed.get() - faults;
    drain();
    return new Result(exchanges, faults, (double) cpu / Math.max(1, exchanges), histogram);
  }

  /** Why the last failed exchange failed. */
  public @Nullable String lastFault() {
    return lastFault;
  }

  private void again(Scenario scenario, Histogram histogram) {
    long started = System.nanoTime();
    long faults = failed.get();
    begin(
        scenario,
        null,
        () -> {
          histogram.recordValue(System.nanoTime() - started);
          if (stopping) {
            return;
          }
          if (failed.get() == faults) {
            again(scenario, histogram);
          } else {
            // What fails at once would recur without end.
            pacer.schedule(() -> again(scenario, histogram), 1, TimeUnit.MILLISECONDS);
          }
        });
  }

  private void begin(
      Scenario scenario, @Nullable ScheduledExecutorService chunkPacer, Runnable then) {
    open.incrementAndGet();
    new RigStream(
        channel,
        scenario,
        variant.getAndIncrement() & 0xFFFF,
        expectDestination,
        chunkPacer,
        fault -> {
          open.decrementAndGet();
          if (fault == null) {
            completed.incrementAndGet();
          } else {
            lastFault = fault;
            failed.incrementAndGet();
          }
          then.run();
        });
  }

  private void drain() {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
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
    channel.shutdownNow();
    pacer.shutdownNow();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
