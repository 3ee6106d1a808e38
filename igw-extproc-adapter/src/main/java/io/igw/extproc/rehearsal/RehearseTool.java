package io.igw.extproc.rehearsal;

import io.igw.extproc.client.ExtProcClient;
import io.igw.extproc.client.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code igw rehearse}. */
public final class RehearseTool implements ToolProvider {
  private static final int FAILED = 1;
  private static final int BAD_OPTIONS = 2;
  private static final int MOST_SECONDS = 600;

  /** The first JVM that keeps, in one step, classes and how methods were used. */
  private static final int OLDEST_JDK = 25;

  private static final int SERVERS = 4;
  private static final int SERVERS_START_SECONDS = 30;
  private static final int DEADLINE_SECONDS = 30;

  private static final List<Scenario> SCENARIOS =
      List.of(
          Scenario.json("small requests", 200),
          Scenario.events("streamed answers", 100, 0),
          Scenario.json("long prompts", 400_000),
          Scenario.json("middling prompts", 20_000));

  /** For ServiceLoader. */
  public RehearseTool() {}

  @Override
  public String name() {
    return "rehearse";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    Options options = new Options();
    CommandLine line = new CommandLine(options).setUsageHelpAutoWidth(true);
    try {
      line.parseArgs(args);
      if (line.isUsageHelpRequested()) {
        line.usage(out);
        return 0;
      }
      options.check();
      rehearse(options, out);
      return 0;
    } catch (ParameterException | IllegalArgumentException e) {
      err.println("igw rehearse: " + e.getMessage());
      err.println("igw rehearse: try 'igw rehearse --help'");
      return BAD_OPTIONS;
    } catch (IOException e) {
      err.println("igw rehearse: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static void rehearse(Options options, PrintWriter out)
      throws IOException, InterruptedException {
    Path cache = options.cache.toAbsolutePath();
    Path work = Files.createTempDirectory(cache.getParent(), "rehearsal");
    AtomicReference<@Nullable RehearsedPicker> running = new AtomicReference<>();
    // Neither a picker nor files stay when it is interrupted.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(running.get(), work), "at-exit"));
    try {
      Path endpoints = servers(work);
      Path config = Files.writeString(work.resolve("config.yaml"), config(endpoints));
      Path written = work.resolve("cache");
      RehearsedPicker picker = RehearsedPicker.start(written, config);
      running.set(picker);
      load(picker.port(), options.seconds, out);
      picker.end();
      if (!Files.exists(written)) {
        throw picker.failed("the picker wrote nothing");
      }
      Files.move(written, cache, StandardCopyOption.REPLACE_EXISTING);
      out.printf("%s: %.0f MB%n", cache, Files.size(cache) / 1e6);
    } finally {
      end(running.get(), work);
    }
  }

  private static void end(@Nullable RehearsedPicker picker, Path work) {
    if (picker != null) {
      picker.close();
    }
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // Gone already, or its owner sees what is left.
    }
  }

  /** Starts model servers in this process, and waits for the file that says where they are. */
  private static Path servers(Path work) throws IOException, InterruptedException {
    Path file = work.resolve("endpoints.yaml");
    ToolProvider servers =
        ToolProvider.findFirst("servers")
            .orElseThrow(() ->
                new RehearsalException("no model servers (expected: igw's whole class path)"));
    Thread thread =
        new Thread(
            () ->
                servers.run(
                    new PrintWriter(PrintWriter.nullWriter()),
                    new PrintWriter(PrintWriter.nullWriter()),
                    "--port=0",
                    "--count=" + SERVERS,
                    "--endpoints-file=" + file),
            "model-servers");
    thread.setDaemon(true);
    thread.start();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SERVERS_START_SECONDS);
    while (!Files.exists(file) || Files.size(file) == 0) {
      if (!thread.isAlive() || System.nanoTime() > until) {
        throw new RehearsalException("the model servers did not start");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return file;
  }

  /** The built-in configuration, with the endpoints of a file. */
  private static String config(Path endpoints) {
    return """
    apiVersion: llm-d.ai/v1alpha1
    kind: EndpointPickerConfig
    plugins:
    - {name: endpoints, type: file-discovery, parameters: {path: "%s"}}
    - type: queue-scorer
    - type: kv-cache-utilization-scorer
    - type: prefix-cache-scorer
    - type: lora-affinity-scorer
    - type: max-score-picker
    schedulingProfiles:
    - name: default
      plugins:
      - {pluginRef: queue-scorer, weight: 2}
      - {pluginRef: kv-cache-utilization-scorer, weight: 2}
      - {pluginRef: prefix-cache-scorer, weight: 3}
      - {pluginRef: lora-affinity-scorer, weight: 1}
      - pluginRef: max-score-picker
    dataLayer:
      discovery: {pluginRef: endpoints}
    """
        .formatted(endpoints);
  }

  private static void load(int port, int seconds, PrintWriter out)
      throws IOException, InterruptedException {
    long each = TimeUnit.SECONDS.toNanos(seconds) / SCENARIOS.size();
    try (ExtProcClient client =
        new ExtProcClient("127.0.0.1:" + port, true, true, false, DEADLINE_SECONDS)) {
      for (Scenario scenario : SCENARIOS) {
        int answered = ClosedLoop.run(client, scenario, each);
        out.printf("%s: %,d answered%n", scenario.name(), answered);
        out.flush();
      }
    }
  }

  /** The command line. Written by picocli. */
  @Command(
      name = "igw rehearse",
      sortOptions = false,
      description = {
        "Puts a picker of its own under load and keeps what its JVM has learnt: which classes it needs"
            + " and which methods get hot. A picker with the same flags, class path and JDK that is started"
            + " with -XX:AOTCache=FILE starts sooner and is warm after a few requests. ./igw does both by"
            + " itself. JDK 25 or newer.",
        ""
      })
  static final class Options {
    @Option(
        names = "--cache",
        required = true,
        paramLabel = "FILE",
        description = "Where to keep it.")
    Path cache = Path.of("");

    @Option(
        names = "--seconds",
        paramLabel = "N",
        description = "Time under load (default: ${DEFAULT-VALUE}).")
    int seconds = 40;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Prints this.")
    boolean help;

    /** Of other options than these nothing can come. */
    void check() throws RehearsalException {
      if (seconds < 1 || seconds > MOST_SECONDS) {
        throw new IllegalArgumentException(
            "--seconds: " + seconds + " (expected: from 1 to " + MOST_SECONDS + ")");
      }
      Path folder = cache.toAbsolutePath().getParent();
      if (folder == null || !Files.isWritable(folder) || Files.isDirectory(cache)) {
        throw new IllegalArgumentException(
            "--cache: " + cache + " (expected: a file in a writable folder that exists)");
      }
      int jdk = Runtime.version().feature();
      if (jdk < OLDEST_JDK) {
        throw new RehearsalException(
            "JDK "
                + jdk
                + " (expected: "
                + OLDEST_JDK
                + " or newer, whose JVM keeps what it learns)");
      }
    }
  }
}
