package io.igw.runtime;

import java.util.List;

/** A configuration that cannot be used: every problem at once. */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * One problem.
   *
   * @param source name of the document
   * @param line from 1, 0 if unknown
   * @param column from 1, 0 if unknown
   * @param path YAML path, empty for the document
   * @param message what is there and what was expected
   */
  public record Problem(String source, int line, int column, String path, String message) {
    /** {@code source:line:column: path: message}. */
    @Override
    public String toString() {
      return source
          + (line > 0 ? ":" + line + ":" + column : "")
          + ": "
          + (path.isEmpty() ? "" : path + ": ")
          + message;
    }
  }

  /** With all problems. */
  public ConfigurationException(List<Problem> problems) {
    super(String.join("\n", problems.stream().map(Problem::toString).toList()));
    this.problems = List.copyOf(problems);
  }

  /** All problems, in document order. */
  public List<Problem> problems() {
    return problems;
  }
}
