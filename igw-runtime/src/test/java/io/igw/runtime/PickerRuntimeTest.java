package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointReport;
import io.igw.scheduler.PluginMeters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PickerRuntimeTest {
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("igw-"))
        .collect(Collectors.toSet());
  }

  /** Waits for threads that are just ending. */
  private static void assertOnly(Set<Thread> before) throws InterruptedException {
    for (Thread thread : threads()) {
      if (!before.contains(thread)) {
        thread.join(2_000);
        assertThat(thread.isAlive()).as(thread.getName()).isFalse();
      }
    }
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
              "parser anthropic-parser",
              "parser vllmhttp-parser",
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
  void howLongEachPluginOfTheCycleTakesIsAFamily() {
    try (PickerRuntime runtime = PickerRuntime.builder().endpoints(Gateway.endpoints(1)).build()) {
      PluginMeters.Family durations =
          runtime.pluginMeters().families().stream()
              .filter(f -> f.name().equals("llm_d_epp_plugin_duration_seconds"))
              .findFirst()
              .orElseThrow();
      assertThat(durations.series())
          .extracting(s -> s.type() + " " + s.labelValues().get(0))
          .contains(
              "queue-scorer Scorer",
              "max-score-picker Picker",
              "single-profile-handler ProfilePicker",
              "single-profile-handler ProcessProfilesResults",
              "approx-prefix-cache-producer DataProducer",
              "approx-prefix-cache-producer PreRequest");
    }
  }

  @Test
  void nothingRunsBeforeStartAndNothingAfterClose() throws InterruptedException {
    Set<Thread> before = threads();
    PickerRuntime runtime = PickerRuntime.builder().endpoints(Gateway.endpoints(2)).build();
    assertOnly(before);
    assertThat(runtime.notReady()).isEqualTo("not started");
    runtime.start();
    assertThat(threads()).extracting(Thread::getName).contains("igw-timer");
    runtime.close();
    runtime.close();
    assertOnly(before);
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

  @Test
  void endpointsOfAFileAreFollowed(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("endpoints.yaml");
    Files.writeString(file, "endpoints: [{name: a, address: 127.0.0.1, port: 1}]");
    String[] yaml = {
      "plugins: [{name: files, type: file-discovery, parameters: {path: '"
          + file
          + "', watchFile: true}}]",
      "dataLayer: {injectDefaults: false, discovery: {pluginRef: files}}"
    };
    try (PickerRuntime runtime = Gateway.started(Gateway.runtime(yaml))) {
      assertThat(runtime.notReady()).isNull();
      assertThat(runtime.pool().snapshot().size()).isEqualTo(1);
      Files.writeString(
          file,
          "endpoints: [{name: a, address: 127.0.0.1, port: 1}, {name: b, address: 127.0.0.1, port:"
              + " 2}]");
      while (runtime.pool().snapshot().size() < 2) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aGivenEndpointsFileIsFollowedToo(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("endpoints.json");
    Files.writeString(
        file, "{\"endpoints\":[{\"name\":\"a\",\"address\":\"127.0.0.1\",\"port\":1}]}");
    try (PickerRuntime runtime = Gateway.started(PickerRuntime.builder().discoveryFile(file))) {
      assertThat(runtime.pool().snapshot().size()).isEqualTo(1);
      assertThat(runtime.effectiveConfiguration()).contains("discovery given-endpoints-file");
    }
  }

  @Test
  void aStartThatFailsLeavesNothingBehind(@TempDir Path folder) throws InterruptedException {
    Set<Thread> before = threads();
    PickerRuntime runtime =
        PickerRuntime.builder().discoveryFile(folder.resolve("missing.yaml")).build();
    assertThatThrownBy(runtime::start)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing.yaml: file-discovery: initial load failed: no such file");
    assertThat(runtime.notReady()).isEqualTo("stopped");
    assertOnly(before);
  }

  @Test
  void leasesRunOutWithoutTraffic() {
    try (PickerRuntime runtime =
        Gateway.started(
            Gateway.runtime("dataLayer: {injectDefaults: false}")
                .inFlightLease(Duration.ofMillis(1))
                .endpoints(Gateway.endpoints(1)))) {
      Gateway gateway = new Gateway(runtime);
      gateway.begin("/v1/models").end();
      while (runtime.scheduler().openLeases() > 0) {
        Thread.onSpinWait();
      }
      assertThat(runtime.pool().inFlightRequests(gateway.decision().endpoint())).isZero();
    }
  }

  @Test
  void theDefaultDetectorWaitsForTheNextScrape() {
    AtomicLong clock = new AtomicLong();
    try (PickerRuntime runtime =
        Gateway.started(
            Gateway.runtime("dataLayer: {injectDefaults: false}")
                .objective("batch", -1)
                .refreshMetricsInterval(Duration.ofSeconds(1))
                .nanoClock(clock::get)
                .endpoints(Gateway.endpoints(1)))) {
      runtime
          .pool()
          .report(
              new EndpointReport(runtime.pool().snapshot().endpoint(0).id(), 0)
                  .set(Signal.WAITING_REQUESTS, 0)
                  .set(Signal.KV_CACHE_USAGE, 0));
      while (Double.isNaN(runtime.pool().snapshot().value(Signal.WAITING_REQUESTS, 0))) {
        clock.addAndGet(1);
      }
      clock.set(Duration.ofSeconds(4).toNanos());
      assertThat(batch(runtime)).isInstanceOf(Decision.class);
      clock.addAndGet(1);
      assertThat(batch(runtime)).isInstanceOf(Rejection.class);
    }
  }

  @Test
  void aShortRefreshIntervalIsLengthenedWithAWarning() {
    try (PickerRuntime runtime =
        Gateway.started(PickerRuntime.builder().refreshMetricsInterval(Duration.ofMillis(10)))) {
      assertThat(runtime.warnings())
          .containsExactly(
              "built-in default: refreshMetricsInterval: 10 ms (expected: >= 50 ms, which is"
                  + " used)");
    }
  }

  private static Outcome batch(PickerRuntime runtime) {
    return new Gateway(runtime).begin("/v1/models", "x-llm-d-inference-objective", "batch").end();
  }

  private static List<String> effective(String... yaml) {
    try (PickerRuntime runtime = Gateway.runtime(yaml).build()) {
      return runtime.effectiveConfiguration();
    }
  }
}
