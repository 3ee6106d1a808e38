package io.igw.extproc.cli;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One flag of {@code igw epp}.
 *
 * @param section heading in the help
 * @param names {@code --name} first
 * @param label what stands for the value in the help
 * @param help one or two sentences
 * @param kind how often it may come and whether it needs a value
 * @param parser turns text into a value or says what was expected
 * @param initial value unless given; null for none
 * @param idle why the flag changes nothing here, null if it does
 * @param <T> type of the value
 */
record Flag<T>(
    String section,
    List<String> names,
    String label,
    String help,
    Kind kind,
    Values.Parser<T> parser,
    @Nullable T initial,
    @Nullable String idle) {
  /** How often, and with a value or not. */
  enum Kind {
    /** Needs a value; the last one counts. */
    VALUE,
    /** {@code --flag} alone means true. */
    SWITCH,
    /** May be repeated, and a value may hold several, joined by commas. */
    LIST
  }

  String name() {
    return names.get(0);
  }

  /** {@code --max-request-body-bytes} is {@code IGW_MAX_REQUEST_BODY_BYTES} in the environment. */
  String variable() {
    return "IGW_" + name().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
