package io.igw.simulator.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** {@code igw epp} as a child of this process, on the same class path. Thread-safe. */
final class PickerProcess implements AutoCloseable {
  private static final String MAIN = "io.igw.extproc.Main";
  private static final String READY = "ready: ext-proc";
  private static final String DECISION = "decision request=";
  private static final long START_SECONDS = 60;
  private static final int KEPT_CHARS = 4000;

  private final Process process;
  private final Consumer<String> decisions;
  private final CountDownLatch readyOrOver = new CountDownLatch(1);
  private final StringBuffer output = new StringBuffer();
  private final Thread atExit;
  private volatile boolean ready;

  private PickerProcess(Process process, Consumer<String> decisions) {
    this.process = process;
    this.decisions = decisions;
    this.atExit = new Thread(process::destroyForcibly, "picker-at-exit");
    Runtime.getRuntime().addShutdownHook(atExit);
    Thread reader = new Thread(this::read, "picker-log");
    reader.setDaemon(true);
    reader.start();
  }

  /** Whether the ext-proc server is on this process's class path. */
  static boolean isAvailable() {
    String resource = MAIN.replace('.', '/') + ".class";
    return ClassLoader.getSystemResource(resource) != null;
  }

  /** Starts it and waits until it serves. */
  static PickerProcess start(List<String> arguments, Consumer<String> decisions)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xms32m", "-Xmx256m"));
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN, "epp"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    PickerProcess picker = new PickerProcess(process, decisions);
    try {
      picker.awaitReady();
    } catch (IOException | InterruptedException e) {
      picker.close();
      throw e;
    }
    return picker;
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        line(line);
      }
    } catch (IOException e) {
      // The process was ended; nothing more is to be read.
    } finally {
      readyOrOver.countDown();
    }
  }

  private void line(String line) {
    int decision = line.indexOf(DECISION);
    if (decision >= 0) {
      int text = line.indexOf(' ', decision + DECISION.length());
      decisions.accept(text < 0 ? "" : line.substring(text + 1));
      return;
    }
    if (output.length() < KEPT_CHARS) {
      output.append(line).append('\n');
    }
    if (line.contains(READY)) {
      ready = true;
      readyOrOver.countDown();
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    if (!readyOrOver.await(START_SECONDS, TimeUnit.SECONDS) || !ready) {
      throw new IOException("the picker did not start: " + output);
    }
  }

  @Override
  public void close() {
    // Nothing is in flight any more that a drain would wait for.
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // This process is ending; the hook is running already.
    }
  }
}
