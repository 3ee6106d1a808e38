package io.igw.simulator.virtual;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A line for each profile over the rate, as SVG. */
final class Chart {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 160;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final int MEDIANS = 6;

  /** Told apart in print and by most kinds of colour blindness (Okabe and Ito 2008). */
  private static final String[] COLOURS = {
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999"
  };

  private static final String[] DASHES = {"none", "6 3", "2 3"};

  private final String title;
  private final String metric;
  private final double factor;
  private final Map<String, List<RunResult>> lines = new LinkedHashMap<>();
  private double leastRate = Double.MAX_VALUE;
  private double mostRate;
  private double most;

  private Chart(String title, String metric, double factor, List<RunResult> results) {
    this.title = title;
    this.metric = metric;
    this.factor = factor;
    for (RunResult result : results) {
      lines.computeIfAbsent(result.profile(), p -> new ArrayList<>()).add(result);
      leastRate = Math.min(leastRate, result.rate());
      mostRate = Math.max(mostRate, result.rate());
    }
    most = top(results);
  }

  /** The highest value, but no more than some times the median: one that collapses hides no one. */
  private double top(List<RunResult> results) {
    double[] values =
        results.stream()
            .mapToDouble(result -> result.get(metric) * factor)
            .filter(value -> !Double.isNaN(value))
            .sorted()
            .toArray();
    if (values.length == 0) {
      return 1;
    }
    double highest = Math.min(values[values.length - 1], MEDIANS * values[values.length / 2]);
    return highest > 0 ? highest : 1;
  }

  /** Draws one metric of the results. */
  static String draw(String title, String metric, double factor, List<RunResult> results) {
    return new Chart(title, metric, factor, results).svg();
  }

  private double x(double rate) {
    double span = mostRate > leastRate ? mostRate - leastRate : 1;
    return LEFT + (rate - leastRate) / span * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - Math.min(value, most) / most * (HEIGHT - TOP - BOTTOM);
  }

  private String svg() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"12\"><rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>%n",
            WIDTH,
            HEIGHT));
    text(out, LEFT, TOP - 16, "start", title);
    axes(out);
    int number = 0;
    for (Map.Entry<String, List<RunResult>> line : lines.entrySet()) {
      line(out, number++, line.getKey(), line.getValue());
    }
    return out.append("</svg>\n").toString();
  }

  private void axes(StringBuilder out) {
    for (int tick = 0; tick <= 4; tick++) {
      double value = most * tick / 4;
      out.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
              LEFT,
              y(value),
              WIDTH - RIGHT,
              y(value)));
      text(out, LEFT - 6, y(value) + 4, "end", String.format(Locale.ROOT, "%.3g", value));
    }
    lines.values().stream()
        .flatMap(List::stream)
        .mapToDouble(RunResult::rate)
        .distinct()
        .sorted()
        .forEach(rate ->
            text(
                out,
                x(rate),
                HEIGHT - BOTTOM + 18,
                "middle",
                String.format(Locale.ROOT, "%.3g", rate)));
    text(out, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "rate, times the trace's");
  }

  private void line(StringBuilder out, int number, String name, List<RunResult> results) {
    String colour = COLOURS[number % COLOURS.length];
    String dash = DASHES[number / COLOURS.length % DASHES.length];
    StringBuilder points = new StringBuilder();
    for (RunResult result : results) {
      double value = result.get(metric) * factor;
      if (!Double.isNaN(value)) {
        points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(result.rate()), y(value)));
      }
    }
    String stroke = String.format("stroke=\"%s\" stroke-dasharray=\"%s\"", colour, dash);
    out.append(
        String.format(
            "<polyline fill=\"none\" stroke-width=\"2\" %s points=\"%s\"/>%n",
            stroke, points.toString().strip()));
    int y = TOP + 18 * number;
    int x = WIDTH - RIGHT + 14;
    out.append(
        String.format(
            "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke-width=\"2\" %s/>%n",
            x, y, x + 20, y, stroke));
    text(out, x + 26, y + 4, "start", name);
  }

  private static void text(StringBuilder out, double x, double y, String anchor, String text) {
    String safe = text.replace("&", "&amp;").replace("<", "&lt;");
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            safe));
  }
}
