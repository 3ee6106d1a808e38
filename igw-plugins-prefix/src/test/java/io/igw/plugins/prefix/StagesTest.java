package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.PromptBuilder;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.api.Usage;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.Cycle;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import io.igw.testkit.TestState;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests with stages, and which source of a cache is drawn (plugins-request-control.md 3, 8). */
class StagesTest {
  private static final String MEDIA = "mm-embeddings-cache-producer";
  private static final List<String> STAGES = List.of("encode", "prefill", "decode");

  /** Each stage goes to the endpoint of its number; decode is the destination. */
  private static final ProfileHandler ALL =
      new ProfileHandler() {
        @Override
        public String next(Cycle cycle, ProfileResults results) {
          return STAGES.stream().filter(stage -> !results.ran(stage)).findFirst().orElse(null);
        }

        @Override
        public String merge(Cycle cycle, ProfileResults results) {
          return "decode";
        }
      };

  private static void stages(Gateway gateway) {
    for (int stage = 0; stage < STAGES.size(); stage++) {
      int only = stage;
      gateway.builder.profile(
          STAGES.get(stage), p -> p.filter("f", (c, all) -> all.retainIf(i -> i == only)));
    }
    gateway.handler(ALL);
  }

  @Test
  void everyStageSeesTheMedia() {
    try (Gateway gateway = new Gateway(4)) {
      MmEmbeddingsCacheProducer producer =
          gateway.create(MEDIA, MEDIA, Map.of(), MmEmbeddingsCacheProducer.class);
      Scorer scorer = gateway.create("s", "mm-embeddings-cache-scorer", Map.of(), Scorer.class);
      stages(gateway);
      gateway.builder.producer(MEDIA, producer).listener(MEDIA, producer);
      gateway.start();
      InferenceRequest images = Gateway.request(new PromptBuilder().media(7, 100).build("m", null));
      ((Decision) gateway.scheduler().schedule(images, null)).complete(Usage.UNKNOWN);
      TestCycle next = TestCycle.on(gateway.pool.snapshot()).request(images).produce(producer);
      assertThat(next.score(scorer)).containsExactly(1, 1, 1, 0);
    }
  }

  /** Decode holds the prompt and needs no source; prefill, if it computes, has nothing. */
  @ParameterizedTest
  @CsvSource({"prefill, true", "other, false"})
  void whoPrefillsIsTheOneThatFetches(String profile, boolean fetches) {
    try (Gateway gateway = new Gateway(4)) {
      double[] eight = {8, 8, 8, 8};
      gateway.producer(
          ApproxPrefixCacheProducer.TYPE,
          new double[] {0, 0, 8, 0},
          eight,
          new double[] {64, 64, 64, 64});
      P2pSourceProducer source =
          gateway.create(
              "p2p",
              P2pSourceProducer.TYPE,
              Map.of("prefillProfileName", profile),
              P2pSourceProducer.class);
      stages(gateway);
      gateway.builder.producer("p2p", source).listener("p2p", source);
      gateway.start();
      Decision decision =
          (Decision)
              gateway.scheduler().schedule(Gateway.request(Prompts.family(1, 8)), new TestState());
      decision.complete(Usage.UNKNOWN);
      assertThat(decision.headers())
          .isEqualTo(fetches ? Map.of(P2pSourceProducer.HEADER, "10.0.0.3:8000") : Map.of());
    }
  }

  /** Sources by how often they are drawn for the last endpoint, which holds nothing. */
  private static int[] drawn(double[] matched, double[] waiting) {
    Schema schema = new Schema();
    PluginGraph graph = new PluginGraph(schema, (nanos, task) -> () -> {}, () -> 0, Runnable::run);
    P2pSourceProducer source =
        P2pSourceProducer.of(new MapParameters(Map.of()), graph.context("p2p"));
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder().endpoints(matched.length);
    for (int i = 0; i < waiting.length; i++) {
      pool.value(Signal.WAITING_REQUESTS, i, waiting[i]);
    }
    EndpointSnapshot snapshot = pool.build();
    int[] drawn = new int[matched.length];
    SplittableRandom ids = new SplittableRandom(1);
    for (int request = 0; request < 2000; request++) {
      TestCycle cycle =
          TestCycle.on(snapshot)
              .request(
                  InferenceRequest.builder()
                      .header("x-request-id", Long.toHexString(ids.nextLong()))
                      .build());
      String producer = ApproxPrefixCacheProducer.TYPE;
      for (int i = 0; i < matched.length; i++) {
        cycle.put(
            schema.perEndpoint(ApproxPrefixCacheProducer.MATCHED_BLOCKS, producer), i, matched[i]);
        cycle.put(schema.perEndpoint(ApproxPrefixCacheProducer.BLOCK_SIZE_TOKENS, producer), i, 64);
      }
      String from =
          cycle.produce(source).picked(source, matched.length - 1).get(P2pSourceProducer.HEADER);
      for (int i = 0; i < matched.length; i++) {
        drawn[i] += snapshot.endpoint(i).hostPort().equals(from) ? 1 : 0;
      }
    }
    return drawn;
  }

  /** Weights 1 / (1 + waiting): 1, 1/4 and 1/20. The draw follows the id, so it never varies. */
  @Test
  void aLongQueueMakesASourceLessLikely() {
    int[] drawn = drawn(new double[] {8, 8, 8, 0}, new double[] {0, 3, 19, 0});
    assertThat(drawn[0]).isBetween(1440, 1640);
    assertThat(drawn[1]).isBetween(310, 460);
    assertThat(drawn[2]).isBetween(40, 120);
    assertThat(drawn[0] + drawn[1] + drawn[2]).isEqualTo(2000);
  }

  @Test
  void oneBlockLessThanTheMostIsAsGood() {
    int[] drawn = drawn(new double[] {8, 7, 6, 0}, new double[] {0, 0, 0, 0});
    assertThat(drawn[0]).isBetween(850, 1150);
    assertThat(drawn[1]).isEqualTo(2000 - drawn[0]);
  }
}
