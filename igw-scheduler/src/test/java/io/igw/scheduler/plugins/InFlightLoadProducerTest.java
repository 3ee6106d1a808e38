package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.spi.PerEndpoint;
import io.igw.testkit.TestCycle;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formulas of plugins-request-control.md 3.1. */
class InFlightLoadProducerTest {
  private final BuiltIns builtIns = new BuiltIns();
  private final PerEndpoint uncached =
      builtIns.key("UncachedRequestTokens", "inflight-load-producer");

  /** A prompt of that many estimated tokens. */
  private static InferenceRequest.Builder prompt(int tokens) {
    return InferenceRequest.builder().prompt("abcd".repeat(tokens));
  }

  private void prefix(TestCycle cycle, String producer, int n, double matched, double total) {
    cycle.put(builtIns.key("PrefixCacheMatchInfo.matchedBlocks", producer), n, matched);
    cycle.put(builtIns.key("PrefixCacheMatchInfo.totalBlocks", producer), n, total);
    cycle.put(builtIns.key("PrefixCacheMatchInfo.blockSizeTokens", producer), n, 64);
  }

  private static TestCycle cycle(InferenceRequest request) {
    return TestCycle.on(EndpointSnapshot.builder().endpoints(2).build()).request(request);
  }

  private InFlightLoadProducer producer(Map<String, ?> parameters) {
    return builtIns.make(InFlightLoadProducer.class, "inflight-load-producer", parameters);
  }

  @ParameterizedTest
  @CsvSource({
    // tokens, matched, total, uncached
    "640,      0,       0,     640",
    "640,      0,       10,    640",
    "640,      4,       10,    384",
    "640,      10,      10,    0",
    // More blocks than the producer looked at: the rest is not held.
    "1000,     4,       10,    744",
    "1000,     10,      10,    360",
    // A partial last block: never more than the prompt.
    "600,      0,       10,    600",
    "600,      1,       10,    576",
    "600,      10,      10,    0",
    "640,      1,       12,    640",
    "10,       0,       1,     10",
    "0,        0,       0,     0",
    "640,      12,      10,    0",
  })
  void whatAnEndpointDoesNotHoldIsAdded(int tokens, double matched, double total, double added) {
    TestCycle cycle = cycle(prompt(tokens).build());
    prefix(cycle, "approx-prefix-cache-producer", 1, matched, total);
    assertThat(cycle.produce(producer(null)).values(uncached)).containsExactly(tokens, added);
  }

  @Test
  void outputIsNotAddedUnlessAskedFor() {
    InFlightLoadProducer producer = producer(null);
    assertThat(producer.addsEstimatedOutputTokens()).isFalse();
    TestCycle cycle = cycle(prompt(100).maxOutputTokens(50).build());
    assertThat(cycle.produce(producer).values(uncached)).containsExactly(100, 100);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // tokens, ratio, operator's cap, client's cap, output
        "100, -,    -,  -,   150",
        "3,   -,    -,  -,   5",
        "1,   -,    -,  -,   2",
        "100, 0,    -,  -,   0",
        "100, 0.25, -,  -,   25",
        "100, -,    40, -,   40",
        "100, -,    -,  30,  30",
        "100, -,    40, 30,  30",
        "100, -,    20, 30,  20",
        "100, -,    0,  30,  0",
        "100, -,    -,  0,   0",
        "100, -,    -,  999, 150",
        "0,   -,    -,  30,  0",
      })
  void outputIsEstimatedFromThePrompt(
      int tokens, Double ratio, Integer cap, Integer clientCap, double output) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("addEstimatedOutputTokens", true);
    if (ratio != null) {
      parameters.put("outputRatio", ratio);
    }
    if (cap != null) {
      parameters.put("maxEstimatedOutputTokens", cap);
    }
    InferenceRequest.Builder request = prompt(tokens);
    if (clientCap != null) {
      request.maxOutputTokens(clientCap);
    }
    InFlightLoadProducer producer = producer(parameters);
    assertThat(producer.addsEstimatedOutputTokens()).isTrue();
    TestCycle cycle = cycle(request.build());
    assertThat(cycle.produce(producer).values(uncached))
        .containsExactly(tokens + output, tokens + output);
  }

  @Test
  void outputComesOnTopOfWhatIsNotHeld() {
    TestCycle cycle = cycle(prompt(640).build());
    prefix(cycle, "approx-prefix-cache-producer", 0, 5, 10);
    cycle.produce(producer(Map.of("addEstimatedOutputTokens", true)));
    assertThat(cycle.values(uncached)).containsExactly(320 + 960, 640 + 960);
  }

  @Test
  void aNamedPrefixProducerIsTheOneThatIsRead() {
    TestCycle cycle = cycle(prompt(640).build());
    prefix(cycle, "mine", 0, 5, 10);
    prefix(cycle, "approx-prefix-cache-producer", 1, 5, 10);
    cycle.produce(producer(Map.of("prefixMatchInfoProducerName", "mine")));
    assertThat(cycle.values(uncached)).containsExactly(320, 640);
  }

  @Test
  void onlyThePromptIsRequired() {
    producer(null);
    assertThat(builtIns.graph.missing())
        .filteredOn(missing -> missing.required())
        .extracting(missing -> missing.dataType() + "/" + missing.producer())
        .containsExactly("TokenizedPrompt/token-producer");
    assertThat(builtIns.graph.missing())
        .filteredOn(missing -> !missing.required())
        .extracting(missing -> missing.producer())
        .containsOnly("approx-prefix-cache-producer");
    assertThat(builtIns.graph.produced(InFlightLoadProducer.UNCACHED_TOKENS)).isEqualTo(uncached);
  }
}
