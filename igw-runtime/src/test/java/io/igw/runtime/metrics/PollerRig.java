package io.igw.runtime.metrics;

import io.igw.api.Attribute;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import io.igw.runtime.PickerMetrics;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A pool, a poller and servers around them; time stands still unless a test moves it. */
final class PollerRig implements AutoCloseable {
  /** Counts. */
  static final class Counts implements PickerMetrics {
    final AtomicInteger polls = new AtomicInteger();
    final AtomicInteger extracts = new AtomicInteger();

    final AtomicInteger restarts = new AtomicInteger();
    final AtomicInteger unknownEngines = new AtomicInteger();

    @Override
    public void endpointRestarted() {
      restarts.incrementAndGet();
    }

    @Override
    public void unknownEngine() {
      unknownEngines.incrementAndGet();
    }

    @Override
    public void pollFailed(String sourceType) {
      polls.addAndGet(sourceType.equals("metrics-data-source") ? 1 : 1_000_000);
    }

    @Override
    public void extractFailed(String sourceType, String extractorType) {
      extracts.addAndGet(extractorType.equals("core-metrics-extractor") ? 1 : 1_000_000);
    }
  }

  final AtomicLong clock = new AtomicLong(1_000_000_000);

  /** Runs on the poller's thread each time it looks at the clock. */
  volatile Runnable onLook = () -> {};

  final EndpointPool pool = EndpointPool.builder().nanoClock(clock::get).build();
  final Counts metrics = new Counts();
  final ExecutorService background = Executors.newSingleThreadExecutor();
  private final List<AutoCloseable> opened = new ArrayList<>();
  MetricsSource source = MetricsSource.http("/metrics", background);
  MetricsPoller poller;

  static EndpointId id(String name) {
    return new EndpointId("default", name);
  }

  static CoreMetricsExtractor extractor() {
    return new CoreMetricsExtractor(
        CoreMetricsExtractor.ENGINE_LABEL,
        "vllm",
        EngineSpec.builtIn().stream()
            .map(Engine::new)
            .collect(Collectors.toMap(Engine::name, engine -> engine)));
  }

  PageServer server(PageServer.Answer answer) {
    PageServer server = new PageServer(answer);
    opened.add(server);
    return server;
  }

  void join(String name, PageServer server) {
    join(name, server, Map.of());
  }

  void join(String name, PageServer server, Map<String, String> labels) {
    pool.upsert(new EndpointSpec(id(name), "127.0.0.1", server.port(), 0, labels));
  }

  void joinAt(String name, String host, int port) {
    pool.upsert(new EndpointSpec(id(name), host, port, 0, Map.of()));
  }

  void start() {
    start(PollLimits.DEFAULT);
  }

  void start(PollLimits limits) {
    poller = newPoller(pool, Duration.ofMillis(50), limits);
    opened.add(poller);
    poller.start();
  }

  MetricsPoller newPoller(EndpointPool of, Duration tick, PollLimits limits) {
    LongSupplier watched =
        () -> {
          onLook.run();
          return clock.get();
        };
    return new MetricsPoller(of, source, extractor(), tick, metrics, watched, limits);
  }

  /** Below 0 while there is no such endpoint: the pool's writer may be at work for another. */
  private static int ordinal(EndpointSnapshot snapshot, String name) {
    int ordinal = snapshot.size() - 1;
    while (ordinal >= 0 && !snapshot.endpoint(ordinal).id().equals(id(name))) {
      ordinal--;
    }
    return ordinal;
  }

  double value(String name, Signal signal) {
    EndpointSnapshot snapshot = pool.snapshot();
    int ordinal = ordinal(snapshot, name);
    return ordinal < 0 ? Double.NaN : snapshot.value(signal, ordinal);
  }

  @Nullable LoraAdapters adapters(String name) {
    EndpointSnapshot snapshot = pool.snapshot();
    int ordinal = ordinal(snapshot, name);
    return ordinal < 0 ? null : snapshot.attribute(Attribute.LORA_ADAPTERS, ordinal);
  }

  @Override
  public void close() {
    for (AutoCloseable one : opened) {
      try {
        one.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    background.shutdownNow();
  }
}
