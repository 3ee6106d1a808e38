package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Schema;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.spi.DataProducer;
import io.igw.spi.PickListener;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.igw.spi.Scorer;
import io.igw.testkit.Allocation;
import io.igw.testkit.Contracts;
import io.igw.testkit.RandomCycles;
import io.igw.testkit.RandomCycles.Numbers;
import io.igw.testkit.Subject;
import io.igw.testkit.TestCycle;
import io.igw.testkit.TestState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every type of this jar keeps the contracts of its roles. */
class PrefixContractsTest {
  private static final PluginCatalog CATALOG =
      PluginCatalog.load(PrefixContractsTest.class.getClassLoader());
  private static final List<String> PRODUCERS =
      List.of("approx-prefix-cache-producer", "multicluster-approx-prefix-cache-producer");
  private static final int ENDPOINTS = 300;

  static Stream<PluginProvider> providers() {
    return CATALOG.providers().values().stream()
        .filter(p -> p.getClass().getPackage() == PrefixContractsTest.class.getPackage());
  }

  /**
   * A plugin that has heard of picks if it listens to them; what the usual producers would say of a
   * cycle; and for one that waits, another request with the same prompt in the same window.
   */
  private static final class Taught implements Subject {
    private final List<Runnable> timers = new ArrayList<>();
    private final Schema schema = new Schema();
    private final Plugin plugin;

    Taught(PluginProvider provider) {
      PluginGraph graph = new PluginGraph(schema, this::after, () -> 0, Runnable::run);
      MapParameters none = new MapParameters(Map.of());
      plugin = provider.create(none, graph.context("mine"));
      assertThat(none.problems()).isEmpty();
      // The first request of all may find the window empty and the pool idle, and not wait.
      prepare(RandomCycles.of(0, 1, Numbers.KNOWN), new SplittableRandom(0));
      for (int seed = 0; seed < 60 && plugin instanceof PickListener; seed++) {
        TestCycle cycle = RandomCycles.of(seed, 70, Numbers.KNOWN);
        if (plugin instanceof DataProducer producer) {
          cycle.produce(producer);
        }
        cycle.picked((PickListener) plugin, seed % 3);
      }
    }

    private PluginContext.Cancellable after(long nanos, Runnable task) {
      timers.add(task);
      return () -> {};
    }

    @Override
    public Plugin plugin() {
      return plugin;
    }

    @Override
    public synchronized void prepare(TestCycle cycle, RandomGenerator random) {
      int size = cycle.snapshot().size();
      for (String producer : PRODUCERS) {
        for (int i = 0; i < size; i++) {
          int blocks = random.nextInt(9);
          put(cycle, "matchedBlocks", producer, i, Math.max(0, blocks - 2));
          put(cycle, "totalBlocks", producer, i, 8);
          put(cycle, "blockSizeTokens", producer, i, 64);
        }
      }
      if (plugin instanceof AsyncDataProducer waits) {
        CandidateHint all = CandidateHint.all(cycle.snapshot());
        waits.start(cycle.request(), cycle, all, new Ignored());
        waits.start(cycle.request(), new TestState(), all, new Ignored());
        timers.forEach(Runnable::run);
        timers.clear();
      }
    }

    private void put(TestCycle cycle, String field, String producer, int ordinal, int value) {
      cycle.put(schema.perEndpoint("PrefixCacheMatchInfo." + field, producer), ordinal, value);
    }
  }

  private static final class Ignored implements AsyncDataProducer.Done {
    @Override
    public void ready() {}

    @Override
    public void failed(Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  @TestFactory
  Stream<DynamicContainer> everyTypeKeepsTheContractsOfItsRoles() {
    assertThat(providers()).hasSizeGreaterThan(6);
    return providers()
        .map(provider ->
            DynamicContainer.dynamicContainer(
                provider.type(), Contracts.ofRoles(() -> new Taught(provider))));
  }

  @ParameterizedTest
  @MethodSource("providers")
  void scoringAllocatesNothing(PluginProvider provider) {
    Taught taught = new Taught(provider);
    if (taught.plugin() instanceof Scorer scorer) {
      TestCycle cycle = RandomCycles.of(1, ENDPOINTS, Numbers.SOME);
      taught.prepare(cycle, new SplittableRandom(1));
      double[] scores = new double[ENDPOINTS];
      Runnable call = () -> scorer.score(cycle, cycle.candidates(), scores);
      assertThat(Allocation.bytesPerCall(call, 0)).as(provider.type()).isZero();
      assertThat(Arrays.stream(scores).distinct().count()).isGreaterThan(1);
    }
  }
}
