package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Bursts in a whole picker: its only event loop waits for none. */
class BurstRuntimeTest {
  private static final int EACH = 5;

  private record Sent(String prompt, Outcome outcome) {}

  private final ConcurrentLinkedQueue<Sent> decided = new ConcurrentLinkedQueue<>();

  private void send(PickerRuntime runtime, ExecutorService loop, String prompt, Runnable after) {
    String body = "{\"model\":\"m\",\"prompt\":\"" + prompt.repeat(300) + "\"}";
    Exchange exchange = runtime.open(loop);
    exchange.request(
        Gateway.headers(":path", "/v1/completions", ":method", "POST"),
        body.getBytes(StandardCharsets.UTF_8),
        outcome -> {
          decided.add(new Sent(prompt, outcome));
          exchange.close();
          after.run();
        });
  }

  @Test
  void aBurstIsHeldWhileItsLoopGoesOnAndGoesTogether() throws Exception {
    ExecutorService loop = Executors.newSingleThreadExecutor();
    try (PickerRuntime runtime =
        Gateway.started(
            Gateway.runtime(
                    """
                    plugins:
                    - {type: burst-prefix-cache-producer, name: burst, parameters: {windowDurationMs: 3000}}
                    - {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: burst}}
                    schedulingProfiles:
                    - {name: default, plugins: [{pluginRef: prefix-cache-scorer}]}
                    """)
                .allowExperimentalPlugins(true)
                .endpoints(Gateway.endpoints(8)))) {
      // A request without a prompt waits for no one, and loads what the others need.
      CountDownLatch first = new CountDownLatch(1);
      loop.execute(() -> send(runtime, loop, "", first::countDown));
      assertThat(first.await(30, TimeUnit.SECONDS)).isTrue();
      decided.clear();
      CountDownLatch all = new CountDownLatch(2 * EACH);
      // All requests are begun by one task, so that an outcome before its end came from a call that
      // waited.
      int early =
          loop.submit(
                  () -> {
                    for (int i = 0; i < EACH; i++) {
                      send(runtime, loop, "one ", all::countDown);
                      send(runtime, loop, "other ", all::countDown);
                    }
                    return decided.size();
                  })
              .get(30, TimeUnit.SECONDS);
      assertThat(early).as("decided within the call").isZero();
      assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      loop.shutdownNow();
    }
    assertThat(endpoints("one ")).hasSize(1).doesNotContainAnyElementsOf(endpoints("other "));
    assertThat(endpoints("other ")).hasSize(1);
  }

  private Set<EndpointId> endpoints(String prompt) {
    List<Outcome> outcomes =
        decided.stream().filter(s -> s.prompt().equals(prompt)).map(Sent::outcome).toList();
    assertThat(outcomes).hasSize(EACH).allMatch(outcome -> outcome instanceof Decision);
    return outcomes.stream().map(o -> ((Decision) o).endpoint().id()).collect(Collectors.toSet());
  }
}
