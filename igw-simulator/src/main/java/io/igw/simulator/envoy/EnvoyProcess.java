package io.igw.simulator.envoy;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An Envoy that runs as a child of this process. Thread-safe. */
public final class EnvoyProcess implements AutoCloseable {
  private static final String PROPERTY = "igw.envoy";
  private static final String VARIABLE = "IGW_ENVOY";
  private static final String INSTALLED = "target/envoy/envoy";
  private static final long START_SECONDS = 30;
  private static final int IO_TIMEOUT_MILLIS = 5000;

  private final Process process;
  private final EnvoyBootstrap bootstrap;
  private final Path log;
  private final Thread atExit;

  private EnvoyProcess(Process process, EnvoyBootstrap bootstrap, Path log) {
    this.process = process;
    this.bootstrap = bootstrap;
    this.log = log;
    this.atExit = new Thread(process::destroyForcibly, "envoy-at-exit");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * The Envoy binary: system property {@code igw.envoy}, variable {@code IGW_ENVOY}, what {@code
   * scripts/install-envoy} installed in this directory or one above it, else the PATH.
   */
  public static Optional<Path> find() {
    Optional<Path> named = executable(System.getProperty(PROPERTY));
    if (named.isEmpty()) {
      named = executable(System.getenv(VARIABLE));
    }
    if (named.isPresent()) {
      return named;
    }
    for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
      Path installed = dir.resolve(INSTALLED);
      if (Files.isExecutable(installed)) {
        return Optional.of(installed);
      }
    }
    String path = System.getenv("PATH");
    for (String dir : (path == null ? "" : path).split(File.pathSeparator)) {
      Optional<Path> found = dir.isEmpty() ? Optional.empty() : executable(dir + "/envoy");
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Path> executable(@Nullable String name) {
    return Optional.ofNullable(name)
        .filter(text -> !text.isEmpty())
        .map(Path::of)
        .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path));
  }

  /**
   * Starts Envoy with one worker thread and waits until it is ready.
   *
   * @param folder where the bootstrap and the log go
   * @throws IOException with the end of Envoy's log if it does not become ready
   */
  public static EnvoyProcess start(Path binary, EnvoyBootstrap bootstrap, Path folder)
      throws IOException, InterruptedException {
    Path config = folder.resolve("envoy-" + bootstrap.listenerPort() + ".yaml");
    Path log = folder.resolve("envoy-" + bootstrap.listenerPort() + ".log");
    Files.writeString(config, bootstrap.yaml());
    Process process =
        new ProcessBuilder(
                binary.toString(),
                "--config-path",
                config.toString(),
                "--concurrency",
                "1",
                "--use-dynamic-base-id",
                "--log-level",
                "warning")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    EnvoyProcess envoy = new EnvoyProcess(process, bootstrap, log);
    try {
      envoy.awaitReady();
    } catch (IOException | InterruptedException e) {
      envoy.close();
      throw e;
    }
    return envoy;
  }

  private void awaitReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (System.nanoTime() < deadline) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new IOException("envoy ended with code " + process.exitValue() + ": " + logEnd());
      }
      if (isReady()) {
        return;
      }
    }
    throw new IOException("envoy is not ready after " + START_SECONDS + " s: " + logEnd());
  }

  private boolean isReady() {
    try {
      return admin("/ready").startsWith("LIVE");
    } catch (IOException e) {
      return false;
    }
  }

  private String logEnd() throws IOException {
    String text = Files.readString(log);
    return text.substring(Math.max(0, text.length() - 2000));
  }

  /** Where clients connect. */
  public int port() {
    return bootstrap.listenerPort();
  }

  /** The value of a counter or gauge, 0 if Envoy has none of that name. */
  public long stat(String name) throws IOException {
    for (String line : admin("/stats?filter=" + name.replace(".", "%5C.")).split("\n")) {
      if (line.startsWith(name + ": ")) {
        return Long.parseLong(line.substring(name.length() + 2).trim());
      }
    }
    return 0;
  }

  /** What the admin interface answers to a GET. */
  public String admin(String path) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + bootstrap.adminPort() + path);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(IO_TIMEOUT_MILLIS);
    connection.setReadTimeout(IO_TIMEOUT_MILLIS);
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      connection.disconnect();
    }
  }

  /** Envoy's process id. */
  public long pid() {
    return process.pid();
  }

  /** What Envoy has logged. */
  public Path log() {
    return log;
  }

  /** Whether Envoy still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Ends Envoy. */
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
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending; the hook is running already.
    }
  }
}
