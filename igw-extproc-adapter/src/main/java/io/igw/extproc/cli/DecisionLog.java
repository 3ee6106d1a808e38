package io.igw.extproc.cli;

import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.runtime.DecisionListener;
import io.igw.scheduler.Evaluation;
import io.igw.scheduler.Evaluation.Candidate;
import io.igw.scheduler.Evaluation.ProfileRun;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One line per decision: where the request goes, its score by scorer, and who came second. */
final class DecisionLog implements DecisionListener {
  private final LogQueue queue;

  DecisionLog(LogQueue queue) {
    this.queue = queue;
  }

  @Override
  public void decided(
      String requestId, InferenceRequest request, Evaluation evaluation, Outcome outcome) {
    queue.put(line(requestId, request, evaluation, outcome));
  }

  static String line(
      String requestId, InferenceRequest request, Evaluation evaluation, Outcome outcome) {
    StringBuilder line = new StringBuilder(160);
    line.append("decision request=").append(requestId);
    if (request.model() != null) {
      line.append(" model=").append(request.model());
    }
    if (!(outcome instanceof Decision decision)) {
      Rejection rejection = (Rejection) outcome;
      return line.append(" rejected=")
          .append(rejection.reason())
          .append(" because=\"")
          .append(rejection.message())
          .append('"')
          .toString();
    }
    line.append(" endpoint=").append(decision.endpoint().hostPort());
    ProfileRun primary = primary(evaluation);
    if (primary == null) {
      return line.toString();
    }
    Candidate second = null;
    for (Candidate candidate : primary.candidates()) {
      if (candidate.endpoint().id().equals(decision.endpoint().id())) {
        scores(line.append(' '), primary.scorers(), candidate);
      } else if (second == null) {
        second = candidate;
      }
    }
    if (second != null) {
      line.append(" runner-up=").append(second.endpoint().hostPort()).append(' ');
      scores(line, primary.scorers(), second);
    }
    return line.append(" candidates=").append(primary.candidates().size()).toString();
  }

  private static @Nullable ProfileRun primary(Evaluation evaluation) {
    for (ProfileRun run : evaluation.profiles()) {
      if (run.profile().equals(evaluation.primary())) {
        return run;
      }
    }
    return null;
  }

  private static void scores(StringBuilder line, List<String> scorers, Candidate candidate) {
    line.append("total=").append(number(candidate.total())).append(" (");
    for (int i = 0; i < scorers.size(); i++) {
      line.append(i == 0 ? "" : " ")
          .append(scorers.get(i))
          .append('=')
          .append(number(candidate.scores().get(i)));
    }
    line.append(')');
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
