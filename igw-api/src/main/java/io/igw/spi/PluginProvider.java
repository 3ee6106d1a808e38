package io.igw.spi;

/**
 * Makes plugins of one type; found by ServiceLoader. Creation must not start threads or touch the
 * network.
 */
public interface PluginProvider {
  /** The type as configuration names it, for example {@code queue-scorer}. */
  String type();

  /** Makes an instance. Bad parameters are rejected through {@code parameters}, not thrown. */
  Plugin create(Parameters parameters, PluginContext context);

  /** What the type is for, in one line, for lists; empty if its author says nothing. */
  default String summary() {
    return "";
  }

  /** How settled the type is. */
  default Stability stability() {
    return Stability.BETA;
  }

  /** As the reference uses it; an alpha type needs a flag. */
  enum Stability {
    /** May change or go. */
    ALPHA,
    /** Settled in the main. */
    BETA,
    /** Settled. */
    STABLE
  }
}
