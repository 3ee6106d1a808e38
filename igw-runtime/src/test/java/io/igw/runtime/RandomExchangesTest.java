package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSubset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever a gateway calls in whatever order, nothing stays reserved and no call throws. */
class RandomExchangesTest {
  private static final int RUNS = 300;
  private static final int CALLS = 200;
  private static final String BODY =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  @Test
  void randomCalls() {
    RecordingMetrics metrics = new RecordingMetrics();
    try (PickerRuntime runtime =
        Gateway.started(
            Gateway.runtime(
                    "plugins: [{type: token-load-scorer}]", "dataLayer: {injectDefaults: false}")
                .objective("batch", -1)
                .maxRequestBodyBytes(4L * BODY.length())
                .metrics(metrics)
                // A machine that stands still makes no plugin slow.
                .nanoClock(() -> 1)
                .endpoints(Gateway.endpoints(3)))) {
      for (int seed = 0; seed < RUNS; seed++) {
        run(runtime, new SplittableRandom(seed));
        assertThat(runtime.scheduler().openLeases()).as("seed %d", seed).isZero();
        for (int i = 0; i < 3; i++) {
          var endpoint = runtime.pool().snapshot().endpoint(i);
          assertThat(runtime.pool().inFlightRequests(endpoint)).as("seed %d", seed).isZero();
          assertThat(runtime.pool().inFlightTokens(endpoint)).as("seed %d", seed).isZero();
        }
      }
      assertThat(count(metrics, "ended")).isEqualTo(count(metrics, "started")).isGreaterThan(RUNS);
      assertThat(count(metrics, "fault")).isZero();
    }
  }

  private static long count(RecordingMetrics metrics, String start) {
    return metrics.calls.stream().filter(call -> call.startsWith(start)).count();
  }

  private static void run(PickerRuntime runtime, SplittableRandom random) {
    List<Gateway> open = new ArrayList<>();
    for (int call = 0; call < CALLS; call++) {
      if (open.isEmpty() || random.nextInt(10) == 0) {
        open.add(new Gateway(runtime));
      }
      call(open.get(random.nextInt(open.size())), random);
    }
    open.forEach(gateway -> {
      gateway.exchange.close();
      assertThat(gateway.outcomes).hasSizeLessThan(2);
    });
  }

  private static void call(Gateway gateway, SplittableRandom random) {
    switch (random.nextInt(10)) {
      case 0 ->
          gateway.begin(
              random.nextBoolean() ? Gateway.CHAT : "/other",
              "x-llm-d-inference-objective",
              random.nextInt(3) == 0 ? "batch" : "chat",
              "x-gateway-model-name-rewrite",
              random.nextBoolean() ? "other" : "m");
      case 1 -> gateway.exchange.subset(subset(random.nextInt(4)));
      case 2 -> gateway.feed(BODY);
      case 3 -> gateway.feed(BODY.substring(0, random.nextInt(BODY.length())));
      case 4, 5 -> gateway.exchange.endRequest(gateway.outcomes::add);
      case 6 ->
          gateway.exchange.responseHeaders(
              random.nextInt(3) == 0 ? 500 : 200,
              "text/event-stream",
              random.nextBoolean() ? null : "10.0.0." + random.nextInt(4) + ":8000");
      case 7 -> {
        String piece = "data: {\"usage\":{},\"model\":\"other\"}\n\n";
        gateway.respond(piece.substring(random.nextInt(piece.length())));
        assertThat(gateway.exchange.responseEdits()).hasSizeLessThan(2);
      }
      case 8 -> gateway.exchange.endResponse();
      default -> {
        if (random.nextInt(4) == 0) {
          gateway.exchange.close();
        }
      }
    }
  }

  private static EndpointSubset subset(int last) {
    return (host, port) -> host.endsWith("." + last);
  }
}
