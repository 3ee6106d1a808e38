package io.igw.simulator.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for the files of one run; gone with it, also when the run is interrupted. */
final class WorkFolder implements AutoCloseable {
  private final Path path;
  private final Thread atExit = new Thread(this::delete, "folder-at-exit");

  private WorkFolder(Path path) {
    this.path = path;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  static WorkFolder create() throws IOException {
    return new WorkFolder(Files.createTempDirectory("igw-demo"));
  }

  Path path() {
    return path;
  }

  private void delete() {
    try (Stream<Path> walk = Files.walk(path)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // The system's own cleaning of its temporary folder takes what is left.
    }
  }

  @Override
  public void close() {
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending; the hook is running already.
    }
  }
}
