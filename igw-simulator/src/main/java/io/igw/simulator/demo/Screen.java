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

  private final int columns;
  private final List<AttributedString> lines = new ArrayList<>();

  private Screen(int columns) {
    this.columns = Math.max(1, columns);
  }

  /** Lines for a terminal of this width; nothing is wider. */
  static List<AttributedString> draw(Scene scene, int columns) {
    Screen screen = new Screen(columns);
    screen.head(scene);
    screen.servers(scene);
    screen.decisions(scene);
    screen.line(FAINT, "up/down or 0-9 choose   k kill or restart   s slow   a add   q quit");
    return screen.lines;
  }

  private void line(AttributedStyle style, String text) {
    lines.add(new AttributedString(cut(text, columns), style));
  }

  private static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, width);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private void head(Scene scene) {
    PlayResult result = scene.result();
    line(
        BOLD,
        format("igw demo: %s   %.0f of %.0f s", scene.title(), scene.seconds(), scene.ofSeconds()));
    line(
        PLAIN,
        format(
            "%d sent, %d answered, %d failed   %.1f requests/s   %.0f tokens/s",
            result.sent(),
            result.firstTokenNanos().length,
            result.errors(),
            result.requestsPerSecond(),
            result.tokensPerSecond()));
    line(
        PLAIN,
        format(
            "prefix hits %.1f %%   TTFT p50 %.0f ms, p90 %.0f ms",
            100 * result.hitRatio(), result.firstTokenMillis(0.5), result.firstTokenMillis(0.9)));
    line(PLAIN, "");
  }

  private void servers(Scene scene) {
    line(FAINT, "  server     state  queue  run  KV cache         hits  share  adapters");
    for (int i = 0; i < scene.rows().size(); i++) {
      Fleet.Row row = scene.rows().get(i);
      AttributedStringBuilder out = new AttributedStringBuilder();
      out.append(i == scene.selected() ? "> " : "  ", BOLD);
      out.append(format("%-10s ", row.name()), i == scene.selected() ? BOLD : PLAIN);
      out.append(format("%-6s ", row.state().word), style(row.state()));
      if (row.state() == Fleet.State.UP || row.state() == Fleet.State.SLOW) {
        int waiting = row.load().waiting();
        out.append(format("%5d  ", waiting), waiting > 4 ? BAD : waiting > 0 ? WARN : PLAIN);
        out.append(format("%3d  ", row.load().running()));
        out.append(bar(row.load().kvUsage()), row.load().kvUsage() > 0.9 ? BAD : GOOD);
        out.append(format(" %3.0f %% ", 100 * row.load().kvUsage()));
        out.append(format("%4.0f %% ", 100 * row.hitRatio()));
        out.append(format("%4.0f %%  ", 100 * row.share()));
        out.append(String.join(" ", row.load().adapters()), FAINT);
      }
      lines.add(out.toAttributedString().columnSubSequence(0, columns));
    }
    line(PLAIN, "");
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

  private void decisions(Scene scene) {
    for (String reason : scene.reasons()) {
      int runnerUp = reason.indexOf(" runner-up=");
      line(PLAIN, runnerUp < 0 ? reason : reason.substring(0, runnerUp));
      if (runnerUp >= 0) {
        line(FAINT, "     " + reason.substring(runnerUp + 1));
      }
    }
    line(PLAIN, "");
  }
}
