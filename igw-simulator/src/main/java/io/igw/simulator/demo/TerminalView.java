package io.igw.simulator.demo;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/** A terminal that shows lines on a screen of its own and reads keys. One thread. */
final class TerminalView implements AutoCloseable {
  /** What a key asks for. */
  enum Key {
    NONE,
    UP,
    DOWN,
    KILL,
    SLOW,
    ADD,
    QUIT,
    DIGIT
  }

  private static final int ESCAPE = 27;
  private static final int CONTROL_C = 3;
  private static final long SEQUENCE_MILLIS = 20;

  private final Terminal terminal;
  private final Attributes cooked;
  private final Display display;
  private int digit;

  private TerminalView(Terminal terminal) {
    this.terminal = terminal;
    this.cooked = terminal.enterRawMode();
    this.display = new Display(terminal, true);
    terminal.puts(Capability.enter_ca_mode);
    terminal.puts(Capability.cursor_invisible);
    // The display takes the cursor to be at the top of an empty screen.
    terminal.puts(Capability.clear_screen);
    terminal.puts(Capability.cursor_home);
    terminal.flush();
  }

  /**
   * Null where there is no terminal that can move its cursor: a pipe, a dumb terminal.
   *
   * @param without hears why, unless it is a pipe
   */
  static @Nullable TerminalView open(Consumer<String> without) {
    if (System.console() == null) {
      return null;
    }
    try {
      return over(TerminalBuilder.builder().system(true).dumb(true).build(), without);
    } catch (IOException | IllegalStateException e) {
      without.accept(String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** A view on a terminal, which is closed with it; null if it cannot move its cursor. */
  static @Nullable TerminalView over(Terminal terminal, Consumer<String> without)
      throws IOException {
    if (terminal.getType().startsWith(Terminal.TYPE_DUMB)
        || terminal.getStringCapability(Capability.cursor_address) == null) {
      without.accept("one of type " + terminal.getType() + " cannot move its cursor");
      terminal.close();
      return null;
    }
    return new TerminalView(terminal);
  }

  /**
   * What lines may fill. The last column stays free: what clears the rest of a line behind one that
   * fills it takes its last character on some terminals.
   */
  int columns() {
    return Math.max(1, terminal.getSize().getColumns() - 1);
  }

  int rows() {
    return Math.max(1, terminal.getSize().getRows());
  }

  /** Shows lines; those that do not fit are not shown. */
  void show(List<AttributedString> lines) {
    Size size = terminal.getSize();
    display.resize(size);
    display.update(lines.size() > rows() ? lines.subList(0, rows()) : lines, 0);
  }

  /** The next key, {@link Key#NONE} if none comes in time. */
  Key key(long millis) throws IOException {
    int read = terminal.reader().read(millis);
    return switch (read) {
      case 'q', 'Q', CONTROL_C, -1 -> Key.QUIT;
      case 'k', 'K' -> Key.KILL;
      case 's', 'S' -> Key.SLOW;
      case 'a', 'A' -> Key.ADD;
      case '-' -> Key.UP;
      case '+', '\t' -> Key.DOWN;
      case ESCAPE -> arrow();
      default -> digit(read);
    };
  }

  private Key digit(int read) {
    if (read < '0' || read > '9') {
      return Key.NONE;
    }
    digit = read - '0';
    return Key.DIGIT;
  }

  /** The digit of the last {@link Key#DIGIT}. */
  int digit() {
    return digit;
  }

  private Key arrow() throws IOException {
    int bracket = terminal.reader().read(SEQUENCE_MILLIS);
    if (bracket != '[' && bracket != 'O') {
      return Key.NONE;
    }
    return switch (terminal.reader().read(SEQUENCE_MILLIS)) {
      case 'A' -> Key.UP;
      case 'B' -> Key.DOWN;
      default -> Key.NONE;
    };
  }

  @Override
  public void close() {
    terminal.puts(Capability.cursor_visible);
    terminal.puts(Capability.exit_ca_mode);
    terminal.flush();
    terminal.setAttributes(cooked);
    try {
      terminal.close();
    } catch (IOException e) {
      // It is the process's own; nothing is lost.
    }
  }
}
