package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.igw.scheduler.Evaluation;
import io.igw.scheduler.PluginMeters;
import io.igw.scheduler.Scheduler;
import io.igw.scheduler.plugins.BuiltInPlugins;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images go where they were seen (plugins-request-control.md 3.3, plugins-scheduling.md 3.7). */
class MediaTest {
  private static final String PRODUCER = "mm-embeddings-cache-producer";

  private final Gateway gateway = new Gateway(8);
  private final Scheduler scheduler = scheduler();

  private Scheduler scheduler() {
    MmEmbeddingsCacheProducer producer =
        gateway.create(PRODUCER, PRODUCER, Map.of(), MmEmbeddingsCacheProducer.class);
    Scorer scorer = gateway.create("s", "mm-embeddings-cache-scorer", Map.of(), Scorer.class);
    return gateway
        .builder
        .producer(PRODUCER, producer)
        .listener(PRODUCER, producer)
        .profile("default", p -> p.scorer("s", scorer, 1))
        .build();
  }

  private static InferenceRequest images(long... hashesAndTokens) {
    PromptBuilder prompt = new PromptBuilder().text("what is this");
    for (int i = 0; i < hashesAndTokens.length; i += 2) {
      prompt.media(hashesAndTokens[i], (int) hashesAndTokens[i + 1]);
    }
    Prompt built = prompt.build("m", null);
    return InferenceRequest.builder().model("m").prompt(built).build();
  }

  private String pick(InferenceRequest request) {
    return ((Decision) scheduler.schedule(request, null)).endpoint().id().name();
  }

  private double best(InferenceRequest request) {
    return scheduler.evaluate(request).profiles().get(0).candidates().get(0).total();
  }

  @Test
  void anImageGoesWhereItWasSeen() {
    String first = pick(images(1, 100));
    for (int i = 0; i < 20; i++) {
      assertThat(pick(images(1, 100))).isEqualTo(first);
    }
    assertThat(pick(images(2, 100))).as("fewest in flight").isNotEqualTo(first);
  }

  @Test
  void largeImagesWeighMore() {
    String large = pick(images(1, 900));
    String small = pick(images(2, 100));
    assertThat(large).isNotEqualTo(small);
    assertThat(best(images(1, 900, 2, 100, 3, 1000))).isEqualTo(900.0 / 2000);
    assertThat(pick(images(1, 900, 2, 100))).isEqualTo(large);
  }

  @Test
  void aRepeatedImageCountsOnce() {
    pick(images(1, 100));
    assertThat(best(images(1, 100, 1, 100, 2, 300))).isEqualTo(0.25);
  }

  @Test
  void anEndpointThatLeftHasSeenNothing() {
    String first = pick(images(1, 100));
    assertThat(best(images(1, 100))).isEqualTo(1);
    gateway.pool.remove(new io.igw.api.EndpointId("default", first));
    assertThat(best(images(1, 100))).isZero();
  }

  private static Endpoint endpoint(int slot, int generation) {
    return Endpoint.of(Gateway.id(slot), "10.0.0.1", 8000, Map.of(), slot, generation);
  }

  @Test
  void theTableKeepsTheLatest() {
    MediaTables tables = new MediaTables(64);
    Endpoint endpoint = endpoint(3, 1);
    for (long hash = 1; hash <= 10_000; hash++) {
      tables.add(endpoint, hash * 0x9E3779B97F4A7C15L);
    }
    int held = 0;
    for (long hash = 1; hash <= 10_000; hash++) {
      held += tables.holds(endpoint, hash * 0x9E3779B97F4A7C15L) ? 1 : 0;
    }
    assertThat(held).isBetween(32, 128);
    assertThat(tables.holds(endpoint, 10_000 * 0x9E3779B97F4A7C15L)).isTrue();
    assertThat(tables.holds(endpoint(3, 2), 10_000 * 0x9E3779B97F4A7C15L)).isFalse();
  }

  @Test
  void theTableForgetsWhatWasUsedLongestAgo() {
    MediaTables tables = new MediaTables(8);
    Endpoint endpoint = endpoint(3, 1);
    // All in one set of eight.
    for (long hash = 1; hash <= 8; hash++) {
      tables.add(endpoint, hash);
    }
    tables.add(endpoint, 1);
    tables.add(endpoint, 4);
    assertThat(tables.holds(endpoint, 2)).isTrue();
    tables.add(endpoint, 9);
    tables.add(endpoint, 10);
    List<Long> held = new ArrayList<>();
    for (long hash = 1; hash <= 10; hash++) {
      if (tables.holds(endpoint, hash)) {
        held.add(hash);
      }
    }
    assertThat(held).containsExactly(1L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
  }

  @Test
  void allDestinationsOfARequestHaveItsImages() {
    Gateway three = new Gateway(3);
    MmEmbeddingsCacheProducer producer =
        three.create(PRODUCER, PRODUCER, Map.of(), MmEmbeddingsCacheProducer.class);
    Scorer scorer = three.create("s", "mm-embeddings-cache-scorer", Map.of(), Scorer.class);
    Picker two = BuiltInPlugins.maxScorePicker(2);
    Scheduler listing =
        three
            .builder
            .producer(PRODUCER, producer)
            .listener(PRODUCER, producer)
            .profile("default", p -> p.scorer("s", scorer, 1).picker("two", two))
            .build();
    listing.schedule(images(1, 100), null);
    assertThat(listing.evaluate(images(1, 100)).profiles().get(0).candidates())
        .extracting(Evaluation.Candidate::total)
        .containsExactlyInAnyOrder(1.0, 1.0, 0.0);
  }

  @Test
  void queriesAndHitsAreCounted() {
    String holder = pick(images(1, 100));
    pick(images(1, 100, 1, 100, 2, 100));
    Prompt video = new PromptBuilder().media(Prompt.Modality.VIDEO, 7, 50).build("m", null);
    pick(Gateway.request(video));
    assertThat(gateway.series("llm_d_epp_encoder_cache_queries"))
        .extracting(s -> s.labelValues().get(0) + " " + s.value())
        .contains("image 3.0", "video 1.0", "audio 0.0");
    assertThat(gateway.series("llm_d_epp_encoder_cache_hits"))
        .extracting(s -> s.labelValues() + " " + s.value())
        .containsExactly("[image, " + holder + "] 1.0");
    // None of one image, half of two, none of the video.
    PluginMeters.Series ratio = gateway.meter("llm_d_epp_encoder_cache_hit_ratio");
    assertThat(ratio.count(0)).isEqualTo(2);
    assertThat(ratio.value()).isEqualTo(0.5);
  }

  @Test
  void theSourceOfACacheIsNamed() {
    Gateway pair = new Gateway(3);
    pair.producer(
        ApproxPrefixCacheProducer.TYPE,
        new double[] {8, 2, 0},
        new double[] {8, 8, 8},
        new double[] {64, 64, 64});
    P2pSourceProducer source =
        pair.create(
            "p2p",
            P2pSourceProducer.TYPE,
            Map.of("minCachedTokenDelta", 400),
            P2pSourceProducer.class);
    pair.builder.producer("p2p", source).listener("p2p", source);
    for (int to = 0; to < 3; to++) {
      int only = to;
      pair.builder.profile("to" + to, p -> p.filter("f", (c, all) -> all.retainIf(i -> i == only)));
    }
    int[] wanted = {0};
    Scheduler scheduler =
        pair.builder
            .profileHandler(
                new io.igw.spi.ProfileHandler() {
                  @Override
                  public String next(io.igw.spi.Cycle c, io.igw.spi.ProfileResults r) {
                    return r.ran("to" + wanted[0]) ? null : "to" + wanted[0];
                  }

                  @Override
                  public String merge(io.igw.spi.Cycle c, io.igw.spi.ProfileResults r) {
                    return "to" + wanted[0];
                  }
                })
            .build();
    for (int to = 0; to < 3; to++) {
      wanted[0] = to;
      Decision decision = (Decision) scheduler.schedule(images(), new io.igw.testkit.TestState());
      // The holder itself has it; the second lacks 384 tokens of it, the third all 512.
      assertThat(decision.headers())
          .isEqualTo(to == 2 ? Map.of(P2pSourceProducer.HEADER, "10.0.0.1:8000") : Map.of());
    }
  }

  /** The well-known values of FNV-1a with 32 bits. */
  @ParameterizedTest
  @CsvSource({"'', 811c9dc5", "a, e40c292c", "foobar, bf9cf968"})
  void theCoordinateIsAHashOfTheId(String id, String hash) {
    assertThat(P2pSourceProducer.fnv1a(id)).isEqualTo(Integer.parseUnsignedInt(hash, 16));
  }

  @Test
  void aRequestKeepsTheSourceOfItsCache() {
    Gateway pair = new Gateway(3);
    pair.producer(
        ApproxPrefixCacheProducer.TYPE,
        new double[] {8, 8, 0},
        new double[] {8, 8, 8},
        new double[] {64, 64, 64});
    P2pSourceProducer source =
        pair.create("p2p", P2pSourceProducer.TYPE, Map.of(), P2pSourceProducer.class);
    Scheduler last =
        pair.builder
            .producer("p2p", source)
            .listener("p2p", source)
            .profile("default", p -> p.filter("f", (c, all) -> all.retainIf(i -> i == 2)))
            .build();
    int first = 0;
    for (int i = 0; i < 200; i++) {
      String id = "request-" + i;
      boolean low = Integer.toUnsignedLong(P2pSourceProducer.fnv1a(id)) < 1L << 31;
      String wanted = low ? "10.0.0.1:8000" : "10.0.0.2:8000";
      InferenceRequest request = InferenceRequest.builder().header("x-request-id", id).build();
      Decision decision = (Decision) last.schedule(request, new io.igw.testkit.TestState());
      assertThat(decision.headers()).isEqualTo(Map.of(P2pSourceProducer.HEADER, wanted));
      first += low ? 1 : 0;
    }
    assertThat(first).isBetween(1, 199);
  }
}
