package io.igw.extproc.cli;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.igw.api.Endpoint;
import io.igw.extproc.health.HealthService;
import io.igw.extproc.health.Readiness;
import io.igw.extproc.metrics.Exposition;
import io.igw.extproc.metrics.MetricsServer;
import io.igw.extproc.metrics.PrometheusMetrics;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.server.EventLoops;
import io.igw.extproc.server.ExtProcServer;
import io.igw.extproc.server.HealthServer;
import io.igw.extproc.server.Limits;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.tls.MetricsTls;
import io.igw.extproc.tls.ServerTls;
import io.igw.extproc.tls.TlsException;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.PluginMeters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole server: runtime, ext-proc port, health port, metrics port, and the one agent thread
 * that does the rest.
 */
final class EppServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("igw");
  private static final long QUIET_MILLIS = 500;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final LogQueue lines = new LogQueue();
  private final ScheduledExecutorService agent;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Settings settings;
  private final PickerRuntime runtime;
  private final Readiness readiness;
  private final PrometheusMetrics metrics;
  private final HealthService health;

  private @Nullable ExtProcServer extProc;

  private EppServer(Settings settings) throws StartupException {
    this.settings = settings;
    this.agent =
        Executors.newSingleThreadScheduledExecutor(task -> {
          Thread thread = new Thread(task, "igw-agent");
          thread.setDaemon(true);
          return thread;
        });
    Ahead<@Nullable ServerTls> tls = Ahead.of(() -> TlsSetup.create(settings));
    Ahead<@Nullable MetricsTls> metricsTls = Ahead.of(() -> TlsSetup.metrics(settings));
    Ahead<EventLoops> loops =
        Ahead.of(() -> {
          // The message classes as well: the first stream need not wait for them.
          ProcessingRequest.getDescriptor();
          return new EventLoops(EventLoops.defaultThreads());
        });
    this.metrics =
        new PrometheusMetrics(
            settings.get(Flags.STREAM_METRICS), settings.get(Flags.TOKEN_METRICS).equals("on"));
    this.runtime =
        RuntimeSetup.build(
            settings, metrics, settings.verbosity() >= 4 ? new DecisionLog(lines) : null);
    this.readiness = new Readiness(runtime::notReady);
    this.health = new HealthService(readiness, agent);
    parts.push(agent::shutdownNow);
    parts.push(runtime);
    try {
      start(loops.await(), tls.await(), metricsTls.await());
    } catch (StartupException | RuntimeException e) {
      close();
      throw e;
    }
  }

  static EppServer start(Settings settings) throws StartupException {
    return new EppServer(settings);
  }

  private void start(EventLoops loops, @Nullable ServerTls tls, @Nullable MetricsTls metricsTls)
      throws StartupException {
    settings.idle().forEach(LOG::warn);
    runtime.warnings().forEach(LOG::warn);
    String tooLong = settings.gateway().tooLong(runtime.longestWait());
    if (tooLong != null) {
      LOG.warn(tooLong);
    }
    parts.push(loops);
    RuntimeSetup.start(runtime);
    ExtProcServer.Builder builder =
        ExtProcServer.builder(
                new PickerHandler(
                        runtime::open,
                        settings.get(Flags.DISABLE_SUBSET),
                        settings.get(Flags.KEEP_CONTROL_HEADERS),
                        settings.gateway(),
                        settings.get(Flags.BODY_MODES).equals("negotiated"))
                    .markingResponses(settings.get(Flags.MARK_RESPONSES)),
                loops)
            .errors(errorFormat())
            .events(new StreamLog(metrics, lines))
            .maxMessageBytes(Math.toIntExact(settings.get(Flags.MAX_RECV)))
            .limits(limits())
            .service(health)
            .tls(tls == null ? null : tls.context());
    ExtProcServer serving =
        bound(Flags.GRPC_PORT, port -> builder.start(new InetSocketAddress(port)));
    extProc = serving;
    parts.push(serving);
    HealthServer probes =
        bound(
            Flags.HEALTH_PORT,
            port -> HealthServer.start(new InetSocketAddress(port), loops, health));
    parts.push(probes);
    MetricsServer scraped = bound(Flags.METRICS_PORT, port -> startMetrics(port, metricsTls));
    parts.push(scraped);
    long tickMillis = settings.verbosity() >= 4 ? 50 : 1000;
    agent.scheduleWithFixedDelay(this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    if (tls != null && reloads()) {
      follow(tls::reload);
    }
    if (metricsTls != null) {
      follow(metricsTls::reload);
    }
    LOG.info(
        "ready: ext-proc on port {} ({}), health on {}, metrics on {}; {} endpoints",
        serving.port(),
        tls == null ? "plaintext" : "TLS",
        probes.port(),
        scraped.port(),
        runtime.pool().snapshot().size());
  }

  private MetricsServer startMetrics(int port, @Nullable MetricsTls tls) throws IOException {
    Exposition exposition =
        new Exposition(
            metrics,
            settings.get(Flags.DEPRECATED_METRICS),
            poolName(),
            settings.get(Flags.STALENESS).toNanos(),
            () -> runtime.pool().snapshot(),
            liveLoad(),
            System::nanoTime);
    return MetricsServer.start(new InetSocketAddress(0).getAddress(), port, exposition, tls);
  }

  private Exposition.LiveLoad liveLoad() {
    return new Exposition.LiveLoad() {
      @Override
      public int openLeases() {
        return runtime.scheduler().openLeases();
      }

      @Override
      public double requests(Endpoint endpoint) {
        return runtime.pool().inFlightRequests(endpoint);
      }

      @Override
      public double tokens(Endpoint endpoint) {
        return runtime.pool().inFlightTokens(endpoint);
      }

      @Override
      public long heldBodyBytes() {
        return extProc == null ? 0 : extProc.heldBodyBytes();
      }

      @Override
      public int waitingBodies() {
        return extProc == null ? 0 : extProc.waitingBodies();
      }

      @Override
      public List<PluginMeters.Family> pluginMeters() {
        return runtime.pluginMeters().families();
      }
    };
  }

  private Limits limits() {
    return new Limits(
        settings.get(Flags.MAX_STREAMS),
        Math.toIntExact(settings.get(Flags.MAX_HEADERS)),
        Math.toIntExact(settings.get(Flags.STREAM_BUFFER)),
        settings.get(Flags.MAX_HELD_BODIES));
  }

  private String poolName() {
    String name = settings.get(Flags.POOL_NAME);
    return name.isEmpty() ? "epp" : name;
  }

  private ErrorFormat errorFormat() {
    String flag = settings.get(Flags.ERROR_FORMAT);
    return Objects.requireNonNull(ErrorFormat.ofFlag(flag), flag);
  }

  private boolean reloads() {
    Boolean wanted = settings.find(Flags.CERT_RELOAD);
    return !settings.get(Flags.CERT_PATH).isEmpty() && (wanted == null || wanted);
  }

  /** Binds something to a port. */
  private interface Binding<T> {
    T bind(int port) throws IOException;
  }

  private <T> T bound(Flag<Integer> flag, Binding<T> binding) throws StartupException {
    int port = settings.get(flag);
    try {
      return binding.bind(port);
    } catch (IOException e) {
      Throwable cause = e.getCause() != null ? e.getCause() : e;
      throw new StartupException(
          flag.name() + ": " + port + ": " + cause.getMessage() + " (expected: a free port)");
    }
  }

  /** Never throws: a schedule ends with the first exception. */
  private void tick() {
    try {
      lines.drainTo(LOG::info);
      health.refresh();
    } catch (RuntimeException e) {
      LOG.warn("housekeeping: {}", e.toString());
    }
  }

  /** Files of certificates. */
  private interface Certificates {
    boolean reload() throws TlsException;
  }

  private void follow(Certificates files) {
    agent.scheduleWithFixedDelay(() -> reload(files), 1, 1, TimeUnit.SECONDS);
  }

  private void reload(Certificates files) {
    try {
      if (files.reload()) {
        LOG.info("certificate replaced; new connections get it");
      }
    } catch (TlsException e) {
      LOG.warn("certificate kept: {}", e.getMessage());
    }
  }

  /** Blocks until {@link #drain} is done. */
  void awaitStop() throws InterruptedException {
    stop.await();
  }

  /**
   * Not ready at once; goes on serving until no stream is open, or the time is over. New streams
   * are served too, since a data plane needs a moment to look elsewhere.
   */
  void drain() throws InterruptedException {
    readiness.drain();
    // Who watches has the quiet time to look elsewhere, not what is left of it after the next tick.
    agent.execute(this::tick);
    long timeoutNanos = settings.get(Flags.DRAIN_TIMEOUT).toNanos();
    ExtProcServer serving = extProc;
    int cut = 0;
    if (serving != null) {
      LOG.info("draining: {} open streams", serving.openStreams());
      long deadline = System.nanoTime() + timeoutNanos;
      CountDownLatch never = new CountDownLatch(1);
      long quietSince = System.nanoTime();
      while (System.nanoTime() < deadline) {
        if (serving.openStreams() > 0) {
          quietSince = System.nanoTime();
        } else if (System.nanoTime() - quietSince > QUIET_MILLIS * 1_000_000) {
          break;
        }
        never.await(20, TimeUnit.MILLISECONDS);
      }
      cut = serving.drain(TimeUnit.MILLISECONDS.toNanos(100));
    }
    close();
    LOG.info("stopped: {} streams cut", cut);
    stop.countDown();
  }

  int extProcPort() {
    return extProc == null ? 0 : extProc.port();
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.warn("while stopping: {}", e.toString());
      }
    }
    lines.drainTo(LOG::info);
  }
}
