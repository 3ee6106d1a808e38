package io.igw.runtime.yaml;

import io.igw.runtime.ConfigurationException;
import io.igw.runtime.ConfigurationException.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with documents, so that all of it is told at once. */
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

  /** Adds what is wrong with another document. */
  public void addAll(Problems others) {
    errors.addAll(others.errors);
    warnings.addAll(others.warnings);
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

  /** Errors in document order, those without a place last; documents in the order they came. */
  public List<Problem> errors() {
    return sorted(errors);
  }

  /** Warnings in the order of errors. */
  public List<Problem> warnings() {
    return sorted(warnings);
  }

  private static List<Problem> sorted(List<Problem> problems) {
    List<Problem> sorted = new ArrayList<>(problems);
    List<String> sources = problems.stream().map(Problem::source).distinct().toList();
    sorted.sort(
        Comparator.comparingInt((Problem p) -> sources.indexOf(p.source()))
            .thenComparingInt(p -> p.line() == 0 ? Integer.MAX_VALUE : p.line())
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
