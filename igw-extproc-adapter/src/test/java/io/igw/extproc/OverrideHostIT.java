package io.igw.extproc;

import static io.igw.extproc.EnvoyRig.servedBy;
import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An Envoy with an override-host policy: it walks the list of destinations when it retries, and
 * tells which one served (rules EPP-8, EPP-12, EPP-59).
 */
@Timeout(600)
class OverrideHostIT {
  @TempDir Path directory;

  private EnvoyRig start(String plugins) throws Exception {
    return EnvoyRig.start(
        directory,
        3,
        EngineSettings.defaults().withSpeed(20),
        plugins,
        EnvoyRig::overrideHost,
        "--gateway-profile=envoy-override-host",
        "--slow-start=0s");
  }

  @Test
  void aRetryGoesToTheRunnerUpAndItsLoadFollows() throws Exception {
    try (EnvoyRig rig = start("- {type: queue-scorer}\n")) {
      Set<String> serving = new HashSet<>();
      await(() -> {
        serving.add(servedBy(rig.send(rig.chat("base-model", "hello", true))));
        return serving.size() == 3;
      });
      assertThat(rig.metricSum("igw_served_elsewhere_total")).isZero();
      ModelServer dead = rig.servers().server(0);
      List<String> live =
          rig.servers().servers().stream().map(ModelServer::hostPort).skip(1).toList();
      dead.kill();
      await(() -> {
        HttpResponse<String> response = rig.send(rig.chat("base-model", "again", false));
        assertThat(live).contains(servedBy(response));
        return rig.metricSum("igw_served_elsewhere_total") >= 3;
      });
      await(() -> rig.metric("igw_open_leases") == 0);
      assertThat(rig.metric("igw_in_flight_requests")).isZero();
    }
  }

  /** A retry hides from the client that a server cannot be reached, but not from the picker. */
  @Test
  void whoIsPassedOverIsLeftOut() throws Exception {
    String plugins =
        """
        - {type: outlier-ejection,
           parameters: {consecutiveErrors: 2, baseEjectionTime: 10m, maxEjectedShare: 0.5}}
        """;
    try (EnvoyRig rig = start(plugins)) {
      rig.servers().server(0).kill();
      await(() -> {
        assertThat(rig.send(rig.chat("base-model", "hello", false)).statusCode()).isEqualTo(200);
        return rig.metricSum("igw_served_elsewhere_total") == 2;
      });
      for (int i = 0; i < 20; i++) {
        assertThat(rig.send(rig.chat("base-model", "hello", false)).statusCode()).isEqualTo(200);
      }
      assertThat(rig.metricSum("igw_served_elsewhere_total")).isEqualTo(2);
    }
  }
}
