package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.igw.scheduler.Scheduler;
import io.igw.spi.Scorer;
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

  @Test
  void theTableKeepsTheLatest() {
    MediaTables tables = new MediaTables(64);
    for (long hash = 1; hash <= 10_000; hash++) {
      tables.add(3, 1, hash * 0x9E3779B97F4A7C15L);
    }
    int held = 0;
    for (long hash = 1; hash <= 10_000; hash++) {
      held += tables.holds(3, 1, hash * 0x9E3779B97F4A7C15L) ? 1 : 0;
    }
    assertThat(held).isBetween(32, 128);
    assertThat(tables.holds(3, 1, 10_000 * 0x9E3779B97F4A7C15L)).isTrue();
    assertThat(tables.holds(3, 2, 10_000 * 0x9E3779B97F4A7C15L)).isFalse();
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
