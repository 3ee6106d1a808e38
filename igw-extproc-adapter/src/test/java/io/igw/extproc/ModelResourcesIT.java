package io.igw.extproc;

import static io.igw.extproc.EnvoyRig.servedBy;
import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServer;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Objectives and model rewrites from files, through the real Envoy. */
@Timeout(600)
class ModelResourcesIT {
  private static final String PLUGINS =
      """
      - {type: queue-scorer}
      - {type: lora-affinity-scorer}
      schedulingProfiles:
      - name: default
        plugins:
        - {pluginRef: queue-scorer}
        - {pluginRef: lora-affinity-scorer, weight: 12}
      """;
  private static final String SERVED = "x-gateway-model-name-served";

  @TempDir Path directory;

  @AutoClose private @Nullable EnvoyRig rig;

  private EnvoyRig start(int servers, EngineSettings settings, String objects) throws Exception {
    write(objects);
    Path file = directory.resolve("objects.yaml");
    EnvoyRig started = EnvoyRig.start(directory, servers, settings, PLUGINS, "--resources=" + file);
    rig = started;
    return started;
  }

  private void write(String objects) throws Exception {
    EnvoyRig.replace(directory.resolve("objects.yaml"), objects);
  }

  private static String rewrite(String model, String targets) {
    return """
    ---
    apiVersion: inference.networking.x-k8s.io/v1alpha2
    kind: InferenceModelRewrite
    metadata: {name: of-%s}
    spec:
      poolRef: {name: pool}
      rules: [{matches: [{model: {value: %s}}], targets: [%s]}]
    """
        .formatted(model, model, targets);
  }

  private static String objective(String name, int priority) {
    return """
    ---
    apiVersion: llm-d.ai/v1alpha2
    kind: InferenceObjective
    metadata: {name: %s}
    spec: {poolRef: {name: pool}, priority: %d}
    """
        .formatted(name, priority);
  }

  private static String served(HttpResponse<?> response) {
    servedBy(response);
    return response.headers().firstValue(SERVED).orElse("none");
  }

  @Test
  void aliasesGoToTheirAdaptersAndChangeWithTheFile() throws Exception {
    EnvoyRig rig =
        start(3, EngineSettings.defaults(), rewrite("alias", "{modelRewrite: adapter-a}"));
    // Runs for two minutes, longer than the rest of the test, and ends with the connection.
    HttpRequest streaming = rig.post(EnvoyRig.chatBody("adapter-a", "hello", true, 8000));
    HttpResponse<InputStream> running = rig.client().send(streaming, BodyHandlers.ofInputStream());
    try (InputStream body = running.body()) {
      assertThat(body.read()).isEqualTo('d');
      await(() -> rig.metricSum("llm_d_epp_average_running_requests") > 0);
      for (int i = 0; i < 20; i++) {
        boolean stream = i % 2 == 0;
        HttpResponse<String> answer = rig.send(rig.chat("alias", "other " + i, stream));
        assertThat(servedBy(answer)).isEqualTo(servedBy(running));
        assertThat(served(answer)).isEqualTo("adapter-a");
        assertThat(answer.body())
            .contains("\"model\":\"alias\"")
            .doesNotContain("adapter-a")
            .startsWith(stream ? "data: {" : "{")
            .endsWith(stream ? "data: [DONE]\n\n" : "}");
      }
    }
    assertThat(rig.metricSum("llm_d_epp_model_rewrite_decisions_total")).isEqualTo(20);
    // A broken file changes nothing; the next good one counts within a second or so.
    write(rewrite("alias", "{modelRewrite: 7}"));
    await(() -> rig.metric("igw_resource_reload_failures_total") == 1);
    assertThat(served(rig.send(rig.chat("alias", "x", false)))).isEqualTo("adapter-a");
    write(rewrite("alias", "{modelRewrite: base-model}"));
    await(() -> served(rig.send(rig.chat("alias", "x", false))).equals("base-model"));
    rig.assertAllMutationsTaken();
  }

  @Test
  void aSplitFollowsItsWeights() throws Exception {
    EnvoyRig rig =
        start(
            2,
            EngineSettings.defaults().withSpeed(20),
            rewrite("split", "{modelRewrite: one, weight: 3}, {modelRewrite: two, weight: 1}"));
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 120; i++) {
      counts.merge(served(rig.send(rig.chat("split", "p" + i, false))), 1, Integer::sum);
    }
    assertThat(counts).containsOnlyKeys("one", "two");
    // 30 of 120 are expected; five sigma.
    assertThat(counts.get("two")).isBetween(30 - 24, 30 + 24);
  }

  @Test
  void lowPrioritiesAreShedWhileHighOnesAreServed() throws Exception {
    EnvoyRig rig =
        start(
            1,
            EngineSettings.defaults().withMaxRunning(2),
            objective("batch", -1) + objective("critical", 2));
    HttpRequest batch = withObjective(rig, "x-gateway-inference-objective", "batch");
    HttpRequest critical = withObjective(rig, "x-llm-d-inference-objective", "critical");
    await(() -> rig.send(batch).statusCode() == 200);
    // Straight to the server, past the picker: far more than it runs at once.
    ModelServer busy = rig.servers().server(0);
    List<CompletableFuture<?>> load = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      HttpRequest direct =
          HttpRequest.newBuilder(URI.create("http://" + busy.hostPort() + EnvoyRig.CHAT))
              .POST(
                  BodyPublishers.ofString(
                      EnvoyRig.chatBody("base-model", "direct " + i, true, 2000)))
              .build();
      load.add(rig.client().sendAsync(direct, BodyHandlers.discarding()));
    }
    // Only now: a request that is let through would wait behind them all.
    await(() -> rig.metricSum("llm_d_epp_per_endpoint_queue_size") > 10);
    HttpResponse<String> shed = rig.send(batch);
    assertThat(shed.statusCode()).isEqualTo(429);
    assertThat(shed.headers().firstValue("x-llm-d-request-dropped-reason"))
        .contains("rejected-saturated");
    assertThat(shed.body()).contains("system saturated, sheddable request dropped");
    CompletableFuture<HttpResponse<String>> served =
        rig.client().sendAsync(critical, BodyHandlers.ofString());
    await(() -> rig.metric("igw_open_leases") >= 1);
    load.forEach(one -> one.cancel(true));
    assertThat(served.get().statusCode()).isEqualTo(200);
  }

  private static HttpRequest withObjective(EnvoyRig rig, String header, String objective) {
    return rig.to(EnvoyRig.CHAT)
        .header("content-type", "application/json")
        .header(header, objective)
        .POST(BodyPublishers.ofString(EnvoyRig.chatBody("base-model", "x", false, 3)))
        .build();
  }
}
