package io.igw.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the picker's scraper reads from each engine's page. */
class EnginePagesTest {
  private static final EngineSettings SETTINGS =
      EngineSettings.defaults().withKvBlocks(100).withMaxRunning(2).withDataParallelSize(2);

  private static String yaml(EngineKind kind) {
    return """
    apiVersion: llm-d.ai/v1alpha1
    kind: EndpointPickerConfig
    plugins:
    - {type: queue-scorer}
    - {type: metrics-data-source, parameters: {path: %s, scheme: http}}
    """
        .formatted(kind.metricsPath());
  }

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  void tellLoadAndCache(EngineKind kind) throws InterruptedException {
    try (ModelServers servers = ModelServers.start(1, SETTINGS.withKind(kind))) {
      EndpointSpec plain = servers.endpoint(0);
      Map<String, String> labels = Map.of("llm-d.ai/engine-type", kind.type());
      EndpointSpec endpoint = new EndpointSpec(plain.id(), plain.host(), plain.port(), 0, labels);
      // Two run at each of the two ranks, the rest waits.
      HttpClient client = HttpClient.newHttpClient();
      URI chat = URI.create("http://" + servers.server(0).hostPort() + "/v1/chat/completions");
      String body =
          "{\"model\":\"base-model\",\"max_tokens\":2000,\"stream\":true,\"messages\":"
              + "[{\"role\":\"user\",\"content\":\""
              + "word ".repeat(200)
              + "\"}]}";
      IntStream.range(0, 7)
          .forEach(i ->
              client.sendAsync(
                  HttpRequest.newBuilder(chat)
                      .POST(HttpRequest.BodyPublishers.ofString(body))
                      .build(),
                  BodyHandlers.discarding()));
      try (PickerRuntime picker =
          PickerRuntime.builder().yaml(yaml(kind), "test").endpoints(List.of(endpoint)).build()) {
        picker.start();
        boolean tokens = kind == EngineKind.SGLANG;
        EndpointSnapshot read = awaitLoad(picker, 4, 3);
        assertThat(read.value(Signal.RUNNING_REQUESTS, 0)).isEqualTo(4);
        assertThat(read.value(Signal.WAITING_REQUESTS, 0)).isEqualTo(3);
        assertThat(read.value(Signal.KV_CACHE_USAGE, 0)).isBetween(0.04, 0.9);
        assertThat(read.value(Signal.CACHE_BLOCK_SIZE, 0)).isEqualTo(tokens ? 1 : 64);
        assertThat(read.value(Signal.CACHE_BLOCKS, 0)).isEqualTo(tokens ? 6400 : 200);
      }
    }
  }

  /** Names and types of a server of v0.26.0 without adapters, as it shows them after a request. */
  @Test
  void vllmShowsAllFamiliesOfARealServer() throws Exception {
    try (ModelServers servers = ModelServers.start(1, EngineSettings.defaults());
        InputStream list = EnginePagesTest.class.getResourceAsStream("vllm-v0.26.0-families.txt")) {
      URI metrics = URI.create("http://" + servers.server(0).hostPort() + "/metrics");
      String page =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
              .body();
      assertThat(list).isNotNull();
      List<String> families =
          new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertThat(families).hasSize(36);
      assertThat(page.lines().filter(line -> line.startsWith("# TYPE ")))
          .containsAll(families.stream().map(family -> "# TYPE " + family).toList());
      for (String family : families) {
        String name = family.substring(0, family.indexOf(' '));
        assertThat(page).containsPattern("(?m)^" + name + "(_count)?\\{");
      }
    }
  }

  /**
   * The first snapshot with so many running and waiting, or the last of half a minute: until the
   * engine's next step more may wait than have to.
   */
  private static EndpointSnapshot awaitLoad(PickerRuntime picker, int running, int waiting)
      throws InterruptedException {
    for (int left = 3000; ; left--) {
      EndpointSnapshot now = picker.pool().snapshot();
      if (left == 0
          || now.value(Signal.WAITING_REQUESTS, 0) == waiting
              && now.value(Signal.RUNNING_REQUESTS, 0) == running) {
        return now;
      }
      Thread.sleep(10);
    }
  }
}
