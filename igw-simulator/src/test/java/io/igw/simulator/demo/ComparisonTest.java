package io.igw.simulator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointId;
import io.igw.scheduler.EndpointSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final PlayResult RANDOM =
      new PlayResult(10, 1, 1000, 250, 90, 2, new long[] {10_000_000, 20_000_000, 400_000_000});
  private static final PlayResult IGW =
      new PlayResult(10, 0, 1000, 750, 100, 2, new long[] {1_000_000, 2_000_000, 40_000_000});

  @Test
  void quantilesAreNearestRank() {
    assertThat(RANDOM.firstTokenMillis(0.5)).isEqualTo(20);
    assertThat(RANDOM.firstTokenMillis(0.9)).isEqualTo(400);
    assertThat(RANDOM.firstTokenMillis(0)).isEqualTo(10);
    assertThat(new PlayResult(1, 1, 0, 0, 0, 1, new long[0]).firstTokenMillis(0.9)).isZero();
  }

  @Test
  void tableAndJsonHoldBothSidesAndTheirRatio() {
    Comparison comparison = new Comparison("envoy", 3, RANDOM, IGW);
    assertThat(comparison.table())
        .containsPattern("prefix hit ratio, % +25.0 +75.0 +3.00\\R")
        .containsPattern("TTFT p90, ms +400.0 +40.0 +0.10\\R")
        .containsPattern("errors +1 +0\\R");
    assertThat(comparison.json())
        .contains("\"prefixHitRatio\":0.2500")
        .contains("\"prefixHitRatio\":0.7500")
        .contains("\"hitRatioFactor\":3.0000,\"ttftP90Factor\":0.1000}");
    assertThat(comparison.answered()).isTrue();
  }

  @Test
  void nothingAnsweredIsNoSuccess() {
    PlayResult nothing = new PlayResult(5, 5, 0, 0, 0, 1, new long[0]);
    Comparison comparison = new Comparison("envoy", 3, nothing, IGW);
    assertThat(comparison.answered()).isFalse();
    assertThat(comparison.json()).contains("\"hitRatioFactor\":null");
  }

  @Test
  void aRequestThatIgwFailedIsNoSuccess() {
    PlayResult failed = new PlayResult(5, 1, 0, 0, 0, 1, new long[] {1, 2, 3, 4});
    assertThat(new Comparison("envoy", 3, IGW, failed).answered()).isFalse();
    assertThat(new Comparison("envoy", 3, failed, IGW).answered()).isTrue();
  }

  @Test
  void reasonsHaveNamesForAddresses() {
    Reasons reasons =
        new Reasons(
            List.of(
                new EndpointSpec(
                    new EndpointId("default", "server-0"), "127.0.0.1", 41000, 0, Map.of())));
    for (int i = 0; i < 5; i++) {
      reasons.decided("endpoint=127.0.0.1:41000 total=" + i + ".500 (a=0.5)");
    }
    assertThat(reasons.next())
        .containsExactly(
            "decision 3: endpoint=server-0 total=2.500 (a=0.5)",
            "decision 4: endpoint=server-0 total=3.500 (a=0.5)",
            "decision 5: endpoint=server-0 total=4.500 (a=0.5)");
    assertThat(reasons.next()).isEmpty();
    reasons.decided("endpoint=127.0.0.1:41000 total=0.000 () runner-up=x");
    assertThat(reasons.next()).containsExactly("decision 6: endpoint=server-0 at random");
  }

  @Test
  void discoveryIsAddedToTheConfiguration() {
    assertThat(PickerSetup.IGW.yaml()).doesNotContain("discovery").contains("prefix-cache-scorer");
    assertThat(PickerSetup.RANDOM.yaml(Path.of("/x/endpoints.yaml")))
        .contains(
            "type: file-discovery, parameters: {path: \"/x/endpoints.yaml\", watchFile: true}")
        .endsWith("dataLayer:\n  discovery: {pluginRef: endpoints}\n");
  }
}
