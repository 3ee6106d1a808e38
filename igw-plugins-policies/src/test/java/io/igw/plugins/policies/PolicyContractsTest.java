package io.igw.plugins.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.PickListener;
import io.igw.spi.Plugin;
import io.igw.spi.Scorer;
import io.igw.testkit.Allocation;
import io.igw.testkit.Contracts;
import io.igw.testkit.RandomCycles;
import io.igw.testkit.RandomCycles.Numbers;
import io.igw.testkit.Subject;
import io.igw.testkit.TestCycle;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The policies keep the contracts. */
class PolicyContractsTest {
  private static final int ENDPOINTS = 300;

  /** All but round robin: it remembers whose turn it is, which the contract forbids. */
  static Stream<String> types() {
    return Made.types().stream().filter(type -> !type.equals("round-robin-picker"));
  }

  /** A policy after some picks, and what producers would say. */
  private record Policy(Made made, String type) implements Subject {
    Policy(String type) {
      this(new Made(), type);
    }

    @Override
    public Plugin plugin() {
      Plugin plugin = made.make(Plugin.class, type, Map.of());
      for (int seed = 0; seed < 20 && plugin instanceof PickListener; seed++) {
        TestCycle cycle = RandomCycles.of(seed, 70, Numbers.KNOWN);
        prepare(cycle, new SplittableRandom(seed));
        cycle.picked((PickListener) plugin, seed % 3);
      }
      return plugin;
    }

    @Override
    public void prepare(TestCycle cycle, RandomGenerator random) {
      int size = cycle.snapshot().size();
      made.uncached(cycle, random.doubles(size, 0, 5000).map(Math::floor).toArray());
      made.matched(cycle, random.doubles(size, 0, 9).map(Math::floor).toArray());
    }
  }

  @TestFactory
  Stream<DynamicContainer> everyPolicyKeepsTheContractOfItsRole() {
    assertThat(types()).hasSizeGreaterThan(5);
    return types()
        .map(type ->
            DynamicContainer.dynamicContainer(type, Contracts.ofRoles(() -> new Policy(type))));
  }

  @ParameterizedTest
  @MethodSource("types")
  void scoringAllocatesNothing(String type) {
    Policy policy = new Policy(type);
    if (policy.plugin() instanceof Scorer scorer) {
      double[] scores = new double[ENDPOINTS];
      TestCycle cycle = RandomCycles.of(1, ENDPOINTS, Numbers.SOME);
      policy.prepare(cycle, new SplittableRandom(1));
      for (int[] only : List.of(all(), new int[] {1, 5})) {
        cycle.only(only);
        Runnable call = () -> scorer.score(cycle, cycle.candidates(), scores);
        assertThat(Allocation.bytesPerCall(call, 0)).as(type).isZero();
      }
    }
  }

  private static int[] all() {
    return IntStream.range(0, ENDPOINTS).toArray();
  }
}
