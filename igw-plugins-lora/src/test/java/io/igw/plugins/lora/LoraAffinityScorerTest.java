package io.igw.plugins.lora;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Attribute;
import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.LoraAdapters;
import io.igw.api.Schema;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointReport;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Evaluation;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginGraph;
import io.igw.scheduler.Scheduler;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.PluginProvider;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the real scheduler. */
class LoraAffinityScorerTest {
  private static final int ENDPOINTS = 5;
  private static final int ROUNDS = 3000;
  private static final long[] EVEN = {0b10101};

  private final EndpointPool pool = EndpointPool.builder().nanoClock(() -> 0).build();
  private final PluginGraph graph =
      new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run);
  private final LoraAffinityScorer scorer = (LoraAffinityScorer) create(new LoraAffinityProvider());
  private final Scheduler scheduler = scheduler();

  /** Keeps even ordinals when asked to, so that positions and ordinals differ. */
  private boolean filtering;

  private Scheduler scheduler() {
    for (int i = 0; i < ENDPOINTS; i++) {
      pool.upsert(new EndpointSpec(id(i), "10.0.0." + (i + 1), 8000, 0, Map.of()));
    }
    Picker best =
        (cycle, candidates, totals, picked) -> {
          picked[0] = 0;
          for (int i = 1; i < candidates.size(); i++) {
            picked[0] = totals[i] > totals[picked[0]] ? i : picked[0];
          }
          return 1;
        };
    Filter even =
        (cycle, candidates) -> {
          if (filtering) {
            candidates.retain(EVEN);
          }
        };
    return Scheduler.builder(pool)
        .schema(graph.schema())
        .profile(
            "default", p -> p.filter("even", even).scorer("lora", scorer, 1).picker("best", best))
        .profileHandler(new Single())
        .listener("lora", scorer)
        .nanoClock(() -> 0)
        .seed(1)
        .build();
  }

  private Plugin create(PluginProvider provider) {
    Plugin plugin = provider.create(new MapParameters(Map.of()), graph.context(provider.type()));
    graph.add(provider.type(), plugin);
    return plugin;
  }

  /** The only profile. */
  private static final class Single implements ProfileHandler {
    @Override
    public String next(Cycle cycle, ProfileResults results) {
      return results.ran("default") ? null : "default";
    }

    @Override
    public String merge(Cycle cycle, ProfileResults results) {
      return results.failed("default") ? null : "default";
    }
  }

  @AfterEach
  void close() {
    scheduler.close();
    pool.close();
  }

  private static EndpointId id(int endpoint) {
    return new EndpointId("default", "e-" + endpoint);
  }

  private void report(int endpoint, LoraAdapters adapters) {
    pool.report(new EndpointReport(id(endpoint), 0).set(Attribute.LORA_ADAPTERS, adapters));
  }

  /** Running, free slot, waiting, full, and an engine that reports nothing. */
  private void mixedPool() {
    report(0, new LoraAdapters(Set.of("a"), Set.of(), 1));
    report(1, new LoraAdapters(Set.of("x"), Set.of(), 2));
    report(2, new LoraAdapters(Set.of("x"), Set.of("a"), 1));
    report(3, new LoraAdapters(Set.of("x", "y"), Set.of(), 2));
  }

  private static InferenceRequest request(String model) {
    return InferenceRequest.builder().model("alias").targetModel(model).build();
  }

  private String scores(InferenceRequest request) {
    Map<String, Double> scores = new TreeMap<>();
    for (Evaluation.Candidate candidate :
        scheduler.evaluate(request).profiles().get(0).candidates()) {
      scores.put(candidate.endpoint().id().name(), candidate.scores().get(0));
    }
    return scores.values().toString();
  }

  private String pick(String model) {
    Decision decision = (Decision) scheduler.schedule(request(model), null);
    decision.abandon();
    return decision.endpoint().id().name();
  }

  @Test
  void ranksRunningThenFreeThenWaitingThenFull() {
    mixedPool();
    assertThat(scores(request("a"))).isEqualTo("[1.0, 0.8, 0.6, 0.0, 0.5]");
    assertThat(scores(request("y"))).isEqualTo("[0.0, 0.8, 0.0, 1.0, 0.5]");
    assertThat(pick("a")).isEqualTo("e-0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          new  | '[0.0, 0.8, 0.0, 0.0, 0.5]'
          base | '[0.5, 0.5, 0.5, 0.5, 0.5]'
          a    | '[1.0, 0.8, 0.6, 0.0, 0.5]'
          """)
  void withBaseModelsNamedAnyOtherIsAnAdapter(String model, String expected) {
    mixedPool();
    Scorer named =
        (Scorer)
            new LoraAffinityProvider()
                .create(
                    new MapParameters(Map.of("baseModels", List.of("base", "b2"))),
                    graph.context("named"));
    TestCycle cycle = TestCycle.on(pool.snapshot()).request(request(model));
    assertThat(Arrays.toString(cycle.score(named))).isEqualTo(expected);
  }

  @Test
  void ranksTheSameWhenSomeAreFilteredOut() {
    mixedPool();
    filtering = true;
    assertThat(scores(request("a"))).isEqualTo("[1.0, 0.6, 0.5]");
    assertThat(scores(request("x"))).isEqualTo("[0.0, 1.0, 0.5]");
    assertThat(scores(request("base"))).isEqualTo("[0.5, 0.5, 0.5]");
  }

  @Test
  void theBaseModelIsNeutralEverywhere() {
    mixedPool();
    assertThat(scores(request("base"))).isEqualTo("[0.5, 0.5, 0.5, 0.5, 0.5]");
    assertThat(scores(InferenceRequest.builder().build())).isEqualTo("[0.5, 0.5, 0.5, 0.5, 0.5]");
  }

  @Test
  void enginesWithoutAdapterMetricsAreNeutral() {
    assertThat(scores(request("a"))).isEqualTo("[0.5, 0.5, 0.5, 0.5, 0.5]");
  }

  @Test
  void anAdapterThatHasGoneIdleIsStillAnAdapter() {
    mixedPool();
    scores(request("a"));
    report(0, new LoraAdapters(Set.of(), Set.of(), 1));
    report(2, new LoraAdapters(Set.of("x"), Set.of(), 1));
    assertThat(scores(request("a"))).isEqualTo("[0.8, 0.8, 0.0, 0.0, 0.5]");
  }

  @Test
  void anEngineWhoseAdapterMetricDisappearsIsUnknownAndNotEmpty() {
    mixedPool();
    scores(request("a"));
    report(0, null);
    assertThat(scores(request("a"))).isEqualTo("[0.5, 0.8, 0.6, 0.0, 0.5]");
  }

  @Test
  void countsPicksThatFoundTheAdapterRunning() {
    mixedPool();
    pick("a");
    pick("a");
    pick("base");
    assertThat(scorer.adapterHits()).isEqualTo(2);
    assertThat(scorer.adapterMisses()).isZero();
    report(0, new LoraAdapters(Set.of("x", "y"), Set.of(), 2));
    assertThat(pick("a")).isEqualTo("e-1");
    assertThat(scorer.adapterHits()).isEqualTo(2);
    assertThat(scorer.adapterMisses()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPickAllocatesNoMoreThanTheDecision(boolean filter) {
    mixedPool();
    filtering = filter;
    InferenceRequest adapter = request("a");
    InferenceRequest base = request("base");
    picks(adapter, base);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    picks(adapter, base);
    long allocated = threads.getThreadAllocatedBytes(thread) - before;
    assertThat(allocated / (2 * ROUNDS)).isLessThanOrEqualTo(64);
  }

  private void picks(InferenceRequest adapter, InferenceRequest base) {
    for (int i = 0; i < ROUNDS; i++) {
      ((Decision) scheduler.schedule(adapter, null)).abandon();
      ((Decision) scheduler.schedule(base, null)).abandon();
    }
    scheduler.sweepLeases();
  }

  @ParameterizedTest
  @ValueSource(strings = {"threshold", "max"})
  void takesNoParameters(String key) {
    MapParameters parameters = new MapParameters(Map.of(key, 1));
    new LoraAffinityProvider().create(parameters, graph.context("strict"));
    assertThat(parameters.problems()).extracting(MapParameters.Problem::path).containsExactly(key);
  }
}
