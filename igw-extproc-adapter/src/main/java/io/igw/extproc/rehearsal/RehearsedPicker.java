package io.igw.extproc.rehearsal;

import io.igw.extproc.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A picker as a child of this process, with its JVM flags and class path. */
final class RehearsedPicker implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("ready: ext-proc on port (\\d+)");
  private static final int START_SECONDS = 60;
  private static final int END_SECONDS = 120;
  private static final int KEPT_CHARS = 4000;

  private final Process process;
  private final StringBuffer output = new StringBuffer();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();

  private RehearsedPicker(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "picker-log");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts it, and waits until it serves; at its end its JVM writes what it has learnt. */
  static RehearsedPicker start(Path cache, Path config) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-XX:AOTCacheOutput=" + cache);
    // Of each class that it cannot keep it would tell.
    command.addAll(List.of("-Xlog:aot=error", "-Xlog:cds=error"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("epp", "--config-file=" + config));
    command.addAll(List.of("--grpc-port=0", "--grpc-health-port=0", "--metrics-port=0"));
    RehearsedPicker picker =
        new RehearsedPicker(new ProcessBuilder(command).redirectErrorStream(true).start());
    try {
      picker.port();
      return picker;
    } catch (IOException | InterruptedException e) {
      picker.close();
      throw e;
    }
  }

  /** Of its ext-proc service. */
  int port() throws RehearsalException, InterruptedException {
    try {
      return port.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw failed("the picker did not start");
    }
  }

  /** Asks it to end, and waits: it drains, and its JVM writes. */
  void end() throws RehearsalException, InterruptedException {
    // Process.destroy would close our end of what its JVM writes to.
    process.toHandle().destroy();
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw failed("the picker did not end");
    }
  }

  RehearsalException failed(String what) {
    return new RehearsalException(what + ": " + output);
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (output.length() < KEPT_CHARS) {
          output.append(line).append('\n');
        }
        Matcher ready = READY.matcher(line);
        if (ready.find()) {
          port.complete(Integer.valueOf(ready.group(1)));
        }
      }
    } catch (IOException e) {
      // The process was ended; nothing more is to be read.
    } finally {
      port.completeExceptionally(new IllegalStateException("over"));
    }
  }

  /** At once, with the JVM that writes for it if it has come so far. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
