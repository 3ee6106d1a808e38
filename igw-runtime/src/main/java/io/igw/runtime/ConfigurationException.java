package io.igw.runtime;

import java.util.List;

/** A configuration that cannot be used: every problem at once. */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * One problem: where (source name, line from 1 or 0 if unknown, YAML path) and what, with what
   * was expected.
   */
  public record Problem(String source, int line, String path, String message) {
    /** {@code source:line: path: message}. */
    @Override
    public String toString() {
      return source
          + (line > 0 ? ":" + line : "")
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
