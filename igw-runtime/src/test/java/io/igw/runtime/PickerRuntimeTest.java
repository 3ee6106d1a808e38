package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PickerRuntimeTest {
  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("igw-"))
        .collect(Collectors.toSet());
  }

  @Test
  void theBuiltInDefaultPicks() {
    try (PickerRuntime runtime =
        Gateway.started(PickerRuntime.builder().endpoints(Gateway.endpoints(3)))) {
      assertThat(runtime.notReady()).isNull();
      assertThat(runtime.effectiveConfiguration())
          .contains(
              "plugin queue-scorer (queue-scorer)",
              "profile default",
              "  scorer prefix-cache-scorer × 3.0",
              "  picker max-score-picker",
              "profile handler single-profile-handler",
              "saturation detector utilization-detector",
              "parser openai-parser",
              "parser passthrough-parser",
              "source metrics-data-source [core-metrics-extractor]",
              "plugin approx-prefix-cache-producer (approx-prefix-cache-producer)");
      Gateway gateway = new Gateway(runtime);
      assertThat(
              gateway.post(
                  Gateway.CHAT,
                  "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
          .isInstanceOf(Decision.class);
      assertThat(runtime.scheduler().openLeases()).isEqualTo(1);
      gateway.exchange.responseHeaders(200, "application/json", null);
      gateway.respond("{}");
      gateway.exchange.endResponse();
      gateway.exchange.close();
      assertThat(runtime.scheduler().openLeases()).isZero();
    }
  }

  @Test
  void nothingRunsBeforeStartAndNothingAfterClose() {
    Set<String> before = threads();
    PickerRuntime runtime = PickerRuntime.builder().endpoints(Gateway.endpoints(2)).build();
    assertThat(threads()).isEqualTo(before);
    assertThat(runtime.notReady()).isEqualTo("not started");
    runtime.start();
    assertThat(threads()).contains("igw-timer");
    runtime.close();
    runtime.close();
    assertThat(threads()).isEqualTo(before);
    assertThat(runtime.notReady()).isEqualTo("stopped");
    assertThatThrownBy(runtime::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void withoutAnyWayToFindEndpointsItIsNotReady() {
    try (PickerRuntime runtime = Gateway.started(PickerRuntime.builder())) {
      assertThat(runtime.notReady()).contains("no endpoints are known");
      Gateway.endpoints(1).forEach(runtime.pool()::upsert);
      while (runtime.pool().snapshot().size() == 0) {
        Thread.onSpinWait();
      }
      assertThat(runtime.notReady()).isNull();
    }
  }

  @Test
  void theSameDocumentAlwaysGivesTheSamePicker() {
    String[] yaml = {
      "plugins:",
      "- type: random-picker",
      "- type: token-load-scorer",
      "- type: queue-scorer",
      "- {name: second, type: queue-scorer}",
    };
    List<String> first = effective(yaml);
    assertThat(first)
        .contains(
            "  picker random-picker", "plugin inflight-load-producer (inflight-load-producer)");
    for (int i = 0; i < 1000; i++) {
      assertThat(effective(yaml)).isEqualTo(first);
    }
  }

  private static List<String> effective(String... yaml) {
    try (PickerRuntime runtime = Gateway.runtime(yaml).build()) {
      return runtime.effectiveConfiguration();
    }
  }
}
