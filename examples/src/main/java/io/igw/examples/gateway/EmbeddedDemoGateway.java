package io.igw.examples.gateway;

import io.igw.api.Decision;
import io.igw.api.Outcome;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Evaluation;
import io.igw.simulator.demo.DemoGateway;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The embedded gateway as the demo starts it. */
public final class EmbeddedDemoGateway implements DemoGateway {
  /** For ServiceLoader. */
  public EmbeddedDemoGateway() {}

  @Override
  public String name() {
    return "embedded";
  }

  @Override
  public String description() {
    return "embedded Java gateway with the picker in this process";
  }

  @Override
  public Running start(Setup setup) {
    PickerRuntime runtime =
        PickerRuntime.builder()
            .yaml(setup.configuration().yaml(), "demo")
            .endpoints(setup.endpoints())
            .decisionListener((id, request, evaluation, outcome) ->
                setup.decisions().accept(line(request.model(), evaluation, outcome)))
            .build();
    try {
      runtime.start();
      return new RunningGateway(runtime, EmbeddedGateway.start(runtime, 0));
    } catch (RuntimeException e) {
      runtime.close();
      throw e;
    }
  }

  private static String line(@Nullable String model, Evaluation evaluation, Outcome outcome) {
    if (!(outcome instanceof Decision decision)) {
      return "model=" + model + " refused: " + outcome;
    }
    StringBuilder line = new StringBuilder(160);
    line.append("model=").append(model).append(" endpoint=").append(decision.endpoint().hostPort());
    for (Evaluation.ProfileRun run : evaluation.profiles()) {
      Evaluation.Candidate second = null;
      for (Evaluation.Candidate candidate : run.candidates()) {
        if (candidate.endpoint().id().equals(decision.endpoint().id())) {
          scores(line, run, candidate);
        } else if (second == null) {
          second = candidate;
        }
      }
      if (second != null && !run.scorers().isEmpty()) {
        line.append(" runner-up=").append(second.endpoint().hostPort());
        scores(line, run, second);
      }
    }
    return line.toString();
  }

  private static void scores(
      StringBuilder line, Evaluation.ProfileRun run, Evaluation.Candidate candidate) {
    line.append(String.format(Locale.ROOT, " total=%.3f (", candidate.total()));
    for (int i = 0; i < run.scorers().size(); i++) {
      line.append(i == 0 ? "" : " ")
          .append(run.scorers().get(i))
          .append(String.format(Locale.ROOT, "=%.3f", candidate.scores().get(i)));
    }
    line.append(')');
  }

  private record RunningGateway(PickerRuntime runtime, EmbeddedGateway gateway) implements Running {
    @Override
    public int port() {
      return gateway.port();
    }

    @Override
    public void endpoints(List<EndpointSpec> endpoints) {
      runtime.pool().replaceAll(endpoints);
    }

    @Override
    public void close() {
      gateway.close();
      runtime.close();
    }
  }
}
