package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Signal;
import io.igw.testkit.RandomCycles.Numbers;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** What the contracts have in common: the cycles they run on. */
public abstract class Contract {
  static final int[] SIZES = {1, 2, 3, 10, 70};
  static final int ROUNDS = 8;
  private static final int PARALLEL = 4;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Signal[] SIGNALS = {
    Signal.WAITING_REQUESTS,
    Signal.RUNNING_REQUESTS,
    Signal.KV_CACHE_USAGE,
    Signal.CACHE_BLOCK_SIZE,
    Signal.CACHE_BLOCKS
  };

  /** For subclasses in this package. */
  Contract() {}

  /**
   * Adds to a cycle what the plugin reads beside the standard signals and the load in flight, such
   * as values of a producer. Does nothing unless overridden; must depend on its arguments alone.
   */
  protected void prepare(TestCycle cycle, RandomGenerator random) {}

  /**
   * Signals that the plugin reads beside the standard ones: the cycles then have numbers of them,
   * between 0 and 1. None unless overridden.
   */
  protected Signal[] signals() {
    return new Signal[0];
  }

  /**
   * Whether the plugin relies on {@link io.igw.spi.Candidates candidates being in endpoint-id
   * order}, as to search them. False unless overridden: then nothing may depend on places.
   */
  protected boolean reliesOnEndpointOrder() {
    return false;
  }

  final TestCycle cycle(long seed, int endpoints, Numbers numbers) {
    TestCycle cycle = RandomCycles.of(seed, endpoints, numbers, signals());
    prepare(cycle, new SplittableRandom(seed));
    return cycle;
  }

  /** Cycles of every size, with all, some and none of the numbers, unfiltered and filtered. */
  final void onManyCycles(CycleTest test) {
    for (int size : SIZES) {
      for (Numbers numbers : Numbers.values()) {
        for (int round = 0; round < ROUNDS; round++) {
          test.on(cycle(round, size, numbers));
          test.on(filtered(round, size, numbers));
        }
      }
    }
  }

  /** Whether a cycle of {@link #onManyCycles} is one that the plugin does something with. */
  final boolean onAnyCycle(Predicate<TestCycle> acts) {
    boolean[] any = {false};
    onManyCycles(cycle -> any[0] = any[0] || acts.test(cycle));
    return any[0];
  }

  /** A cycle of which about half the endpoints, and at least one, are candidates. */
  final TestCycle filtered(long seed, int endpoints, Numbers numbers) {
    RandomGenerator random = new SplittableRandom(~seed);
    int[] half = random.ints(endpoints / 2 + 1, 0, endpoints).toArray();
    return cycle(seed, endpoints, numbers).only(half);
  }

  /** Every number that a plugin must not change. */
  static double[][] numbers(TestCycle cycle) {
    double[][] copies = new double[SIGNALS.length + 2][];
    for (int i = 0; i < SIGNALS.length; i++) {
      copies[i] = cycle.snapshot().column(SIGNALS[i]).clone();
    }
    copies[SIGNALS.length] = cycle.inFlightRequests().clone();
    copies[SIGNALS.length + 1] = cycle.inFlightTokens().clone();
    return copies;
  }

  /** Runs the same work on several threads at once; their results, one each. */
  static <T> List<T> onThreads(Callable<T> work) {
    ExecutorService threads = Executors.newFixedThreadPool(PARALLEL);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(java.util.Collections.nCopies(PARALLEL, work))) {
        results.add(result.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError("the plugin failed on another thread", e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  /** A size of pool at which what an endpoint costs shows beside what a cycle costs. */
  static final int LARGE = 500;

  private static final int SMALL = 10;
  private static final int CALLS = 200;
  private static final int BATCHES = 60;
  private static final double LEAST_BYTES = 0.5;

  /**
   * Fails if a call allocates more the more endpoints there are. What interpreted code allocates
   * and compiled code does not is given time to go away.
   */
  static void assertAllocatesNothingPerEndpoint(IntFunction<Runnable> callOfSize) {
    Runnable small = callOfSize.apply(SMALL);
    Runnable large = callOfSize.apply(LARGE);
    double perEndpoint = Double.MAX_VALUE;
    for (int batch = 0; batch < BATCHES && perEndpoint > LEAST_BYTES; batch++) {
      double more = (double) (bytes(large) - bytes(small)) / CALLS;
      perEndpoint = Math.min(perEndpoint, more / (LARGE - SMALL));
    }
    assertThat(perEndpoint)
        .as("bytes allocated for each endpoint")
        .isLessThanOrEqualTo(LEAST_BYTES);
  }

  private static long bytes(Runnable call) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /** Fails if the work sleeps, parks or waits for another thread. */
  static void assertNeverWaits(Runnable work) {
    work.run();
    ThreadInfo before = here();
    work.run();
    ThreadInfo after = here();
    assertThat(after.getWaitedCount() + after.getBlockedCount())
        .as("times that the thread slept, parked or waited")
        .isEqualTo(before.getWaitedCount() + before.getBlockedCount());
  }

  private static ThreadInfo here() {
    return THREADS.getThreadInfo(Thread.currentThread().getId());
  }

  /** Ordinals below a size in an order drawn from a seed. */
  static int[] shuffled(long seed, int size) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      order.add(i);
    }
    java.util.Collections.shuffle(order, new java.util.Random(seed));
    return order.stream().mapToInt(Integer::intValue).toArray();
  }

  static String describe(TestCycle cycle) {
    return cycle.candidates().size()
        + " candidates of "
        + cycle.snapshot().size()
        + " endpoints, waiting "
        + Arrays.toString(cycle.column(Signal.WAITING_REQUESTS));
  }

  /** A check on one cycle. */
  @FunctionalInterface
  interface CycleTest {
    /** Checks. */
    void on(TestCycle cycle);
  }
}
