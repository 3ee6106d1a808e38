package io.igw.extproc.cli;

import java.util.List;

/** The picker cannot start as configured; one line per problem. */
final class StartupException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  StartupException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  StartupException(String problem) {
    this(List.of(problem));
  }

  List<String> problems() {
    return problems;
  }
}
