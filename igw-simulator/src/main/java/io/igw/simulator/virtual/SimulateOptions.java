package io.igw.simulator.virtual;

import io.igw.simulator.engine.EngineParameters;
import io.igw.simulator.engine.Ranges;
import io.igw.simulator.virtual.SimulationSettings.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line. Written by picocli. */
@Command(
    name = "igw simulate",
    description = {
      "Plays a trace, or a workload made from a seed, against model engines in virtual time; the"
          + " shipped scheduler and plugins decide. Times and hit ratios go to standard output,"
          + " progress to standard error.",
      "",
      "Ready profiles: random, round-robin, least-request, power-of-two, affinity, gie, llm-d,"
          + " sglang-thresholds, dynamo-linear, lmetric, least-load, prefill-time; or a configuration file.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true)
final class SimulateOptions {
  static final int DEFAULT_REQUESTS = 5000;
  private static final int MOST_SERVERS = 10_000;
  private static final int MOST_RANKS = 64;
  private static final int MOST_SEEDS = 1000;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "Mooncake JSON Lines, Azure 2023 CSV, or igw's own JSON Lines (docs/simulation.md);"
              + " .gz is read too.")
  @Nullable Path trace;

  @Option(
      names = "--workload",
      paramLabel = "KIND",
      description =
          "Without a trace: shared-prefix, multi-turn, agentic, lora-mix or bursts (default:"
              + " ${DEFAULT-VALUE}).")
  String workload = "shared-prefix";

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "Only so many requests (default: all of the trace; 5000 of a workload).")
  @Nullable Integer requests;

  @Option(
      names = "--per-second",
      paramLabel = "X",
      description = "Mean rate of a workload (default: ${DEFAULT-VALUE}).")
  double perSecond = 20;

  @Option(names = "--lenient", description = "Skips broken lines of a trace and counts them.")
  boolean lenient;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "The policy (default: ${DEFAULT-VALUE}).")
  String profile = "llm-d";

  @Option(
      names = "--compare",
      paramLabel = "A,B,C",
      split = ",",
      description = "Several policies side by side; 'all' for every ready one.")
  List<String> compare = List.of();

  @Option(
      names = "--rate",
      paramLabel = "X[,Y]",
      split = ",",
      description =
          "How many times faster than in the trace requests come; with --sweep --compare, times"
              + " the knee (default: 1).")
  List<Double> rate = List.of(1.0);

  @Option(
      names = "--sweep",
      description =
          "Finds the knee: the highest rate at which 90 %% of the requests meet both objectives.")
  boolean sweep;

  @Option(
      names = "--knee-of",
      paramLabel = "NAME",
      description = "With --sweep: the policy whose knee is sought (default: the first).")
  @Nullable String knee;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of chance and jitter (default: ${DEFAULT-VALUE}).")
  long seed = 1;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Runs with so many seeds in a row and shows means (default: ${DEFAULT-VALUE}).")
  int seeds = 1;

  @Option(
      names = "--servers",
      paramLabel = "N",
      description = "Engines (default: ${DEFAULT-VALUE}).")
  int servers = 8;

  @Option(
      names = "--block-size",
      paramLabel = "N",
      description = "Tokens of a KV block (default: ${DEFAULT-VALUE}).")
  int blockSize = 64;

  @Option(
      names = "--num-gpu-blocks",
      paramLabel = "N",
      description = "KV blocks of an engine (default: 412,000 tokens' worth).")
  @Nullable Integer numGpuBlocks;

  @Option(
      names = "--data-parallel-size",
      paramLabel = "N",
      description = "Ranks of an engine, each with its own batch and cache (default: 1).")
  int dataParallelSize = 1;

  @Option(
      names = "--max-num-seqs",
      paramLabel = "N",
      description = "Requests that an engine runs at once (default: ${DEFAULT-VALUE}).")
  int maxNumSeqs = 256;

  @Option(
      names = "--max-num-batched-tokens",
      paramLabel = "N",
      description = "Tokens of a step (default: ${DEFAULT-VALUE}).")
  int maxNumBatchedTokens = 8192;

  @Option(
      names = "--scrape-interval",
      paramLabel = "TIME",
      description = "Between two scrapes of an engine (default: 50ms).")
  Duration scrapeInterval = Duration.ofMillis(50);

  @Option(
      names = "--scrape-jitter",
      paramLabel = "TIME",
      description = "At most added to the interval, at random (default: 10ms).")
  Duration scrapeJitter = Duration.ofMillis(10);

  @Option(
      names = "--scrape-delay",
      paramLabel = "TIME",
      description = "From a scrape to the picker's knowing (default: 5ms).")
  Duration scrapeDelay = Duration.ofMillis(5);

  @Option(
      names = "--slo-ttft",
      paramLabel = "TIME",
      description = "Objective for the time to the first token (default: 5s).")
  Duration sloTtft = Duration.ofSeconds(5);

  @Option(
      names = "--slo-tpot",
      paramLabel = "TIME",
      description = "Objective for the mean time between tokens (default: 100ms).")
  Duration sloTpot = Duration.ofMillis(100);

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the table as JSON.")
  @Nullable Path json;

  @Option(
      names = "--charts",
      paramLabel = "FOLDER",
      description = "Draws each metric over the rate, as SVG.")
  @Nullable Path charts;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this.")
  boolean help;

  void check() {
    Ranges.upTo("--servers", servers, MOST_SERVERS);
    Ranges.upTo("--seeds", seeds, MOST_SEEDS);
    Ranges.upTo("--data-parallel-size", dataParallelSize, MOST_RANKS);
    if (requests != null) {
      Ranges.positive("--requests", requests.intValue());
    }
    if (numGpuBlocks != null) {
      Ranges.positive("--num-gpu-blocks", numGpuBlocks.intValue());
    }
    Ranges.positive("--max-num-seqs", maxNumSeqs);
    Ranges.positive("--max-num-batched-tokens", maxNumBatchedTokens);
    positive("--slo-ttft", sloTtft);
    positive("--slo-tpot", sloTpot);
    writable("--json", json, false);
    writable("--charts", charts, true);
    for (double factor : rate) {
      Ranges.positive("--rate", factor);
    }
    Ranges.positive("--per-second", perSecond);
    positive("--scrape-interval", scrapeInterval);
    notNegative("--scrape-jitter", scrapeJitter);
    notNegative("--scrape-delay", scrapeDelay);
    if (trace == null && !Workloads.NAMES.contains(workload)) {
      throw new IllegalArgumentException(
          "--workload: " + workload + " (expected: one of " + Workloads.NAMES + ")");
    }
    if (blockSize < 64 || blockSize % 64 != 0) {
      throw new IllegalArgumentException(
          "--block-size: " + blockSize + " (expected: a multiple of 64)");
    }
  }

  private static void positive(String name, Duration value) {
    notNegative(name, value);
    if (value.isZero()) {
      throw new IllegalArgumentException(name + ": 0 (expected: more than 0)");
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(
          name + ": " + value.toMillis() + "ms (expected: not negative)");
    }
  }

  /** Told before the runs, which may take a quarter of an hour. */
  private static void writable(String option, @Nullable Path path, boolean folder) {
    if (path == null) {
      return;
    }
    Path whole = path.toAbsolutePath();
    if (folder) {
      Path there = whole;
      while (there != null && !Files.exists(there)) {
        there = there.getParent();
      }
      if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
        throw new IllegalArgumentException(option + ": " + path + " (expected: a writable folder)");
      }
    } else if (Files.exists(whole)
        ? !Files.isRegularFile(whole) || !Files.isWritable(whole)
        : whole.getParent() == null || !Files.isWritable(whole.getParent())) {
      throw new IllegalArgumentException(
          option + ": " + path + " (expected: a file in a writable folder that exists)");
    }
  }

  boolean compares() {
    return !compare.isEmpty();
  }

  List<String> profiles() {
    if (compare.equals(List.of("all"))) {
      return Profiles.NAMES;
    }
    return compares() ? compare : List.of(profile);
  }

  List<Double> rates() {
    return rate;
  }

  private EngineParameters engine() {
    EngineParameters engine =
        EngineParameters.llama8bOnH100(blockSize).withBatch(maxNumSeqs, maxNumBatchedTokens);
    return numGpuBlocks != null ? engine.withNumGpuBlocks(numGpuBlocks) : engine;
  }

  SimulationSettings settings(Profile first) {
    return new SimulationSettings(
        first,
        servers,
        engine(),
        dataParallelSize,
        rate.get(0),
        seed,
        scrapeInterval.toNanos(),
        scrapeJitter.toNanos(),
        scrapeDelay.toNanos(),
        sloTtft.toNanos(),
        sloTpot.toNanos());
  }

  /** What a reader of the results must know to get the same. */
  Map<String, Object> told(Trace played) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("trace", played.name());
    if (trace == null) {
      told.put("workload", workload);
      told.put("per_second", perSecond);
    }
    told.put("requests", played.requests().size());
    told.put("requests_per_s", played.requestsPerSecond());
    told.put("servers", servers);
    told.put("data_parallel_size", dataParallelSize);
    told.put("seed", seed);
    told.put("seeds", seeds);
    EngineParameters engine = engine();
    told.put("block_size", blockSize);
    told.put("num_gpu_blocks", engine.numGpuBlocks());
    told.put("max_num_seqs", maxNumSeqs);
    told.put("max_num_batched_tokens", maxNumBatchedTokens);
    told.put("scrape_interval_s", scrapeInterval.toNanos() / 1e9);
    told.put("scrape_jitter_s", scrapeJitter.toNanos() / 1e9);
    told.put("scrape_delay_s", scrapeDelay.toNanos() / 1e9);
    told.put("slo_ttft_s", sloTtft.toNanos() / 1e9);
    told.put("slo_tpot_s", sloTpot.toNanos() / 1e9);
    return told;
  }
}
