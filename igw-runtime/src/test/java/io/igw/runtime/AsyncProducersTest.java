package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointPicker.Pending;
import io.igw.api.EndpointSnapshot;
import io.igw.api.EndpointSubset;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Plugin;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Producers that wait: the request goes on, on its own loop, whatever they do. */
class AsyncProducersTest {
  private static final EndpointSnapshot ONE =
      EndpointSnapshot.builder()
          .endpoint(Endpoint.of(new EndpointId("d", "e"), "10.0.0.1", 80, Map.of(), 0, 1))
          .build();

  private final List<Runnable> loop = new ArrayList<>();
  private final Executor executor = loop::add;
  private final List<Runnable> timers = new ArrayList<>();
  private final Map<String, Integer> faults = new LinkedHashMap<>();
  private final RequestState state = RequestSlots.of(1);
  private int continued;

  private final PickerMetrics metrics =
      new PickerMetrics() {
        @Override
        public void pluginFault(String plugin, String fault) {
          faults.merge(plugin + " " + fault, 1, Integer::sum);
        }
      };

  /** Does what the test says. */
  private static class Scripted implements AsyncDataProducer {
    @Nullable Done done;
    boolean cancelled;

    @Override
    public Pending start(
        InferenceRequest request, RequestState state, CandidateHint hint, Done done) {
      this.done = done;
      return () -> cancelled = true;
    }
  }

  private Pending run(AsyncDataProducer... producers) {
    Map<String, Plugin> plugins = new LinkedHashMap<>();
    for (AsyncDataProducer producer : producers) {
      plugins.put("p" + plugins.size(), producer);
    }
    return AsyncProducers.of(
            plugins,
            (nanos, task) -> {
              timers.add(task);
              return () -> timers.remove(task);
            },
            metrics)
        .run(
            InferenceRequest.builder().build(),
            state,
            CandidateHint.all(ONE),
            executor,
            () -> continued++);
  }

  private void turnLoop() {
    List.copyOf(loop).forEach(Runnable::run);
    loop.clear();
  }

  @Test
  void withoutProducersTheRequestGoesOnAtOnce() {
    run();
    assertThat(continued).isEqualTo(1);
  }

  @Test
  void producersThatAreReadyAtOnceCostNoTurnOfTheLoop() {
    run(
        new Scripted() {
          @Override
          public Pending start(
              InferenceRequest request, RequestState state, CandidateHint hint, Done done) {
            done.ready();
            done.ready();
            return () -> {};
          }
        });
    assertThat(continued).isEqualTo(1);
    assertThat(loop).isEmpty();
    assertThat(timers).isEmpty();
  }

  @Test
  void theRequestWaitsForAllAndGoesOnOnItsLoop() {
    Scripted one = new Scripted();
    Scripted two = new Scripted();
    run(one, two);
    one.done.ready();
    assertThat(loop).isEmpty();
    two.done.ready();
    assertThat(continued).as("not on the producer's thread").isZero();
    turnLoop();
    assertThat(continued).isEqualTo(1);
    assertThat(timers).isEmpty();
  }

  @Test
  void oneThatFailsOrIsLateDoesNotHarmTheOthers() {
    Scripted failing = new Scripted();
    Scripted late = new Scripted();
    Scripted good = new Scripted();
    run(failing, late, good);
    failing.done.failed(new IllegalStateException("planted"));
    good.done.ready();
    List.copyOf(timers).forEach(Runnable::run);
    turnLoop();
    assertThat(continued).isEqualTo(1);
    assertThat(late.cancelled).isTrue();
    late.done.ready();
    turnLoop();
    assertThat(continued).isEqualTo(1);
    assertThat(faults).containsOnlyKeys("p0 failed", "p1 timed-out");
  }

  @Test
  void oneThatThrowsIsCounted() {
    run((request, state, hint, done) -> {
      throw new IllegalStateException("planted");
    });
    assertThat(continued).isEqualTo(1);
    assertThat(faults).containsOnlyKeys("p0 threw");
  }

  @Test
  void whoIsGoneDoesNotGoOn() {
    Scripted producer = new Scripted();
    Pending pending = run(producer);
    pending.cancel();
    assertThat(producer.cancelled).isTrue();
    producer.done.ready();
    turnLoop();
    assertThat(continued).isZero();
    assertThat(timers).isEmpty();
  }

  /** A producer of a value that comes from another thread; a data producer reads it. */
  public static final class Slow implements AsyncDataProducer, DataProducer {
    private final RequestKey<Thread> key;
    private final BlockingQueue<Done> waiting = new ArrayBlockingQueue<>(1);
    private @Nullable Thread produced;
    private @Nullable CandidateHint hinted;

    Slow(io.igw.spi.PluginContext context) {
      key = context.requestKey("slow", Thread.class);
    }

    @Override
    public Pending start(
        InferenceRequest request, RequestState state, CandidateHint hint, Done done) {
      state.set(key, Thread.currentThread());
      waiting.add(done);
      hinted = hint;
      return () -> {};
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(30);
    }

    @Override
    public void produce(Cycle cycle, Candidates candidates) {
      produced = cycle.get(key);
    }
  }

  @Test
  void aProducerSeesWhereTheRequestMayGo() throws InterruptedException {
    Slow[] made = new Slow[1];
    try (PickerRuntime runtime = slow(made)) {
      assertThat(runtime.longestWait()).isEqualTo(Duration.ofSeconds(30));
      Gateway gateway = new Gateway(runtime);
      EndpointSubset second = (host, port) -> host.equals("10.0.0.1");
      gateway.begin(second, "/v1/models").exchange.endRequest(gateway.outcomes::add);
      AsyncDataProducer.Done done = made[0].waiting.poll(20, TimeUnit.SECONDS);
      assertThat(made[0].hinted.size()).isEqualTo(1);
      assertThat(made[0].hinted.endpoint(0).host()).isEqualTo("10.0.0.1");
      done.ready();
      assertThat(gateway.decision().endpoint().host()).isEqualTo("10.0.0.1");
      gateway.exchange.close();

      Gateway nowhere = new Gateway(runtime);
      assertThat(nowhere.begin((host, port) -> false, "/v1/models").end())
          .as("no wait for nothing")
          .isInstanceOf(Rejection.class);
      assertThat(made[0].waiting).isEmpty();
    }
  }

  private static PickerRuntime slow(Slow[] made) {
    io.igw.spi.PluginProvider provider =
        new io.igw.spi.SimpleProvider(
            "slow",
            io.igw.spi.PluginProvider.Stability.BETA,
            "",
            (parameters, context) -> made[0] = new Slow(context)) {};
    List<io.igw.spi.PluginProvider> all =
        new ArrayList<>(
            io.igw.scheduler.PluginCatalog.load(AsyncProducersTest.class.getClassLoader())
                .providers()
                .values());
    all.add(provider);
    return Gateway.started(
        Gateway.runtime("plugins: [{type: slow}]", "dataLayer: {injectDefaults: false}")
            .endpoints(Gateway.endpoints(2))
            .pluginCatalog(io.igw.scheduler.PluginCatalog.of(all)));
  }

  @Test
  void anExchangeWaitsWithoutHoldingItsLoop() throws InterruptedException {
    Slow[] made = new Slow[1];
    try (PickerRuntime runtime = slow(made)) {
      List<Outcome> outcomes = new ArrayList<>();
      Exchange exchange = runtime.open(executor);
      exchange.requestHeaders(Gateway.headers(":path", "/v1/completions"), null);
      byte[] body =
          "{\"model\":\"m\",\"prompt\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
      exchange.requestBody(body, 0, body.length);
      exchange.endRequest(outcomes::add);
      assertThat(outcomes).as("the loop is free while the producer waits").isEmpty();
      AsyncDataProducer.Done done = made[0].waiting.poll(60, TimeUnit.SECONDS);
      Thread other = new Thread(done::ready);
      other.start();
      other.join();
      assertThat(outcomes).isEmpty();
      turnLoop();
      assertThat(outcomes).singleElement().isInstanceOf(Decision.class);
      assertThat(made[0].produced).isSameAs(Thread.currentThread());
      exchange.endResponse();
      exchange.close();

      Exchange gone = runtime.open(executor);
      gone.requestHeaders(Gateway.headers(":path", "/v1/completions"), null);
      gone.requestBody(body, 0, body.length);
      gone.endRequest(outcomes::add);
      gone.close();
      made[0].waiting.poll(60, TimeUnit.SECONDS).ready();
      turnLoop();
      assertThat(outcomes).hasSize(1);
      assertThat(runtime.scheduler().openLeases()).isZero();
    }
  }
}
