package io.igw.benchmarks.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server under measurement: a process of its own of this one. Closing it stops it. */
public final class ServerProcess implements AutoCloseable {

  private final Process process;
  private final String address;

  private ServerProcess(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts {@code command}; its output goes to {@code log}. {@code address} is the {@code
   * host:port} it will serve; {@code environment} adds to this process's own.
   */
  public static ServerProcess start(
      List<String> command, Map<String, String> environment, String address, Path log)
      throws IOException {
    Files.createDirectories(log.toAbsolutePath().getParent());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return new ServerProcess(builder.start(), address);
  }

  /** {@code host:port} of the ext-proc service. */
  public String address() {
    return address;
  }

  /** Whether it still runs. */
  public boolean alive() {
    return process.isAlive();
  }

  /** Process id. */
  public long pid() {
    return process.pid();
  }

  /** Its CPU time and memory. */
  public ProcessStats stats() {
    return new ProcessStats(pid());
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
