package io.igw.scheduler.filters;

import io.igw.api.Derived;
import io.igw.api.EndpointSnapshot;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;
import org.jspecify.annotations.Nullable;

/**
 * Sends prompts to endpoints that are labelled with the lengths they are for (plugins-scheduling.md
 * 2.9 and 3.8): {@code min-max}, in tokens. Type {@code context-length-aware}; a filter too where
 * {@code enableFiltering} says so.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Labels are read once per snapshot; one pass, no
 * allocation.
 */
final class ContextLengthAware implements Scorer, Filter {
  /** By ordinal: NaN without a label, -1 for one that is no range. */
  private record Ranges(double[] least, double[] most) {}

  private static final double UNREADABLE = -1;

  private final Derived<Ranges> ranges;
  private final boolean filters;

  private ContextLengthAware(String label, boolean filters) {
    this.filters = filters;
    this.ranges = Derived.of(snapshot -> read(snapshot, label));
  }

  static Plugin of(Parameters parameters, PluginContext context) {
    String label = parameters.text("label", "llm-d.ai/context-length-range");
    if (label.isEmpty()) {
      parameters.reject("label", "the name of a label");
    }
    context.consumes("TokenizedPrompt", "token-producer", true);
    return new ContextLengthAware(label, parameters.flag("enableFiltering", false));
  }

  private static Ranges read(EndpointSnapshot snapshot, String label) {
    int size = snapshot.size();
    Ranges ranges = new Ranges(new double[size], new double[size]);
    for (int i = 0; i < size; i++) {
      read(snapshot.endpoint(i).labels().get(label), ranges, i);
    }
    return ranges;
  }

  private static void read(@Nullable String text, Ranges ranges, int ordinal) {
    ranges.least[ordinal] = Double.NaN;
    if (text == null) {
      return;
    }
    ranges.least[ordinal] = UNREADABLE;
    String[] parts = text.split("-", -1);
    if (parts.length != 2) {
      return;
    }
    try {
      int least = Integer.parseInt(parts[0].trim());
      int most = Integer.parseInt(parts[1].trim());
      if (least >= 0 && least <= most) {
        ranges.least[ordinal] = least;
        ranges.most[ordinal] = most;
      }
    } catch (NumberFormatException e) {
      // Stays unreadable: such an endpoint is not chosen on purpose.
    }
  }

  @Override
  public void filter(Cycle cycle, Candidates candidates) {
    if (!filters) {
      return;
    }
    Ranges known = cycle.snapshot().derived(ranges);
    double tokens = tokens(cycle);
    candidates.retainIf(i -> {
      int ordinal = candidates.ordinal(i);
      double least = known.least[ordinal];
      return Double.isNaN(least)
          || least != UNREADABLE && least <= tokens && tokens <= known.most[ordinal];
    });
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    Ranges known = cycle.snapshot().derived(ranges);
    double tokens = tokens(cycle);
    for (int i = 0, size = candidates.size(); i < size; i++) {
      int ordinal = candidates.ordinal(i);
      scores[i] = score(known.least[ordinal], known.most[ordinal], tokens);
    }
  }

  private static double score(double least, double most, double tokens) {
    if (Double.isNaN(least)) {
      return 0.5;
    }
    if (least == UNREADABLE) {
      return 0;
    }
    if (tokens < least || tokens > most) {
      double distance = tokens < least ? least - tokens : tokens - most;
      return 0.3 / (1 + distance / 1000);
    }
    double width = most - least;
    if (width == 0) {
      return 1;
    }
    double raw = 0.7 / (1 + width / 10_000) + 0.3 * (most - tokens) / width;
    return 0.3 + 0.7 * raw;
  }

  private static double tokens(Cycle cycle) {
    return Math.max(0, cycle.request().prompt().estimatedTokens());
  }
}
