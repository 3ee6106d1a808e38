package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.Prompt;
import io.igw.api.Signal;
import io.igw.scheduler.PluginMeters;
import io.igw.spi.Cycle;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Producer and scorer in the real scheduler. */
class PrefixRoutingTest {
  @Test
  void theSameRequestRightAfterwardsGoesToTheSameEndpoint() {
    try (Gateway gateway = new Gateway(10)) {
      gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      Set<String> used = new HashSet<>();
      for (int family = 0; family < 50; family++) {
        String first = gateway.schedule(Prompts.family(family, 8));
        assertThat(gateway.schedule(Prompts.family(family, 8))).isEqualTo(first);
        assertThat(gateway.scores(Prompts.family(family, 8), 0)).containsEntry(first, 1.0);
        used.add(first);
      }
      assertThat(used).hasSizeGreaterThan(3);
    }
  }

  @Test
  void scoresAreTheSharesOfThePromptThatEachEndpointHolds() {
    try (Gateway gateway = new Gateway(3)) {
      gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      String target = gateway.schedule(Prompts.of(1, 2, 3));
      Map<String, Double> scores = gateway.scores(Prompts.of(1, 2, 3, 4), 0);
      assertThat(scores).hasSize(3).containsEntry(target, 0.75);
      scores.remove(target);
      assertThat(scores.values()).containsOnly(0.0);
      assertThat(gateway.scores(Prompt.EMPTY, 0).values()).containsOnly(0.0);
    }
  }

  @Test
  void evaluatingRecordsNothing() {
    try (Gateway gateway = new Gateway(3)) {
      ApproxPrefixCacheProducer producer = gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      gateway.scores(Prompts.of(1, 2), 0);
      assertThat(producer.indexEntries()).isZero();
      gateway.schedule(Prompts.of(1, 2));
      assertThat(producer.indexEntries()).isEqualTo(2);
    }
  }

  /** Families of observability-metrics.md 6: 2 of 2 blocks of 64 tokens and 4 bytes, then of 3. */
  @Test
  void measuresWhatEachDestinationHeld() {
    try (Gateway gateway = new Gateway(3)) {
      gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      gateway.schedule(Prompts.of(1, 2));
      gateway.schedule(Prompts.of(1, 2));
      gateway.schedule(Prompts.of(1, 2, 3));
      PluginMeters.Series ratio = gateway.meter("llm_d_epp_prefix_indexer_hit_ratio");
      assertThat(ratio.count(0)).as("none").isEqualTo(1);
      assertThat(ratio.count(7)).as("two thirds").isEqualTo(1);
      assertThat(ratio.count(10)).as("all").isEqualTo(1);
      assertThat(ratio.value()).isCloseTo(5.0 / 3, within(1e-9));
      PluginMeters.Series bytes = gateway.meter("llm_d_epp_prefix_indexer_hit_bytes");
      assertThat(bytes.count(0)).isEqualTo(1);
      assertThat(bytes.count(6)).as("512").isEqualTo(2);
      assertThat(bytes.value()).isEqualTo(1024);
      PluginMeters.Series size = gateway.meter("llm_d_epp_prefix_indexer_size");
      assertThat(size.value()).isEqualTo(3);
      assertThat(size.plugin()).isEqualTo("approx-prefix-cache-producer");
    }
  }

  @Test
  void countsWhatTheDestinationsHeld() {
    try (Gateway gateway = new Gateway(3)) {
      ApproxPrefixCacheProducer producer = gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      gateway.schedule(Prompts.of(1, 2));
      gateway.schedule(Prompts.of(1, 2, 3));
      assertThat(producer.recordedBlocks()).isEqualTo(5);
      assertThat(producer.recordedHits()).isEqualTo(2);
    }
  }

  @Test
  void aRemovedEndpointIsForgottenAndComesBackEmpty() {
    try (Gateway gateway = new Gateway(1)) {
      ApproxPrefixCacheProducer producer = gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      gateway.schedule(Prompts.of(1, 2, 3));
      gateway.pool.remove(Gateway.id(0));
      gateway.pool.upsert(
          new io.igw.scheduler.EndpointSpec(Gateway.id(0), "10.0.0.1", 8000, 0, Map.of()));
      assertThat(gateway.scores(Prompts.of(1, 2, 3), 0)).containsEntry("e-0000", 0.0);
      assertThat(producer.indexEntries()).isZero();
    }
  }

  @Test
  void theTargetOfTheProfileNamedPrefillIsRecordedToo() {
    try (Gateway gateway = new Gateway(2)) {
      gateway.producer(Map.of());
      gateway
          .profile("decode", Map.of())
          .profile("prefill", Map.of())
          .handler(new Stages())
          .start();
      Prompt prompt = Prompts.of(1, 2);
      gateway.schedule(prompt);
      assertThat(gateway.scores(prompt, 0).values()).containsOnly(1.0);
    }
  }

  /** Decode, then prefill on the other endpoint. */
  private static final class Stages implements ProfileHandler {
    @Override
    public String next(Cycle cycle, ProfileResults results) {
      if (!results.ran("decode")) {
        return "decode";
      }
      return results.ran("prefill") ? null : "prefill";
    }

    @Override
    public String merge(Cycle cycle, ProfileResults results) {
      String decode = results.picked("decode", 0).id().name();
      if (results.picked("prefill", 0).id().name().equals(decode)) {
        results.repick("prefill", decode.equals("e-0000") ? 1 : 0);
      }
      return "decode";
    }
  }

  @Test
  void theBlockSizeFollowsTheEngines() {
    try (Gateway gateway = new Gateway(2)) {
      gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      for (int i = 0; i < 2; i++) {
        gateway.report(i, Signal.CACHE_BLOCK_SIZE, 128);
      }
      String target = gateway.schedule(Prompts.of(1, 2, 3, 4));
      // Blocks of 128 tokens: (1, 2) is held, (3, 9) is not.
      assertThat(gateway.scores(Prompts.of(1, 2, 3, 9), 0)).containsEntry(target, 0.5);
    }
  }

  @Test
  void thePrefixThatIsLookedAtIsLimited() {
    try (Gateway gateway = new Gateway(2)) {
      ApproxPrefixCacheProducer producer =
          gateway.producer(Map.of("maxPrefixTokensToMatch", 128, "autoTune", false));
      gateway.profile("default", Map.of()).handler().start();
      String target = gateway.schedule(Prompts.of(1, 2, 3, 4));
      assertThat(producer.indexEntries()).isEqualTo(2);
      assertThat(gateway.scores(Prompts.of(1, 2, 8, 9), 0)).containsEntry(target, 1.0);
    }
  }
}
