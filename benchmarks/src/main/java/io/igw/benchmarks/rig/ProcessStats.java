package io.igw.benchmarks.rig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * CPU time and memory of a process on this machine, from {@code /proc}.
 *
 * @param pid process id
 */
public record ProcessStats(long pid) {
  /**
   * CPU time so far, of all threads that live now, as the scheduler counts it: {@code
   * /proc/PID/stat} knows it in steps of 10 ms only. Threads that end between two readings are
   * missing; a server has none.
   */
  public long cpuNanos() throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(folder().resolve("task"))) {
      for (Path thread : threads) {
        sum += cpuNanos(thread);
      }
    }
    return sum;
  }

  private static long cpuNanos(Path thread) throws IOException {
    try {
      String stat = Files.readString(thread.resolve("schedstat"), StandardCharsets.UTF_8);
      return Long.parseLong(stat.substring(0, stat.indexOf(' ')));
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** Resident memory now. */
  public long residentBytes() throws IOException {
    for (String line : Files.readAllLines(folder().resolve("status"), StandardCharsets.UTF_8)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("no VmRSS in " + folder().resolve("status"));
  }

  private Path folder() {
    return Path.of("/proc", Long.toString(pid));
  }
}
