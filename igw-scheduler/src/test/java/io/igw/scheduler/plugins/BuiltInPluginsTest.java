package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointReport;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.PluginGraph;
import io.igw.scheduler.Scheduler;
import io.igw.scheduler.SchedulerBuilder;
import io.igw.scheduler.SchedulerMetrics;
import io.igw.spi.Cycle;
import io.igw.spi.PerEndpoint;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built-in plugins in the real scheduler, as an embedder puts them together. */
class BuiltInPluginsTest {
  private static final InferenceRequest REQUEST = InferenceRequest.builder().build();

  private final AtomicLong clock = new AtomicLong();
  private final List<String> faults = new ArrayList<>();

  private static EndpointId id(int n) {
    return new EndpointId("default", "pod-" + n);
  }

  private EndpointPool pool(int endpoints) {
    EndpointPool pool = EndpointPool.builder().nanoClock(clock::get).build();
    for (int i = 0; i < endpoints; i++) {
      pool.upsert(new EndpointSpec(id(i), "10.0.0." + (i + 1), 8000, 0, Map.of()));
    }
    return pool;
  }

  private void report(EndpointPool pool, int n, double waiting, double kv) {
    pool.report(
        new EndpointReport(id(n), clock.get())
            .set(Signal.WAITING_REQUESTS, waiting)
            .set(Signal.RUNNING_REQUESTS, waiting)
            .set(Signal.KV_CACHE_USAGE, kv));
  }

  private SchedulerBuilder scheduler(EndpointPool pool) {
    return Scheduler.builder(pool)
        .nanoClock(clock::get)
        .seed(7)
        .metrics(
            new SchedulerMetrics() {
              @Override
              public void pluginFault(String plugin, String fault) {
                synchronized (faults) {
                  faults.add(plugin + " " + fault);
                }
              }
            });
  }

  private Scheduler loadAware(EndpointPool pool) {
    return scheduler(pool)
        .profile(
            "default",
            p ->
                p.scorer("queue", BuiltInPlugins.queueScorer(), 2)
                    .scorer("kv", BuiltInPlugins.kvCacheUtilizationScorer(), 2)
                    .picker("max", BuiltInPlugins.maxScorePicker(1)))
        .profileHandler(BuiltInPlugins.singleProfileHandler())
        .build();
  }

  private static String picked(Outcome outcome) {
    return ((Decision) outcome).endpoint().id().name();
  }

  @Test
  void theLeastLoadedIsPicked() {
    EndpointPool pool = pool(3);
    report(pool, 0, 5, 0.5);
    report(pool, 1, 1, 0.2);
    report(pool, 2, 9, 0.1);
    assertThat(picked(loadAware(pool).schedule(REQUEST, null))).isEqualTo("pod-1");
    assertThat(faults).isEmpty();
  }

  /** 1,000 picks from 4 threads over 10 equal endpoints with frozen metrics: each gets 100 ± 4. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void equalEndpointsShareEqually(boolean metricsSeen) throws InterruptedException {
    EndpointPool pool = pool(10);
    for (int i = 0; i < 10 && metricsSeen; i++) {
      report(pool, i, 3, 0.3);
    }
    Scheduler scheduler = loadAware(pool);
    AtomicIntegerArray picks = new AtomicIntegerArray(10);
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          new Thread(() -> {
            for (int i = 0; i < 250; i++) {
              picks.incrementAndGet(
                  ((Decision) scheduler.schedule(REQUEST, null)).endpoint().slot());
            }
          });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(picks.get(i)).isBetween(96, 104);
    }
  }

  @Test
  void anEndpointThatNeverReportedIsNeitherFavouredNorShunned() {
    EndpointPool pool = pool(3);
    report(pool, 0, 0, 0);
    report(pool, 1, 10, 0.8);
    assertThat(loadAware(pool).evaluate(REQUEST).profiles().get(0).candidates())
        .extracting(candidate -> candidate.endpoint().id().name())
        .containsExactly("pod-0", "pod-2", "pod-1");
  }

  @Test
  void severalPicksBecomeFallbacks() {
    EndpointPool pool = pool(4);
    for (int i = 0; i < 4; i++) {
      report(pool, i, 10 - i, 0.1);
    }
    Scheduler scheduler =
        scheduler(pool)
            .profile(
                "default",
                p ->
                    p.scorer("queue", BuiltInPlugins.queueScorer(), 1)
                        .picker("max", BuiltInPlugins.maxScorePicker(3)))
            .build();
    Decision decision = (Decision) scheduler.schedule(REQUEST, null);
    assertThat(picked(decision)).isEqualTo("pod-3");
    assertThat(decision.fallbacks())
        .extracting(endpoint -> endpoint.id().name())
        .containsExactly("pod-2", "pod-1");
  }

  @Test
  void sheddableRequestsAreRefusedWhenSaturated() {
    EndpointPool pool = pool(2);
    Scheduler scheduler =
        scheduler(pool)
            .profile("default", p -> {})
            .saturationDetector(BuiltInPlugins.utilizationDetector(Duration.ofMillis(200)))
            .build();
    InferenceRequest sheddable = InferenceRequest.builder().priority(-1).build();
    report(pool, 0, 4, 0.1);
    report(pool, 1, 4, 0.1);
    assertThat(scheduler.schedule(sheddable, null)).isInstanceOf(Decision.class);
    report(pool, 0, 6, 0.1);
    assertThat(scheduler.schedule(sheddable, null))
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Rejection.Reason.SATURATED));
    assertThat(scheduler.schedule(REQUEST, null)).isInstanceOf(Decision.class);
    report(pool, 0, 4, 0.1);
    clock.addAndGet(Duration.ofMillis(201).toNanos());
    assertThat(scheduler.schedule(sheddable, null)).isInstanceOf(Rejection.class);
  }

  @Test
  void theSaturatedAreFilteredUnlessAllAre() {
    EndpointPool pool = pool(2);
    Scheduler scheduler =
        scheduler(pool)
            .profile(
                "default",
                p -> p.filter("room", BuiltInPlugins.utilizationFilter(Duration.ofHours(1), 0)))
            .build();
    report(pool, 0, 9, 0.1);
    report(pool, 1, 0, 0.1);
    for (int i = 0; i < 3; i++) {
      assertThat(picked(scheduler.schedule(REQUEST, null))).isEqualTo("pod-1");
    }
    report(pool, 1, 9, 0.1);
    assertThat(picked(scheduler.schedule(REQUEST, null))).isEqualTo("pod-0");
  }

  @Test
  void tokensAreReservedAndScored() {
    EndpointPool pool = pool(2);
    Schema schema = new Schema();
    PluginGraph graph =
        new PluginGraph(schema, (nanos, task) -> () -> {}, clock::get, Runnable::run);
    InFlightLoadProducer producer =
        BuiltInPlugins.inFlightLoadProducer(graph.context(InFlightLoadProducer.TYPE), true);
    graph.add(InFlightLoadProducer.TYPE, producer);
    PerEndpoint tokens = graph.produced(InFlightLoadProducer.UNCACHED_TOKENS);
    Scheduler scheduler =
        scheduler(pool)
            .profile(
                "default",
                p -> p.scorer("tokens", BuiltInPlugins.tokenLoadScorer(graph.context("tokens")), 1))
            .producer(InFlightLoadProducer.TYPE, producer)
            .schema(schema)
            .reservedTokens(tokens)
            .releaseTokensOnFirstByte(!producer.addsEstimatedOutputTokens())
            .build();
    InferenceRequest big = InferenceRequest.builder().prompt("abcd".repeat(1000)).build();
    InferenceRequest small = InferenceRequest.builder().prompt("abcd").build();
    Decision first = (Decision) scheduler.schedule(big, null);
    assertThat(pool.inFlightTokens(first.endpoint())).isEqualTo(2500);
    for (int i = 0; i < 5; i++) {
      assertThat(picked(scheduler.schedule(small, null))).isNotEqualTo(picked(first));
    }
    first.progress(1);
    assertThat(pool.inFlightTokens(first.endpoint())).isEqualTo(2500);
    first.abandon();
    assertThat(pool.inFlightTokens(first.endpoint())).isZero();
  }

  @Test
  void theSingleProfileHandlerNamesNoPrimaryWhenItsProfileFailed() {
    List<String> primaries = new ArrayList<>();
    ProfileHandler single = BuiltInPlugins.singleProfileHandler();
    ProfileHandler watched =
        new ProfileHandler() {
          @Override
          public @Nullable String next(Cycle cycle, ProfileResults results) {
            return single.next(cycle, results);
          }

          @Override
          public @Nullable String merge(Cycle cycle, ProfileResults results) {
            String primary = single.merge(cycle, results);
            primaries.add(String.valueOf(primary));
            return primary;
          }
        };
    boolean[] keep = {true};
    Scheduler scheduler =
        scheduler(pool(1))
            .profile("only", p -> p.filter("some", (cycle, c) -> c.retainIf(i -> keep[0])))
            .profileHandler(watched)
            .build();
    assertThat(scheduler.schedule(REQUEST, null)).isInstanceOf(Decision.class);
    keep[0] = false;
    assertThat(scheduler.schedule(REQUEST, null))
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Rejection.Reason.NO_ENDPOINTS));
    assertThat(primaries).containsExactly("only", "null");
    assertThat(faults).isEmpty();
  }

  @Test
  void theSingleProfileHandlerRefusesSeveralProfiles() {
    Scheduler scheduler =
        scheduler(pool(1))
            .profile("a", p -> {})
            .profile("b", p -> {})
            .profileHandler(BuiltInPlugins.singleProfileHandler())
            .build();
    assertThat(scheduler.schedule(REQUEST, null)).isInstanceOf(Rejection.class);
    assertThat(faults).containsExactly("profile-handler threw");
  }
}
