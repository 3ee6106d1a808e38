package io.igw.simulator.demo;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code igw demo}. */
public final class DemoTool implements ToolProvider {
  private static final int BAD_OPTIONS = 2;

  /** For ServiceLoader. */
  public DemoTool() {}

  @Override
  public String name() {
    return "demo";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    Options options = new Options();
    CommandLine line =
        new CommandLine(options)
            .registerConverter(Duration.class, DemoTool::duration)
            .setOut(out)
            .setErr(err);
    try {
      line.parseArgs(args);
      options.check();
    } catch (ParameterException | IllegalArgumentException e) {
      err.println("igw demo: " + e.getMessage());
      err.println("igw demo: try 'igw demo --help'");
      err.flush();
      return BAD_OPTIONS;
    }
    if (line.isUsageHelpRequested()) {
      line.usage(out);
      out.flush();
      return 0;
    }
    return new Demo(options, out, err).run();
  }

  /** {@code 20s}, {@code 500ms}, {@code 2m}, or seconds. */
  private static Duration duration(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    try {
      if (lower.endsWith("ms")) {
        return Duration.ofMillis(Long.parseLong(lower.substring(0, lower.length() - 2)));
      }
      if (lower.endsWith("m")) {
        return Duration.ofMinutes(Long.parseLong(lower.substring(0, lower.length() - 1)));
      }
      String seconds = lower.endsWith("s") ? lower.substring(0, lower.length() - 1) : lower;
      return Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000));
    } catch (NumberFormatException e) {
      throw new CommandLine.TypeConversionException(
          "'" + text + "' (expected: a duration such as 20s, 500ms or 2m)");
    }
  }

  /** The command line. Written by picocli. */
  @Command(
      name = "igw demo",
      description =
          "Starts model servers, a picker and a gateway, plays a shared-prefix chat workload with"
              + " LoRA adapters twice from empty caches, picking at random and as igw does, and"
              + " compares.",
      sortOptions = false,
      usageHelpAutoWidth = true)
  static final class Options {
    @Option(
        names = "--duration",
        paramLabel = "TIME",
        description = "How long requests arrive in each of the two plays (default: 20s).")
    Duration duration = Duration.ofSeconds(20);

    @Option(
        names = "--requests",
        paramLabel = "N",
        description = "Requests of each play (default: 2.5 a second and server).")
    int requests;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "Seed of prompts and arrivals (default: ${DEFAULT-VALUE}).")
    long seed = 1;

    @Option(
        names = "--servers",
        paramLabel = "N",
        description = "Model servers (default: ${DEFAULT-VALUE}).")
    int servers = 8;

    @Option(
        names = "--gateway",
        paramLabel = "NAME",
        description = {
          "auto, envoy or embedded (default: ${DEFAULT-VALUE}).",
          "auto: Envoy where scripts/install-envoy, IGW_ENVOY or the PATH has one."
        })
    String gateway = "auto";

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the final table as JSON.")
    @Nullable Path json;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Prints this.")
    boolean help;

    void check() {
      if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX_DURATION) > 0) {
        throw new IllegalArgumentException(
            "--duration: " + duration.toMillis() + "ms (expected: more than 0, at most 60m)");
      }
      if (requests < 0 || requests > MAX_REQUESTS) {
        throw new IllegalArgumentException(
            "--requests: " + requests + " (expected: 1.." + MAX_REQUESTS + ")");
      }
      if (servers < 1 || servers > MAX_SERVERS) {
        throw new IllegalArgumentException(
            "--servers: " + servers + " (expected: 1.." + MAX_SERVERS + ")");
      }
    }

    private static final Duration MAX_DURATION = Duration.ofMinutes(60);
    private static final int MAX_REQUESTS = 1_000_000;
    private static final int MAX_SERVERS = 256;
    private static final double PER_SECOND_AND_SERVER = 2.5;

    /** Requests of each play. */
    int requestCount() {
      if (requests > 0) {
        return requests;
      }
      double count = duration.toMillis() / 1e3 * PER_SECOND_AND_SERVER * servers;
      return (int) Math.max(1, Math.round(count));
    }
  }
}
