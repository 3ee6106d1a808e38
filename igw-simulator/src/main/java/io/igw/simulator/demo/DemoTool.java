package io.igw.simulator.demo;

import io.igw.simulator.CommandLines;
import io.igw.simulator.engine.Ranges;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code igw demo}. */
public final class DemoTool implements ToolProvider {
  /** For ServiceLoader. */
  public DemoTool() {}

  @Override
  public String name() {
    return "demo";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    Options options = new Options();
    return CommandLines.run(
        this,
        options,
        out,
        err,
        args,
        () -> {
          options.check();
          return new Demo(options, out, err).run();
        });
  }

  /** The command line. Written by picocli. */
  @Command(
      name = "igw demo",
      description =
          "Starts model servers, a picker and a gateway, plays a shared-prefix chat workload with"
              + " LoRA adapters twice from empty caches, picking at random and as igw does, and"
              + " compares.")
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

    @Option(
        names = "--no-tui",
        description = "Prints lines even on a terminal; elsewhere lines are printed anyway.")
    boolean noTui;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the final table as JSON.")
    @Nullable Path json;

    void check() {
      if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX_DURATION) > 0) {
        throw new IllegalArgumentException(
            "--duration: " + duration.toMillis() + "ms (expected: more than 0, at most 60m)");
      }
      if (requests < 0 || requests > MAX_REQUESTS) {
        throw new IllegalArgumentException(
            "--requests: " + requests + " (expected: 1.." + MAX_REQUESTS + ")");
      }
      Ranges.upTo("--servers", servers, MAX_SERVERS);
      CommandLines.writable("--json", json, false);
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
