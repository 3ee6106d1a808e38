package io.igw.benchmarks;

import io.igw.benchmarks.rig.ServerProcess;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import io.igw.simulator.envoy.EnvoyBootstrap;
import io.igw.simulator.envoy.EnvoyProcess;
import io.igw.simulator.envoy.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the picker adds to the time to first byte behind the real Envoy: sequential requests, one
 * with the filter and one without in turns, so that both see the same machine.
 */
final class GatewayChecks {
  private static final int REQUESTS = 1_000;
  private static final int WARM_REQUESTS = 2_000;
  private static final long START_LIMIT_NANOS = 30_000_000_000L;
  private static final String BODY =
      "{\"model\":\"base-model\",\"stream\":true,\"max_tokens\":2,"
          + "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  private final Servers servers;
  private final Consumer<Bound> report;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  GatewayChecks(Servers servers, Consumer<Bound> report) {
    this.servers = servers;
    this.report = report;
  }

  void timeToFirstByte() throws IOException, InterruptedException {
    Path binary =
        EnvoyProcess.find()
            .orElseThrow(() -> new IOException("no Envoy (expected: run scripts/install-envoy)"));
    EngineSettings instant =
        EngineSettings.defaults()
            .withPrefill(1e9, Duration.ofNanos(1_000))
            .withDecode(Duration.ofNanos(1_000), 2);
    int[] ports = FreePorts.find(4);
    try (ModelServers models = ModelServers.start(1, instant);
        ServerProcess picker = servers.picker(models, "", "--secure-serving=false")) {
      Path folder = Files.createTempDirectory("igw-gateway-check");
      String address = picker.address();
      int pickerPort = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      EnvoyBootstrap plain =
          EnvoyBootstrap.of(ports[2], ports[3], 0)
              .withOverrideHost(List.of(models.servers().get(0).hostPort()));
      EnvoyBootstrap asking = EnvoyBootstrap.of(ports[0], ports[1], pickerPort);
      try (EnvoyProcess with = EnvoyProcess.start(binary, asking, folder);
          EnvoyProcess without = EnvoyProcess.start(binary, plain, folder)) {
        awaitServing(with.port());
        awaitServing(without.port());
        for (int i = 0; i < WARM_REQUESTS; i++) {
          nanosToFirstByte(with.port());
          nanosToFirstByte(without.port());
        }
        compare(with.port(), without.port());
      }
    }
  }

  private void compare(int with, int without) throws IOException, InterruptedException {
    long[] filtered = new long[REQUESTS];
    long[] direct = new long[REQUESTS];
    for (int i = 0; i < REQUESTS; i++) {
      filtered[i] = nanosToFirstByte(with);
      direct[i] = nanosToFirstByte(without);
    }
    Arrays.sort(filtered);
    Arrays.sort(direct);
    added("p50", 1, filtered[REQUESTS / 2], direct[REQUESTS / 2]);
    added("p99", 5, filtered[REQUESTS * 99 / 100], direct[REQUESTS * 99 / 100]);
  }

  private void added(String percentile, double boundMillis, long filtered, long direct) {
    System.out.printf(
        "  time to first byte, %s: %.3f ms with the picker, %.3f ms without%n",
        percentile, filtered / 1e6, direct / 1e6);
    report.accept(
        new Bound(
            "gateway-ttfb-added-" + percentile, (filtered - direct) / 1e6, boundMillis, "ms"));
  }

  private long nanosToFirstByte(int port) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(BODY))
            .build();
    long start = System.nanoTime();
    HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      int first = body.read();
      long nanos = System.nanoTime() - start;
      if (response.statusCode() != 200 || first < 0) {
        throw new IOException("status " + response.statusCode() + " (expected: 200 and a body)");
      }
      body.readAllBytes();
      return nanos;
    }
  }

  private void awaitServing(int port) throws IOException, InterruptedException {
    long until = System.nanoTime() + START_LIMIT_NANOS;
    while (true) {
      try {
        nanosToFirstByte(port);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > until) {
          throw e;
        }
        Thread.sleep(50);
      }
    }
  }
}
