package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.testkit.TestState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that join while their burst is sealed go on, each of them once. */
@Timeout(60)
class BurstStressTest {
  private static final int THREADS = 3;
  private static final int REQUESTS = 20_000;

  private static final class Counted implements AsyncDataProducer.Done {
    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch all;

    Counted(CountDownLatch all) {
      this.all = all;
    }

    @Override
    public void ready() {
      calls.incrementAndGet();
      all.countDown();
    }

    @Override
    public void failed(Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 1000})
  void everyRequestGoesOnOnce(int mostRequests) throws Exception {
    ExecutorService timer = Executors.newSingleThreadExecutor();
    ExecutorService background = Executors.newSingleThreadExecutor();
    ExecutorService loops = Executors.newFixedThreadPool(THREADS);
    try {
      // A window that ends as soon as the timer's thread gets to it.
      PluginGraph graph =
          new PluginGraph(
              new Schema(),
              (nanos, task) -> {
                timer.execute(task);
                return () -> {};
              },
              () -> 0,
              background);
      BurstPrefixCacheProducer producer =
          BurstPrefixCacheProducer.of(
              new MapParameters(Map.of("maxBatchSize", mostRequests)), graph.context("burst"));
      EndpointSnapshot busy =
          EndpointSnapshot.builder()
              .endpoints(2)
              .value(Signal.RUNNING_REQUESTS, 0, 1)
              .value(Signal.RUNNING_REQUESTS, 1, 1)
              .build();
      CandidateHint hint = CandidateHint.all(busy);
      InferenceRequest request =
          InferenceRequest.builder().model("m").prompt("a".repeat(300)).build();
      CountDownLatch all = new CountDownLatch(THREADS * REQUESTS);
      List<Future<List<Counted>>> work = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        work.add(
            loops.submit(() -> {
              List<Counted> mine = new ArrayList<>();
              for (int i = 0; i < REQUESTS; i++) {
                Counted done = new Counted(all);
                mine.add(done);
                producer.start(request, new TestState(), hint, done);
              }
              return mine;
            }));
      }
      List<Counted> sent = new ArrayList<>();
      for (Future<List<Counted>> part : work) {
        sent.addAll(part.get(50, TimeUnit.SECONDS));
      }
      assertThat(all.await(50, TimeUnit.SECONDS)).as("nobody is left behind").isTrue();
      timer.submit(() -> {}).get(30, TimeUnit.SECONDS);
      background.submit(() -> {}).get(30, TimeUnit.SECONDS);
      assertThat(sent).allMatch(done -> done.calls.get() == 1);
    } finally {
      loops.shutdownNow();
      timer.shutdownNow();
      background.shutdownNow();
    }
  }

  /** Beyond the window, for the assignment. */
  @Test
  void aBurstThatIsNotAssignedIsNotWaitedForLonger() {
    PluginGraph graph =
        new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run);
    BurstPrefixCacheProducer producer =
        BurstPrefixCacheProducer.of(
            new MapParameters(Map.of("windowDurationMs", 250)), graph.context("burst"));
    assertThat(producer.timeout()).isEqualTo(Duration.ofMillis(550));
  }
}
