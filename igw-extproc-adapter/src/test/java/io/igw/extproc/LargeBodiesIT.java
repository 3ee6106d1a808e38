package io.igw.extproc;

import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.envoy.EnvoyBootstrap;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long requests and long responses through the real Envoy, in fixed and negotiated modes. */
@Timeout(600)
class LargeBodiesIT {
  private static final int EVENTS = 10_000;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"fixed", "negotiated"})
  void aMegabyteGoesUpAndTenThousandEventsComeDown(String modes) throws Exception {
    UnaryOperator<EnvoyBootstrap> bootstrap =
        modes.equals("fixed") ? UnaryOperator.identity() : EnvoyBootstrap::withNegotiatedModes;
    EngineSettings fast = EngineSettings.defaults().withKvBlocks(100_000).withSpeed(2000);
    try (EnvoyRig rig =
        EnvoyRig.start(
            directory,
            1,
            fast,
            "- {type: prefix-cache-scorer}\n",
            bootstrap,
            "--body-modes=" + modes)) {
      String prompt = "word ".repeat(200_000);
      HttpResponse<String> large = rig.send(rig.chat("base-model", prompt, false));
      assertThat(large.statusCode()).isEqualTo(200);
      assertThat(large.body()).contains("\"prompt_tokens\":250");
      HttpRequest request = rig.post(EnvoyRig.chatBody("base-model", "tell me", true, EVENTS));
      HttpResponse<String> streamed = rig.send(request);
      assertThat(streamed.body().lines().filter(line -> line.startsWith("data: ")).count())
          .isGreaterThanOrEqualTo(EVENTS);
      assertThat(streamed.body()).endsWith("data: [DONE]\n\n");
      await(() -> rig.metric("igw_open_leases") == 0);
      assertThat(rig.metricSum("llm_d_epp_request_output_tokens_sum"))
          .isGreaterThanOrEqualTo(EVENTS);
      assertThat(rig.metric("igw_stream_faults_total")).isZero();
      rig.assertAllMutationsTaken();
    }
  }
}
