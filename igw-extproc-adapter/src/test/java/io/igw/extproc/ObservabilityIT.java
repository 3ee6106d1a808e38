package io.igw.extproc;

import static io.igw.extproc.EnvoyRig.servedBy;
import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A picker that only watches (ext-proc.md 9.5): Envoy sends and goes, whatever becomes of it. */
@Timeout(120)
class ObservabilityIT {
  private static final int STREAMS = 20;

  @TempDir Path directory;

  @Test
  void nothingIsDecidedAndNothingIsKept() throws Exception {
    try (EnvoyRig rig =
        EnvoyRig.start(
            directory,
            2,
            EngineSettings.defaults().withSpeed(20),
            "- {type: queue-scorer}\n",
            (bootstrap, servers) -> EnvoyRig.overrideHost(bootstrap, servers).withObservability(),
            "--enable-grpc-stream-metrics",
            "--max-request-body-bytes=100")) {
      // Envoy's own round robin answers before the picker is up; what came so far is not counted.
      await(() -> rig.pickerLog().contains("ready: "));
      Set<String> servers = new HashSet<>();
      String prompt = "x".repeat(50_000);
      // Envoy waits for nothing, so some may have come and gone before the picker has looked.
      await(() -> {
        // Over the picker's limit, and no request at all: it would refuse both.
        servers.add(servedBy(rig.send(rig.chat("base-model", prompt, true))));
        HttpResponse<String> wrong = rig.send(rig.post("nonsense"));
        servers.add(wrong.headers().firstValue("x-served-by").orElseThrow());
        return servers.size() == 2 && rig.metric("igw_streams_observed_total") >= STREAMS;
      });
      HttpRequest streaming = rig.post(EnvoyRig.chatBody("base-model", "hello", true, 10_000));
      try (InputStream left = rig.client().send(streaming, BodyHandlers.ofInputStream()).body()) {
        assertThat(left.read()).isEqualTo('d');
      }
      await(() -> rig.metric("llm_d_epp_extproc_streams_inflight") == 0);
      assertThat(rig.metricSum("llm_d_epp_request_total")).isZero();
      assertThat(rig.metricSum("llm_d_epp_request_error_total")).isZero();
      assertThat(rig.metric("igw_open_leases")).isZero();
      assertThat(rig.metric("igw_in_flight_requests")).isZero();
      assertThat(rig.metric("igw_held_body_bytes")).isZero();
      assertThat(rig.metric("igw_stream_faults_total")).isZero();
      assertThat(rig.pickerLog()).as("no stack traces").doesNotContain("\tat ");

      rig.killPicker();
      assertThat(servedBy(rig.send(rig.chat("base-model", "hello", true)))).isNotEmpty();
    }
  }
}
