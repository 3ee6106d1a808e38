package io.igw.benchmarks;

import io.igw.plugins.prefix.PrefixLookupBenchmark;
import io.igw.scheduler.CycleBenchmark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Checks that run a JMH benchmark: the median over forks, and bytes per operation. */
final class JmhChecks {
  private static final int FORKS = 5;

  private final Path java;
  private final Consumer<Bound> report;

  JmhChecks(Path java, Consumer<Bound> report) {
    this.java = java;
    this.report = report;
  }

  void cycle() throws RunnerException {
    double at100 = cycle(100, false, 500);
    cycle(1000, false, 4000);
    cycle(100, true, 1000);
    cycle(1000, true, 8000);
    decision(100);
    decision(1000);
    Measured writer = run(CycleBenchmark.class, "cycle", settings(100, false, 10));
    report.accept(new Bound("cycle-100-with-writer-ratio", writer.median() / at100, 1.5, "x"));
  }

  private double cycle(int endpoints, boolean filtered, double boundNanos) throws RunnerException {
    Measured measured = run(CycleBenchmark.class, "cycle", settings(endpoints, filtered, 0));
    String name = "cycle-" + (filtered ? "filtered-" : "") + endpoints;
    report.accept(new Bound(name, measured.median(), boundNanos, "ns"));
    report.accept(new Bound(name + "-alloc", measured.bytesPerOperation(), 0.5, "B"));
    return measured.median();
  }

  private void decision(int endpoints) throws RunnerException {
    Measured measured = run(CycleBenchmark.class, "decision", settings(endpoints, false, 0));
    System.out.printf("  decision and lease at %d: %.0f ns%n", endpoints, measured.median());
    String name = "decision-" + endpoints + "-alloc";
    report.accept(new Bound(name, measured.bytesPerOperation(), 64.5, "B"));
  }

  private static String[] settings(int endpoints, boolean filtered, int publishEveryMillis) {
    return new String[] {
      "endpoints=" + endpoints, "filtered=" + filtered, "publishEveryMillis=" + publishEveryMillis
    };
  }

  void prefix() throws RunnerException {
    double small = prefix("lookup8", 500);
    double large = prefix("lookup640", 10_000);
    Measured writer8 = run(PrefixLookupBenchmark.class, "lookup8", "writer=true");
    Measured writer640 = run(PrefixLookupBenchmark.class, "lookup640", "writer=true");
    report.accept(
        new Bound("prefix-lookup8-with-writer-ratio", writer8.median() / small, 1.5, "x"));
    report.accept(
        new Bound("prefix-lookup640-with-writer-ratio", writer640.median() / large, 1.5, "x"));
  }

  private double prefix(String method, double boundNanos) throws RunnerException {
    Measured measured = run(PrefixLookupBenchmark.class, method, "writer=false");
    report.accept(new Bound("prefix-" + method, measured.median(), boundNanos, "ns"));
    report.accept(new Bound("prefix-" + method + "-alloc", measured.bytesPerOperation(), 0.5, "B"));
    return measured.median();
  }

  /** A million token ids, beside a text of as many bytes in the same run. */
  void tokenIds() throws RunnerException {
    String[] settings = {"ids=1000000", "comma=,"};
    Measured text = run(TokenIdsBenchmark.class, "text", settings);
    Measured tokens = run(TokenIdsBenchmark.class, "tokens", settings);
    System.out.printf("  a million token ids: %.1f ms%n", tokens.median() / 1000);
    report.accept(new Bound("token-ids-1M-to-text-ratio", tokens.median() / text.median(), 4, "x"));
    // The hashes, in an array that doubles, and the prompt's copy of them.
    report.accept(new Bound("token-ids-1M-alloc", tokens.bytesPerOperation(), 400_000, "B"));
  }

  /** The same heap for all; JMH's own use of Unsafe is no news. */
  private static String[] jvmArguments() {
    return Runtime.version().feature() < 24
        ? new String[] {"-Xms512m", "-Xmx512m"}
        : new String[] {"-Xms512m", "-Xmx512m", "--sun-misc-unsafe-memory-access=allow"};
  }

  /** Time of the median fork in the benchmark's unit, and bytes. */
  record Measured(double median, double bytesPerOperation) {}

  /** {@code settings}: {@code parameter=value}. */
  private Measured run(Class<?> benchmark, String method, String... settings)
      throws RunnerException {
    return run(benchmark, method, FORKS, settings);
  }

  /** {@code settings}: {@code parameter=value}. */
  Measured run(Class<?> benchmark, String method, int forks, String... settings)
      throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
            .forks(forks)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(2)
            .measurementTime(TimeValue.seconds(1))
            .jvm(java.toString())
            .jvmArgs(jvmArguments())
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      options = options.param(setting.substring(0, equals), setting.substring(equals + 1));
    }
    Collection<RunResult> results = new Runner(options.build()).run();
    RunResult result = results.iterator().next();
    List<Double> medians = new ArrayList<>();
    result.getBenchmarkResults().forEach(fork -> medians.add(fork.getPrimaryResult().getScore()));
    medians.sort(null);
    double bytes = result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
    return new Measured(medians.get(medians.size() / 2), bytes);
  }
}
