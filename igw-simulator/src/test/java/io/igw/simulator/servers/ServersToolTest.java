package io.igw.simulator.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import io.igw.simulator.engine.EnginePreset;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(600)
class ServersToolTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return new ServersTool().run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void saysWhereTheyAreAndWritesTheEndpoints(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("endpoints.yaml");
    String engine = "--engine=trtllm-serve";
    String at = "--endpoints-file=" + file;
    assertThat(run("--count=3", "--port=0", engine, "--duration=10ms", at)).isZero();
    assertThat(out.toString())
        .contains("3 trtllm-serve servers of base-model, 127.0.0.1:")
        .contains("metrics at /prometheus/metrics");
    assertThat(Files.readAllLines(file))
        .hasSize(4)
        .last()
        .asString()
        .matches(
            "- \\{name: server-2, address: 127.0.0.1, port: \"\\d+\","
                + " labels: \\{llm-d.ai/engine-type: trtllm-serve}}");
  }

  @Test
  void aPresetSetsSizesAndTimes() {
    ServersTool.Options options = new ServersTool.Options();
    options.preset = "llama-3.3-70b-fp8-h200";
    options.maxLoras = 7;
    assertThat(options.settings())
        .isEqualTo(
            EngineSettings.defaults()
                .withPreset(EnginePreset.LLAMA_70B_FP8_H200)
                .withLora(7, Duration.ofMillis(100)));
    assertThat(options.settings().kvBlocks()).isEqualTo(331_000 / 64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--engine=vlm | --engine: vlm (expected: one of vllm, sglang, trtllm-serve, triton-tensorrt-llm)",
        "--count=0 | --count: 0 (expected: 1..10000)",
        "--port=65536 | --port: 65536 (expected: 0..65535)",
        "--data-parallel-size=65 | --data-parallel-size: 65 (expected: 1..64)",
        "--preset=gpt | --preset: gpt (expected: one of llama-3.1-8b-h100, ",
        "--endpoints-file=/none/e.yaml | --endpoints-file: /none/e.yaml (expected: a file in a",
        "--num-gpu-blocks=0 | kvBlocks: 0 (expected: > 0)",
        "--speed=-1 | speed: -1.0 (expected: > 0)",
        "--what | Unknown option: '--what'",
      })
  void aBadOptionIsNamed(String option, String message) {
    assertThat(run(option)).isEqualTo(2);
    assertThat(err.toString()).startsWith("igw servers: " + message).contains("--help");
  }

  @Test
  void aPortInUseIsNamed() {
    try (ModelServers other = ModelServers.start(1, EngineSettings.defaults())) {
      int port = other.server(0).port();
      assertThat(run("--port=" + port)).isEqualTo(1);
      assertThat(err.toString()).contains("igw servers: port " + port + ": ").contains("in use");
    }
  }

  @Test
  void twoThousandServersInOneProcess() throws Exception {
    try (ModelServers servers = ModelServers.start(2000, EngineSettings.defaults())) {
      HttpClient client = HttpClient.newHttpClient();
      List<CompletableFuture<Boolean>> whole = new ArrayList<>();
      for (int i = 0; i < 2000; i += 40) {
        URI page = URI.create("http://" + servers.server(i).hostPort() + "/metrics");
        whole.add(
            client
                .sendAsync(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                .thenApply(answer -> answer.body().contains("vllm:num_requests_running{")));
      }
      assertThat(whole).hasSize(50).allMatch(CompletableFuture::join);
      assertThat(servers.endpoints()).hasSize(2000);
    }
  }
}
