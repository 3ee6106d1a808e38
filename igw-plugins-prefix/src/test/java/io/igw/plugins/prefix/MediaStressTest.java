package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.PromptBuilder;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Picks that are recorded at once claim nothing that was not sent, and leave the tables usable. */
@Timeout(60)
class MediaStressTest {
  private static final String MEDIA = "mm-embeddings-cache-producer";
  private static final int THREADS = 4;
  private static final int PICKS = 20_000;
  private static final int CONTENTS = 40;
  private static final EndpointSnapshot POOL = EndpointSnapshot.builder().endpoints(3).build();

  /** Few sets, so that threads meet in them; contents of an endpoint have its number as rest. */
  private static TestCycle cycle(int content, int endpoint) {
    long hash = (3L * content + endpoint + 1) * 0x9E3779B97F4A7C15L;
    return TestCycle.on(POOL)
        .request(
            InferenceRequest.builder()
                .prompt(new PromptBuilder().media(hash, 10).build("m", null))
                .build());
  }

  @Test
  void tablesHoldNoMoreThanWasSentAndLearnAfterwards() throws Exception {
    try (Gateway gateway = new Gateway(1)) {
      MmEmbeddingsCacheProducer producer =
          gateway.create(
              MEDIA, MEDIA, Map.of("cacheSizeInMBPerServer", 64), MmEmbeddingsCacheProducer.class);
      Scorer scorer = gateway.create("s", "mm-embeddings-cache-scorer", Map.of(), Scorer.class);
      gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try {
        List<Future<?>> work = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          SplittableRandom random = new SplittableRandom(t);
          work.add(
              threads.submit(() -> {
                for (int i = 0; i < PICKS; i++) {
                  int endpoint = random.nextInt(3);
                  cycle(random.nextInt(CONTENTS), endpoint)
                      .produce(producer)
                      .picked(producer, endpoint);
                }
              }));
        }
        for (Future<?> part : work) {
          part.get(50, TimeUnit.SECONDS);
        }
      } finally {
        threads.shutdownNow();
      }
      for (int content = 0; content < CONTENTS; content++) {
        for (int endpoint = 0; endpoint < 3; endpoint++) {
          double[] scores = cycle(content, endpoint).produce(producer).score(scorer);
          for (int other = 0; other < 3; other++) {
            assertThat(scores[other]).isIn(other == endpoint ? List.of(0.0, 1.0) : List.of(0.0));
          }
          cycle(content, endpoint).picked(producer, endpoint);
          assertThat(cycle(content, endpoint).produce(producer).score(scorer)[endpoint])
              .isEqualTo(1);
        }
      }
    }
  }
}
