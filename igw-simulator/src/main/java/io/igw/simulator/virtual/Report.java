package io.igw.simulator.virtual;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Results as a table and as JSON; the same results make the same bytes. */
final class Report {
  private record Column(String title, String metric, double factor, int decimals) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("TTFT p50 s", "ttft_p50_s", 1, 2),
          new Column("p90", "ttft_p90_s", 1, 2),
          new Column("p99", "ttft_p99_s", 1, 2),
          new Column("mean", "ttft_mean_s", 1, 2),
          new Column("TPOT p50 ms", "tpot_p50_s", 1000, 1),
          new Column("p90", "tpot_p90_s", 1000, 1),
          new Column("p99", "tpot_p99_s", 1000, 1),
          new Column("hits %", "hit_ratio", 100, 1),
          new Column("goodput %", "goodput", 100, 1),
          new Column("shed", "shed", 1, 0),
          new Column("unserved", RunResult.UNSERVED, 1, 0),
          new Column("imbalance", "imbalance", 1, 2));

  private Report() {}

  /** A Markdown table, which is as readable in a terminal. */
  static String table(List<RunResult> results) {
    int width = results.stream().mapToInt(r -> r.profile().length()).max().orElse(0);
    width = Math.max(width, "profile".length());
    StringBuilder out = new StringBuilder();
    out.append("| ").append(pad("profile", width)).append(" |  rate |");
    StringBuilder rule = new StringBuilder("|").append("-".repeat(width + 2)).append("|------:|");
    for (Column column : COLUMNS) {
      out.append(' ').append(column.title()).append(" |");
      rule.append("-".repeat(column.title().length() + 1)).append(":|");
    }
    out.append('\n').append(rule).append('\n');
    for (RunResult result : results) {
      out.append("| ").append(pad(result.profile(), width)).append(" | ");
      out.append(String.format(Locale.ROOT, "%5.3g", result.rate())).append(" |");
      for (Column column : COLUMNS) {
        double value = result.get(column.metric()) * column.factor();
        String text = number(value, column.decimals());
        int room = Math.max(column.title().length(), text.length());
        out.append(' ').append(" ".repeat(room - text.length())).append(text).append(" |");
      }
      out.append('\n');
    }
    return out.toString();
  }

  /** A mean of counts that is no whole number does not look like none. */
  private static String number(double value, int decimals) {
    if (Double.isNaN(value)) {
      return "-";
    }
    int shown = decimals == 0 && value != Math.rint(value) ? 1 : decimals;
    return String.format(Locale.ROOT, "%." + shown + "f", value);
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  /** A JSON document. */
  static String json(Map<String, Object> settings, List<RunResult> results) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      json.writeObjectFieldStart("settings");
      for (Map.Entry<String, Object> setting : settings.entrySet()) {
        json.writeFieldName(setting.getKey());
        if (setting.getValue() instanceof Number number) {
          write(json, number.doubleValue());
        } else {
          json.writeString(String.valueOf(setting.getValue()));
        }
      }
      json.writeEndObject();
      json.writeArrayFieldStart("results");
      for (RunResult result : results) {
        json.writeStartObject();
        json.writeStringField("profile", result.profile());
        json.writeNumberField("rate", result.rate());
        for (Map.Entry<String, Double> metric : result.metrics().entrySet()) {
          json.writeFieldName(metric.getKey());
          write(json, metric.getValue());
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a text cannot fail", e);
    }
    return out.append('\n').toString();
  }

  /** JSON has no word for what is not a number but null. */
  private static void write(JsonGenerator json, double value) throws IOException {
    if (Double.isNaN(value)) {
      json.writeNull();
    } else {
      json.writeNumber(value);
    }
  }
}
