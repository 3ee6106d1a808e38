package io.igw.scheduler.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.InferenceRequest;
import io.igw.scheduler.Made;
import io.igw.spi.ReadinessCheck;
import io.igw.spi.Screener;
import io.igw.testkit.TestCycle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shares of a roll-out against plugins-request-control.md 5. */
class RolloutScreenerTest {
  private static final String REVISION = "disaggregatedset.x-k8s.io/revision";
  private static final String ROLE = "disaggregatedset.x-k8s.io/role";

  /** Revision a: 3 prefill, 1 decode; b: 1 and 1; c: decode only; one of another application. */
  private static final List<Map<String, String>> PODS = pods();

  private final Made made = new Made();

  private static List<Map<String, String>> pods() {
    List<Map<String, String>> pods = new ArrayList<>();
    for (String pod :
        List.of(
            "a prefill",
            "a prefill",
            "a prefill",
            "a decode",
            "b prefill",
            "b decode",
            "c decode")) {
      String[] parts = pod.split(" ");
      pods.add(Map.of("app", "llm", REVISION, parts[0], ROLE, parts[1], "slice", parts[0] + "1"));
    }
    pods.add(Map.of("app", "other", REVISION, "a", ROLE, "decode"));
    return pods;
  }

  private Screener screener(String mode, String selectorMode) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("scope", Map.of("labelSelector", "app=llm"));
    parameters.put(
        "revisionGating",
        Map.of("mode", mode, "requireRoles", Map.of("values", List.of("prefill", "decode"))));
    parameters.put(
        "headerSelectors",
        List.of(
            Map.of(
                "name",
                "slice",
                "headerName",
                "X-Slice",
                "labelKey",
                "slice",
                "mode",
                selectorMode)));
    return made.make(Screener.class, "disaggregatedset-rollout-screener", parameters);
  }

  private static int[] screen(Screener screener, long seed, String slice) {
    TestCycle cycle =
        TestCycle.on(Made.labelled(PODS))
            .seed(seed)
            .request(InferenceRequest.builder().header("x-slice", slice).build());
    return cycle.filter((c, candidates) -> screener.screen(c, candidates));
  }

  @ParameterizedTest
  @CsvSource({"sum, 0.6667", "max-role, 0.75"})
  void revisionsByShare(String mode, double shareOfA) {
    Screener screener = screener(mode, "prefer");
    int a = 0;
    for (int seed = 0; seed < 4000; seed++) {
      int[] left = screen(screener, seed, "");
      if (left[0] == 0) {
        assertThat(left).containsExactly(0, 1, 2, 3);
        a++;
      } else {
        assertThat(left).containsExactly(4, 5);
      }
    }
    assertThat(a / 4000.0).isCloseTo(shareOfA, within(0.03));
  }

  @Test
  void aStrictHeaderTakesThePlaceOfTheDraw() {
    Screener screener = screener("sum", "strict");
    assertThat(screen(screener, 1, "b1")).containsExactly(4, 5);
    assertThat(screen(screener, 1, "c1")).as("no share").isEmpty();
    assertThat(screen(screener, 1, "d1")).isEmpty();
  }

  @Test
  void valuesThatNoEndpointHasAreCounted() {
    Screener screener = screener("sum", "strict");
    screen(screener, 1, "b1");
    assertThat(made.meter("llm_d_epp_disaggregatedset_strict_header_no_match")).isZero();
    screen(screener, 1, "d1");
    screen(screener, 1, "c1");
    screen(screener("sum", "prefer"), 1, "d1");
    assertThat(made.meter("llm_d_epp_disaggregatedset_strict_header_no_match")).isEqualTo(2);
  }

  @Test
  void aPreferredValueDoesNotNarrow() {
    assertThat(screen(screener("sum", "prefer"), 1, "d1")).isNotEmpty();
  }

  @Test
  void withoutGatingOnlyHeadersNarrow() {
    Screener screener = screener("disabled", "strict");
    assertThat(screen(screener, 1, "")).hasSize(8);
    assertThat(screen(screener, 1, "c1")).containsExactly(6);
  }

  @Test
  void notReadyBeforeARevisionIsComplete() {
    ReadinessCheck check = (ReadinessCheck) screener("sum", "strict");
    assertThat(check.notReady(Made.labelled(List.of()))).contains("no revision");
    assertThat(check.notReady(Made.labelled(PODS.subList(0, 3)))).contains("every required role");
    assertThat(check.notReady(Made.labelled(PODS.subList(6, 8)))).contains("no revision");
    assertThat(check.notReady(Made.labelled(PODS))).isNull();
    assertThat(check.notReady(Made.labelled(List.of()))).as("later").isNull();
    ReadinessCheck free = (ReadinessCheck) screener("disabled", "strict");
    assertThat(free.notReady(Made.labelled(List.of()))).isNull();
  }

  private List<String> shares() {
    return made.series("llm_d_epp_disaggregatedset_revision_gating_share").stream()
        .map(s -> s.labelValues() + " " + Math.round(100 * s.value()))
        .toList();
  }

  @Test
  void sharesAreShownWhileTheirRevisionIsThere() {
    Screener screener = screener("sum", "prefer");
    assertThat(shares()).as("nothing is known yet").isEmpty();
    screen(screener, 1, "");
    assertThat(shares()).containsExactly("[sum, a] 67", "[sum, b] 33", "[sum, c] 0");
    ((ReadinessCheck) screener).notReady(Made.labelled(PODS.subList(4, 7)));
    assertThat(shares()).as("without traffic").containsExactly("[sum, b] 100", "[sum, c] 0");
  }

  @Test
  void withoutGatingThereAreNoShares() {
    screener("disabled", "prefer");
    assertThat(made.families()).noneMatch(f -> f.name().contains("gating_share"));
  }

  @Test
  void badParametersAreNamed() {
    assertThat(Made.problems("disaggregatedset-rollout-screener", Map.of()))
        .anyMatch(p -> p.contains("scope.labelSelector"))
        .anyMatch(p -> p.contains("revisionGating.mode"))
        .anyMatch(p -> p.contains("requireRoles"));
  }
}
