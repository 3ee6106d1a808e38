package io.igw.simulator.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Someone at a terminal: sees servers and decisions as they change, and disturbs them by keys. */
final class Spectator implements AutoCloseable {
  /** Nobody. */
  static final Spectator NONE = new Spectator(null);

  private static final int SPARES = 2;
  private static final int REASONS = 3;
  private static final long FRAME_MILLIS = 250;

  private final @Nullable TerminalView view;
  private final List<String> reasons = new ArrayList<>();
  private int selected;

  private Spectator(@Nullable TerminalView view) {
    this.view = view;
  }

  /**
   * Whoever sits at this process's terminal, if it is one.
   *
   * @param without hears why nothing can be shown on it
   */
  static Spectator open(Consumer<String> without) {
    TerminalView view = TerminalView.open(without);
    return view == null ? NONE : new Spectator(view);
  }

  boolean sees() {
    return view != null;
  }

  /** Servers to keep in reserve, so that some can be added. */
  int spares() {
    return view == null ? 0 : SPARES;
  }

  /** Shows a play until its last answer, or until the spectator has seen enough. */
  PlayResult watch(
      String title, Duration duration, Play play, Fleet fleet, Reasons latest, long patienceMillis)
      throws InterruptedException, IOException {
    TerminalView screen = view;
    if (screen == null) {
      throw new IllegalStateException("nobody watches");
    }
    reasons.clear();
    play.start();
    long deadline =
        System.nanoTime() + duration.toNanos() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    boolean going = true;
    while (going && !play.await(1)) {
      show(screen, title, duration, play.progress(), fleet, latest);
      going = act(screen.key(FRAME_MILLIS), screen, fleet) && System.nanoTime() < deadline;
    }
    if (!going) {
      play.stop();
    }
    return play.progress();
  }

  private void show(
      TerminalView screen,
      String title,
      Duration duration,
      PlayResult result,
      Fleet fleet,
      Reasons latest) {
    reasons.addAll(latest.next());
    while (reasons.size() > REASONS) {
      reasons.remove(0);
    }
    Screen.Scene scene =
        new Screen.Scene(
            title,
            result.seconds(),
            duration.toMillis() / 1e3,
            result,
            fleet.rows(),
            selected,
            List.copyOf(reasons));
    screen.show(Screen.draw(scene, screen.columns(), screen.rows()));
  }

  /** False once the spectator has seen enough. */
  private boolean act(TerminalView.Key key, TerminalView screen, Fleet fleet) throws IOException {
    switch (key) {
      case QUIT -> {
        return false;
      }
      case UP -> selected = Math.floorMod(selected - 1, fleet.size());
      case DOWN -> selected = Math.floorMod(selected + 1, fleet.size());
      case DIGIT -> selected = Math.min(screen.digit(), fleet.size() - 1);
      case KILL -> fleet.killOrRestart(selected);
      case SLOW -> fleet.slowOrNot(selected);
      case ADD -> fleet.add();
      case NONE -> {
        // The next picture is due.
      }
    }
    return true;
  }

  @Override
  public void close() {
    if (view != null) {
      view.close();
    }
  }
}
