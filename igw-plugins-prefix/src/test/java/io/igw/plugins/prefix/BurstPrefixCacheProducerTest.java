package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.spi.PerEndpoint;
import io.igw.testkit.TestCycle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BurstPrefixCacheProducerTest {
  private static final long MS = 1_000_000;

  private final List<Runnable> timers = new ArrayList<>();
  private final List<Runnable> background = new ArrayList<>();
  private final Schema schema = new Schema();
  private long now = 1000 * MS;
  private final EndpointSnapshot busy = pool(1, 1);
  private final EndpointSnapshot idle = pool(0, 0);

  private static EndpointSnapshot pool(double... running) {
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder();
    for (int i = 0; i < running.length; i++) {
      pool.endpoint(
          io.igw.api.Endpoint.of(
              new EndpointId("default", "e-" + i), "10.0.0." + i, 8000, Map.of(), i, 1));
    }
    for (int i = 0; i < running.length; i++) {
      if (!Double.isNaN(running[i])) {
        pool.value(Signal.RUNNING_REQUESTS, i, running[i], 0);
      }
    }
    return pool.build();
  }

  private BurstPrefixCacheProducer producer(Map<String, ?> parameters) {
    PluginGraph graph =
        new PluginGraph(
            schema,
            (nanos, task) -> {
              assertThat(nanos).isEqualTo(100 * MS);
              timers.add(task);
              return () -> {};
            },
            () -> now,
            background::add);
    MapParameters read = new MapParameters(parameters);
    BurstPrefixCacheProducer producer =
        BurstPrefixCacheProducer.of(read, graph.context(BurstPrefixCacheProducer.TYPE));
    assertThat(read.problems()).isEmpty();
    return producer;
  }

  /** A request on its way: its state, and how often it was told to go on. */
  private final class Sent implements AsyncDataProducer.Done {
    private final TestCycle cycle;
    private int ready;

    Sent(BurstPrefixCacheProducer producer, EndpointSnapshot pool, String prompt) {
      this(producer, CandidateHint.all(pool), prompt);
    }

    Sent(BurstPrefixCacheProducer producer, CandidateHint hint, String prompt) {
      InferenceRequest request = InferenceRequest.builder().model("m").prompt(prompt).build();
      cycle = TestCycle.on(hint.snapshot()).request(request);
      producer.start(request, cycle, hint, this);
    }

    @Override
    public void ready() {
      ready++;
    }

    @Override
    public void failed(Throwable cause) {
      throw new AssertionError(cause);
    }

    double[] matched(BurstPrefixCacheProducer producer) {
      PerEndpoint key =
          schema.perEndpoint(
              ApproxPrefixCacheProducer.MATCHED_BLOCKS, BurstPrefixCacheProducer.TYPE);
      return cycle.produce(producer).values(key);
    }
  }

  private void windowPasses() {
    List.copyOf(timers).forEach(Runnable::run);
    timers.clear();
    List.copyOf(background).forEach(Runnable::run);
    background.clear();
  }

  @Test
  void aBurstGoesTogetherWhenItsWindowHasPassed() {
    BurstPrefixCacheProducer producer = producer(Map.of());
    String one = "one ".repeat(100);
    String other = "other ".repeat(100);
    List<Sent> sent =
        List.of(
            new Sent(producer, busy, one),
            new Sent(producer, busy, other),
            new Sent(producer, busy, one),
            new Sent(producer, busy, other));
    assertThat(sent).allMatch(s -> s.ready == 0);
    assertThat(timers).as("one timer for the window").hasSize(1);
    windowPasses();
    assertThat(sent).allMatch(s -> s.ready == 1);
    double[] first = sent.get(0).matched(producer);
    assertThat(first[0] + first[1]).isEqualTo(2);
    assertThat(sent.get(2).matched(producer)).isEqualTo(first);
    double[] second = sent.get(1).matched(producer);
    assertThat(second).isEqualTo(sent.get(3).matched(producer)).isNotEqualTo(first);
  }

  @Test
  void theNextRequestBeginsANewBurst() {
    BurstPrefixCacheProducer producer = producer(Map.of());
    new Sent(producer, busy, "a".repeat(300));
    windowPasses();
    Sent next = new Sent(producer, busy, "a".repeat(300));
    assertThat(next.ready).isZero();
    windowPasses();
    assertThat(next.ready).isEqualTo(1);
    assertThat(next.matched(producer)).as("alone in its burst").containsOnly(0);
  }

  @Test
  void aFullBurstLetsFurtherRequestsPass() {
    BurstPrefixCacheProducer producer = producer(Map.of("maxBatchSize", 2));
    Sent first = new Sent(producer, busy, "a".repeat(300));
    Sent second = new Sent(producer, busy, "a".repeat(300));
    Sent third = new Sent(producer, busy, "a".repeat(300));
    assertThat(third.ready).isEqualTo(1);
    assertThat(third.matched(producer)).containsOnly(0);
    windowPasses();
    assertThat(first.ready + second.ready).isEqualTo(2);
    assertThat(first.matched(producer)).isEqualTo(second.matched(producer));
  }

  @Test
  void aLoneRequestToAnIdlePoolDoesNotWait() {
    BurstPrefixCacheProducer producer = producer(Map.of());
    assertThat(new Sent(producer, idle, "a".repeat(300)).ready).isEqualTo(1);
    assertThat(new Sent(producer, idle, "a".repeat(300)).ready).as("not alone").isZero();
    now += 100 * MS;
    assertThat(new Sent(producer, idle, "a".repeat(300)).ready).as("alone again").isEqualTo(1);
    now += 100 * MS;
    assertThat(new Sent(producer, busy, "a".repeat(300)).ready).as("pool is busy").isZero();
  }

  @Test
  void aPoolOfWhichNothingIsKnownIsNotIdle() {
    BurstPrefixCacheProducer producer = producer(Map.of());
    EndpointSnapshot half = pool(0, Double.NaN);
    assertThat(new Sent(producer, half, "a".repeat(300)).ready).isZero();
    windowPasses();
  }

  @Test
  void absentNumbersDoNotDrawABurst() {
    BurstPrefixCacheProducer producer = producer(Map.of());
    EndpointSnapshot pool = pool(Double.NaN, 0, 4);
    Sent first = new Sent(producer, pool, "a".repeat(300));
    Sent second = new Sent(producer, pool, "a".repeat(300));
    windowPasses();
    assertThat(first.matched(producer)).isEqualTo(second.matched(producer));
    assertThat(first.matched(producer)[1]).as("the idle one").isPositive();
  }

  @Test
  void aBurstGoesWhereItsFirstRequestMayGo() {
    BurstPrefixCacheProducer producer = producer(Map.of());
    EndpointSnapshot pool = pool(0, 7, 9);
    CandidateHint only = CandidateHint.of(pool, 1, 2);
    Sent first = new Sent(producer, only, "a".repeat(300));
    Sent second = new Sent(producer, only, "a".repeat(300));
    Sent third = new Sent(producer, only, "b".repeat(300));
    Sent fourth = new Sent(producer, only, "b".repeat(300));
    windowPasses();
    for (Sent sent : List.of(first, second)) {
      assertThat(sent.matched(producer)).as("the least busy of two").containsExactly(0, 2, 0);
    }
    for (Sent sent : List.of(third, fourth)) {
      assertThat(sent.matched(producer)).containsExactly(0, 0, 2);
    }
    now += 100 * MS;
    CandidateHint idle = CandidateHint.of(pool, 0);
    assertThat(new Sent(producer, idle, "a".repeat(300)).ready).as("alone, idle").isEqualTo(1);
  }

  @Test
  void aRequestWithoutPromptDoesNotWait() {
    assertThat(new Sent(producer(Map.of()), busy, "").ready).isEqualTo(1);
  }

  /** Prompts are hashed in steps of 64 tokens. */
  @Test
  void theBlockSizeIsRoundedUp() {
    BurstPrefixCacheProducer producer =
        producer(Map.of("blockSizeTokens", 16, "maxPrefixTokensToMatch", 32));
    Sent sent = new Sent(producer, busy, "one ".repeat(200));
    new Sent(producer, busy, "one ".repeat(200));
    windowPasses();
    double[] matched = sent.matched(producer);
    assertThat(matched[0] + matched[1]).as("one block of 64 tokens").isEqualTo(1);
  }

  @Test
  void badParametersAreNamed() {
    MapParameters read =
        new MapParameters(
            Map.of(
                "maxPerReplica", 0,
                "blockSizeTokens", 0,
                "maxPrefixTokensToMatch", 10,
                "maxBatchSize", 0,
                "windowDurationMs", 0,
                "balanceBy", "luck"));
    BurstPrefixCacheProducer.of(
        read, new PluginGraph(schema, (n, t) -> () -> {}, () -> 0, t -> {}).context("b"));
    assertThat(read.problems()).hasSize(6);
  }
}
