package io.igw.scheduler.scorers;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.Scorer;
import java.util.Arrays;
import java.util.Locale;

/**
 * 1 for an endpoint whose label has the value of a request header, else 0 (plugins-scheduling.md
 * 3.10). Type {@code header-label-affinity-scorer}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One label lookup for each endpoint, of a request
 * that has the header.
 */
final class HeaderLabelAffinityScorer implements Scorer {
  private final String header;
  private final String label;

  private HeaderLabelAffinityScorer(String header, String label) {
    this.header = header;
    this.label = label;
  }

  static Scorer of(Parameters parameters) {
    String header = parameters.text("headerName", "");
    String label = parameters.text("labelKey", "");
    if (header.isBlank()) {
      parameters.reject("headerName", "the name of a header");
    }
    if (label.isBlank()) {
      parameters.reject("labelKey", "the name of a label");
    }
    return new HeaderLabelAffinityScorer(header.toLowerCase(Locale.ROOT), label);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    String wanted = cycle.request().header(header);
    int size = candidates.size();
    if (wanted == null || wanted.isEmpty()) {
      Arrays.fill(scores, 0, size, 0);
      return;
    }
    for (int i = 0; i < size; i++) {
      String value = cycle.snapshot().endpoint(candidates.ordinal(i)).labels().get(label);
      scores[i] = wanted.equals(value) ? 1 : 0;
    }
  }
}
