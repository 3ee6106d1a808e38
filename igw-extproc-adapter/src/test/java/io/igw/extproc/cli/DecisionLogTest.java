package io.igw.extproc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.extproc.testing.ScriptedExchange;
import io.igw.scheduler.Evaluation;
import io.igw.scheduler.Evaluation.Candidate;
import io.igw.scheduler.Evaluation.ProfileRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The line of verbosity 4. */
class DecisionLogTest {
  private final InferenceRequest request =
      InferenceRequest.builder().model("m").prompt("secret prompt").build();

  private static Endpoint endpoint(int port) {
    return Endpoint.of(new EndpointId("default", "pod-" + port), "10.0.0.1", port, Map.of(), 0, 1);
  }

  private final Evaluation evaluation =
      new Evaluation(
          7,
          List.of(
              new ProfileRun(
                  "default",
                  List.of("queue", "prefix"),
                  List.of(
                      new Candidate(endpoint(8000), List.of(0.5, 1.0), 2.5),
                      new Candidate(endpoint(8001), List.of(0.25, 0.0), 0.25)))),
          "default");

  @Test
  void aDecisionNamesScoresAndTheRunnerUp() {
    assertThat(
            DecisionLog.line(
                "r-1", request, evaluation, ScriptedExchange.decision("10.0.0.1", 8000)))
        .isEqualTo(
            "decision request=r-1 model=m endpoint=10.0.0.1:8000 total=2.500 (queue=0.500"
                + " prefix=1.000) runner-up=10.0.0.1:8001 total=0.250 (queue=0.250 prefix=0.000)"
                + " candidates=2");
  }

  @Test
  void aRejectionNamesItsReason() {
    assertThat(
            DecisionLog.line(
                "r-1", request, evaluation, Rejection.of(Reason.NO_ENDPOINTS, "nobody")))
        .isEqualTo("decision request=r-1 model=m rejected=NO_ENDPOINTS because=\"nobody\"");
  }

  @Test
  void textsOfClientsStayOnTheLine() {
    InferenceRequest evil = InferenceRequest.builder().model("a\nb").prompt("x").build();
    assertThat(
            DecisionLog.line(
                "r".repeat(500), evil, evaluation, Rejection.of(Reason.INTERNAL, "no")))
        .contains(" model=a?b ")
        .hasSizeLessThan(250);
  }

  @Test
  void withoutAnEvaluationTheEndpointIsStillNamed() {
    assertThat(
            DecisionLog.line(
                "r-1",
                request,
                new Evaluation(7, List.of(), null),
                ScriptedExchange.decision("10.0.0.1", 8000)))
        .isEqualTo("decision request=r-1 model=m endpoint=10.0.0.1:8000");
  }
}
