package io.igw.runtime.yaml;

import io.igw.runtime.ConfigurationException;
import io.igw.runtime.ConfigurationException.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one document, so that all of it is told at once. */
public final class Problems {
  private final String source;
  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  /** Of the document with that name. */
  public Problems(String source) {
    this.source = source;
  }

  /** Adds an error. */
  public void error(Place place, String message) {
    errors.add(problem(place, message));
  }

  /** Adds a warning. */
  public void warning(Place place, String message) {
    warnings.add(problem(place, message));
  }

  private Problem problem(Place place, String message) {
    return new Problem(source, place.line(), place.column(), place.path(), message);
  }

  /** Name of the document. */
  public String source() {
    return source;
  }

  /** Whether there is an error. */
  public boolean failed() {
    return !errors.isEmpty();
  }

  /** Errors in document order, those without a place last. */
  public List<Problem> errors() {
    return sorted(errors);
  }

  /** Warnings in document order, those without a place last. */
  public List<Problem> warnings() {
    return sorted(warnings);
  }

  private static List<Problem> sorted(List<Problem> problems) {
    List<Problem> sorted = new ArrayList<>(problems);
    sorted.sort(
        Comparator.comparingInt((Problem p) -> p.line() == 0 ? Integer.MAX_VALUE : p.line())
            .thenComparingInt(Problem::column));
    return sorted;
  }

  /** Throws if there is an error. */
  public void refuseIfFailed() {
    if (failed()) {
      throw new ConfigurationException(errors());
    }
  }
}
