package io.igw.simulator.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class EnvoyProcessTest {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bootstrapIsYamlWithoutLeftPlaceholders(boolean tls) {
    String yaml = EnvoyBootstrap.of(1, 2, 3).withTls(tls).yaml();
    assertThat(new Load(LoadSettings.builder().build()).loadFromString(yaml)).isNotNull();
    assertThat(yaml.replace("\"@type\"", "")).doesNotContain("@");
    assertThat(yaml.contains("UpstreamTlsContext")).isEqualTo(tls);
  }

  @Test
  void anOverrideHostPolicyHasItsHosts() {
    String yaml =
        EnvoyBootstrap.of(1, 2, 3).withOverrideHost(List.of("127.0.0.1:4", "127.0.0.1:5")).yaml();
    assertThat(new Load(LoadSettings.builder().build()).loadFromString(yaml)).isNotNull();
    assertThat(yaml)
        .contains("port_value: 4", "port_value: 5", "num_retries")
        .contains("ext_proc")
        .doesNotContain("ORIGINAL_DST");
    assertThat(EnvoyBootstrap.of(1, 2, 0).yaml()).doesNotContain("ext_proc", "@FILTER@");
  }

  @Test
  void aHeaderBecomesTheSubsetHint() {
    String yaml = EnvoyBootstrap.of(1, 2, 3).withSubsetHeader("x-only").yaml();
    assertThat(new Load(LoadSettings.builder().build()).loadFromString(yaml)).isNotNull();
    assertThat(yaml)
        .contains("header: \"x-only\"", "envoy.lb.subset_hint")
        .doesNotContain("@SUBSET");
    assertThat(EnvoyBootstrap.of(1, 2, 3).yaml()).doesNotContain("header_to_metadata", "@SUBSET");
  }

  @Test
  void whatBecomesOfRequestsWithoutAnAnswer() {
    EnvoyBootstrap closed = EnvoyBootstrap.of(1, 2, 3);
    assertThat(closed.yaml())
        .contains("failure_mode_allow: false", "observability_mode: false")
        .contains("message_timeout: 600s");
    assertThat(closed.withFailOpen().withMessageTimeout(1).yaml())
        .contains("failure_mode_allow: true", "observability_mode: false")
        .contains("message_timeout: 1s");
    assertThat(closed.withObservability().yaml())
        .contains("failure_mode_allow: true", "observability_mode: true")
        .contains("request_body_mode: STREAMED", "response_body_mode: STREAMED");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void startsAndFailsClosedWithoutPicker(boolean tls, @TempDir Path folder) throws Exception {
    Optional<Path> binary = EnvoyProcess.find();
    assumeTrue(binary.isPresent(), "no Envoy: scripts/install-envoy installs one");
    int[] ports = FreePorts.find(3);
    EnvoyBootstrap bootstrap = EnvoyBootstrap.of(ports[0], ports[1], ports[2]).withTls(tls);
    EnvoyProcess started = EnvoyProcess.start(binary.orElseThrow(), bootstrap, folder);
    try (EnvoyProcess envoy = started) {
      HttpURLConnection request =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + envoy.port() + "/v1/models")
                  .toURL()
                  .openConnection();
      request.setRequestProperty("x-gateway-destination-endpoint", "127.0.0.1:" + ports[1]);
      // The client's own destination is the admin port, which would answer.
      assertThat(request.getResponseCode()).isIn(500, 503);
      assertThat(envoy.stat("http.inference.downstream_rq_5xx")).isEqualTo(1);
      assertThat(envoy.stat("no.such.counter")).isZero();
    }
    assertThat(started.isAlive()).isFalse();
  }
}
