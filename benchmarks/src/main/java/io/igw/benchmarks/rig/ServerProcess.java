package io.igw.benchmarks.rig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server under measurement: a process of its own whose CPU time and memory are read from {@code
 * /proc}. Closing it stops it.
 */
public final class ServerProcess implements AutoCloseable {
  private static final long NANOS_PER_TICK = 10_000_000L;

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

  /** CPU time of all its threads so far, user and system; steps of 10 ms. */
  public long cpuNanos() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"), StandardCharsets.UTF_8);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
  }

  /** Resident memory now. */
  public long residentBytes() throws IOException {
    for (String line :
        Files.readAllLines(Path.of("/proc/" + pid() + "/status"), StandardCharsets.UTF_8)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("no VmRSS in /proc/" + pid() + "/status");
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
