package io.igw.extproc.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The JDK that runs the tests, and others beside it. */
public final class Jdks {
  private Jdks() {}

  /**
   * A JDK 25, where {@code .ci/run} looks for it, after {@code -Digw.test.java=HOME}; the tests'
   * own if it is one.
   */
  public static Optional<Path> jdk25() throws IOException {
    if (Runtime.version().feature() == 25) {
      return Optional.of(own());
    }
    List<Path> homes = new ArrayList<>();
    Stream.of(System.getProperty("igw.test.java"), System.getenv("JAVA25_HOME"))
        .filter(home -> home != null && !home.isEmpty())
        .map(Path::of)
        .forEach(homes::add);
    Path installed = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(installed)) {
      try (Stream<Path> folders = Files.list(installed)) {
        folders.filter(home -> home.toString().contains("25")).sorted().forEach(homes::add);
      }
    }
    return homes.stream().filter(home -> Files.isExecutable(java(home))).findFirst();
  }

  /** Home of the JDK that runs the tests. */
  public static Path own() {
    return Path.of(System.getProperty("java.home"));
  }

  /** The launcher of a JDK. */
  public static Path java(Path home) {
    return home.resolve("bin").resolve("java");
  }
}
