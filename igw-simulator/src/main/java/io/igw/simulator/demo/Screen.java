package io.igw.simulator.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** What the terminal shows, as lines; pure. */
final class Screen {
  private static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
  private static final AttributedStyle BOLD = PLAIN.bold();
  private static final AttributedStyle FAINT = PLAIN.faint();
  private static final AttributedStyle GOOD = PLAIN.foreground(AttributedStyle.GREEN);
  private static final AttributedStyle WARN = PLAIN.foreground(AttributedStyle.YELLOW);
  private static final AttributedStyle BAD = PLAIN.foreground(AttributedStyle.RED);
  private static final int BAR = 10;

  /** Narrower ones get a table without bars and adapters, 39 columns wide. */
  private static final int WIDE = 72;

  /**
   * What is to be seen.
   *
   * @param title who picks
   * @param seconds since the first request
   * @param ofSeconds how long requests arrive
   * @param result what was measured so far
   * @param rows the servers
   * @param selected the one that keys act on
   * @param reasons the latest decisions
   */
  record Scene(
      String title,
      double seconds,
      double ofSeconds,
      PlayResult result,
      List<Fleet.Row> rows,
      int selected,
      List<String> reasons) {}

  private static final String GAP = "   ";
  private static final String[] KEYS = {
    "up/down or 0-9 choose", "k kill or restart", "s slow", "a add", "q quit"
  };

  private final int columns;
  private final List<AttributedString> lines = new ArrayList<>();

  private Screen(int columns) {
    this.columns = Math.max(1, columns);
  }

  /**
   * Lines for a terminal of this size; nothing is wider. Where they are too many, decisions are
   * left out, the oldest first.
   */
  static List<AttributedString> draw(Scene scene, int columns, int rows) {
    Screen screen = new Screen(columns);
    screen.head(scene);
    screen.servers(scene);
    int decisions = screen.lines.size();
    screen.decisions(scene);
    int keys = screen.lines.size();
    screen.parts(FAINT, KEYS);
    int tooMany = Math.max(0, screen.lines.size() - rows);
    screen.lines.subList(decisions, Math.min(keys, decisions + tooMany)).clear();
    return screen.lines;
  }

  private void line(AttributedStyle style, String text) {
    lines.add(new AttributedString(cut(text, columns), style));
  }

  /** Side by side as far as there is room, the others on lines below. */
  private void parts(AttributedStyle style, String... parts) {
    StringBuilder text = new StringBuilder();
    for (String part : parts) {
      if (!text.isEmpty() && text.length() + GAP.length() + part.length() > columns) {
        line(style, text.toString());
        text.setLength(0);
      }
      text.append(text.isEmpty() ? "" : GAP).append(part);
    }
    line(style, text.toString());
  }

  private static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, width);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private void head(Scene scene) {
    PlayResult result = scene.result();
    parts(
        BOLD,
        "igw demo: " + scene.title(),
        format("%.0f of %.0f s", scene.seconds(), scene.ofSeconds()));
    parts(
        PLAIN,
        format(
            "%d sent, %d answered, %d failed",
            result.sent(), result.firstTokenNanos().length, result.errors()),
        format("%.1f requests/s", result.requestsPerSecond()),
        format("%.0f tokens/s", result.tokensPerSecond()));
    parts(
        PLAIN,
        format("prefix hits %.1f %%", 100 * result.hitRatio()),
        format(
            "TTFT p50 %.0f ms, p90 %.0f ms",
            result.firstTokenMillis(0.5), result.firstTokenMillis(0.9)));
    line(PLAIN, "");
  }

  private void servers(Scene scene) {
    boolean wide = columns >= WIDE;
    line(
        FAINT,
        wide
            ? "  server     state  queue  run  KV cache         hits  share  adapters"
            : " server    state   q run   KV hit share");
    for (int i = 0; i < scene.rows().size(); i++) {
      Fleet.Row row = scene.rows().get(i);
      AttributedStringBuilder out = new AttributedStringBuilder();
      out.append(i == scene.selected() ? ">" : " ", BOLD).append(wide ? " " : "");
      String name = format(wide ? "%-10s " : "%-9s ", row.name());
      out.append(name, i == scene.selected() ? BOLD : PLAIN);
      out.append(format(wide ? "%-6s " : "%-5s ", row.state().word), style(row.state()));
      if (row.state() == Fleet.State.UP || row.state() == Fleet.State.SLOW) {
        load(out, row, wide);
      }
      lines.add(out.toAttributedString().columnSubSequence(0, columns));
    }
    line(PLAIN, "");
  }

  private static void load(AttributedStringBuilder out, Fleet.Row row, boolean wide) {
    int waiting = row.load().waiting();
    double kv = row.load().kvUsage();
    AttributedStyle queue = waiting > 4 ? BAD : waiting > 0 ? WARN : PLAIN;
    AttributedStyle cache = kv > 0.9 ? BAD : GOOD;
    if (wide) {
      out.append(format("%5d  ", waiting), queue);
      out.append(format("%3d  ", row.load().running()));
      out.append(bar(kv), cache);
      out.append(format(" %3.0f %% ", 100 * kv));
      out.append(format("%4.0f %% ", 100 * row.hitRatio()));
      out.append(format("%4.0f %%  ", 100 * row.share()));
      out.append(String.join(" ", row.load().adapters()), FAINT);
    } else {
      out.append(format("%3d ", waiting), queue);
      out.append(format("%3d ", row.load().running()));
      out.append(format("%3.0f%% ", 100 * kv), cache);
      out.append(format("%3.0f%% ", 100 * row.hitRatio()));
      out.append(format("%3.0f%%", 100 * row.share()));
    }
  }

  private static AttributedStyle style(Fleet.State state) {
    return switch (state) {
      case UP -> GOOD;
      case SLOW -> WARN;
      case DEAD -> BAD;
      case SPARE -> FAINT;
    };
  }

  private static String bar(double share) {
    int full = (int) Math.round(BAR * Math.max(0, Math.min(1, share)));
    return "#".repeat(full) + ".".repeat(BAR - full);
  }

  /** Where there is little room, the names of what comes first go, so that more of it is seen. */
  private String decision(String text) {
    return columns >= WIDE
        ? text
        : text.replace("decision ", "#").replace("model=", "").replace("endpoint=", "-> ");
  }

  private void decisions(Scene scene) {
    for (String reason : scene.reasons()) {
      int runnerUp = reason.indexOf(" runner-up=");
      line(PLAIN, decision(runnerUp < 0 ? reason : reason.substring(0, runnerUp)));
      if (runnerUp >= 0) {
        line(FAINT, "     " + reason.substring(runnerUp + 1));
      }
    }
    line(PLAIN, "");
  }
}
