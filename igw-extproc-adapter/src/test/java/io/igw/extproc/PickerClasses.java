package io.igw.extproc;

import io.igw.extproc.testing.Jdks;
import io.igw.extproc.testing.PoolFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The packaged jar as the command of a process that serves. The first one writes an archive of the
 * classes it loaded, so that each of some fifty later starts takes a third of the time.
 */
final class PickerClasses {
  private static final int WAIT_SECONDS = 120;

  private static @Nullable Path archive;

  private PickerClasses() {}

  /** A command up to the picker's own flags. */
  static synchronized List<String> command(List<String> jvmFlags) {
    if (archive == null) {
      archive = write();
    }
    // Without a file, or with one of another JVM, it starts all the same.
    return command("-XX:SharedArchiveFile=" + archive, jvmFlags);
  }

  private static List<String> command(String archiveFlag, List<String> jvmFlags) {
    List<String> command = new ArrayList<>();
    command.add(Jdks.java(Jdks.own()).toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", archiveFlag, "-Xshare:auto"));
    command.addAll(jvmFlags);
    command.addAll(List.of("-jar", System.getProperty("igw.jar"), "epp"));
    return command;
  }

  private static Path write() {
    try {
      Path folder = Files.createTempDirectory("igw-classes");
      folder.toFile().deleteOnExit();
      Path file = folder.resolve("igw.jsa");
      List<String> command = command("-XX:ArchiveClassesAtExit=" + file, List.of());
      command.add("--config-file=" + PoolFiles.write(folder, "127.9.0.1:8000"));
      command.add("--secure-serving=false");
      command.addAll(List.of("--grpc-port=0", "--grpc-health-port=0", "--metrics-port=0"));
      Process first = new ProcessBuilder(command).redirectErrorStream(true).start();
      try {
        // It ends when it is asked to, after it has said that it is ready.
        first
            .inputReader()
            .lines()
            .filter(line -> line.contains("ready: "))
            .forEach(line -> first.toHandle().destroy());
        first.waitFor(WAIT_SECONDS, TimeUnit.SECONDS);
      } finally {
        first.destroyForcibly();
      }
      try (var files = Files.list(folder)) {
        files.forEach(each -> each.toFile().deleteOnExit());
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
