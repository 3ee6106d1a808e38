package io.igw.simulator.virtual;

import io.igw.simulator.CommandLines;
import io.igw.simulator.engine.EngineParameters;
import io.igw.simulator.engine.EnginePreset;
import io.igw.simulator.engine.Ranges;
import io.igw.simulator.virtual.SimulationSettings.Profile;
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
    })
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
              + " shared-prefix).")
  @Nullable String workload;

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "Only so many requests (default: all of the trace; 5000 of a workload).")
  @Nullable Integer requests;

  @Option(
      names = "--per-second",
      paramLabel = "X",
      description = "Mean rate of a workload (default: 20).")
  @Nullable Double perSecond;

  @Option(names = "--lenient", description = "Skips broken lines of a trace and counts them.")
  boolean lenient;

  @Option(names = "--profile", paramLabel = "NAME", description = "The policy (default: llm-d).")
  @Nullable String profile;

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
  @Nullable List<Double> rate;

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
      names = "--preset",
      paramLabel = "NAME",
      description = "Model and hardware of an engine: ${COMPLETION-CANDIDATES} (default: first).",
      completionCandidates = EnginePreset.Names.class)
  String preset = EnginePreset.names().get(0);

  @Option(
      names = "--speed",
      paramLabel = "FACTOR",
      description = "So many times faster than the preset (default: 1).")
  double speed = 1;

  @Option(
      names = "--block-size",
      paramLabel = "N",
      description = "Tokens of a KV block (default: ${DEFAULT-VALUE}).")
  int blockSize = 64;

  @Option(
      names = "--num-gpu-blocks",
      paramLabel = "N",
      description = "KV blocks of an engine (default: of the preset).")
  @Nullable Integer numGpuBlocks;

  @Option(
      names = "--data-parallel-size",
      paramLabel = "N",
      description = "Ranks of an engine, each with its own batch and cache (default: 1).")
  int dataParallelSize = 1;

  @Option(
      names = "--max-num-seqs",
      paramLabel = "N",
      description = "Requests that an engine runs at once (default: of the preset).")
  @Nullable Integer maxNumSeqs;

  @Option(
      names = "--max-num-batched-tokens",
      paramLabel = "N",
      description = "Tokens of a step (default: of the preset).")
  @Nullable Integer maxNumBatchedTokens;

  @Option(
      names = "--max-loras",
      paramLabel = "N",
      description = "Adapters that an engine holds at once (default: of the preset).")
  @Nullable Integer maxLoras;

  @Option(
      names = "--lora-load-time",
      paramLabel = "TIME",
      description = "Time to load an adapter (default: of the preset).")
  @Nullable Duration loraLoadTime;

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

  void check() {
    Ranges.upTo("--servers", servers, MOST_SERVERS);
    Ranges.upTo("--seeds", seeds, MOST_SEEDS);
    Ranges.upTo("--data-parallel-size", dataParallelSize, MOST_RANKS);
    positive("--requests", requests);
    positive("--num-gpu-blocks", numGpuBlocks);
    positive("--max-num-seqs", maxNumSeqs);
    positive("--max-num-batched-tokens", maxNumBatchedTokens);
    positive("--max-loras", maxLoras);
    Ranges.positive("--speed", speed);
    if (loraLoadTime != null) {
      notNegative("--lora-load-time", loraLoadTime);
    }
    EnginePreset.of(preset);
    positive("--slo-ttft", sloTtft);
    positive("--slo-tpot", sloTpot);
    CommandLines.writable("--json", json, false);
    CommandLines.writable("--charts", charts, true);
    rates().forEach(factor -> Ranges.positive("--rate", factor));
    Ranges.positive("--per-second", perSecond());
    positive("--scrape-interval", scrapeInterval);
    notNegative("--scrape-jitter", scrapeJitter);
    notNegative("--scrape-delay", scrapeDelay);
    if (!Workloads.NAMES.contains(workload())) {
      throw new IllegalArgumentException(
          "--workload: " + workload + " (expected: one of " + Workloads.NAMES + ")");
    }
    together();
    if (blockSize < 64 || blockSize % 64 != 0) {
      throw new IllegalArgumentException(
          "--block-size: " + blockSize + " (expected: a multiple of 64)");
    }
  }

  /** An option that another leaves without effect is not dropped in silence. */
  private void together() {
    without("--workload", workload, trace != null, "--trace, which has its own requests");
    without("--per-second", perSecond, trace != null, "--trace; --rate makes it faster");
    without("--lenient", lenient ? "set" : null, trace == null, "a workload, which has no lines");
    without("--profile", profile, compares(), "--compare, which names the policies");
    without("--knee-of", knee, !sweep, "anything but --sweep");
    without("--rate", rate, sweep && !compares(), "--sweep, unless with --compare");
  }

  private static void without(String option, @Nullable Object value, boolean other, String name) {
    if (value != null && other) {
      throw new IllegalArgumentException(
          option + ": " + value + " (expected: not with " + name + ")");
    }
  }

  private static void positive(String name, @Nullable Integer value) {
    if (value != null) {
      Ranges.positive(name, value.intValue());
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

  boolean compares() {
    return !compare.isEmpty();
  }

  List<String> profiles() {
    if (compare.equals(List.of("all"))) {
      return Profiles.NAMES;
    }
    return compares() ? compare : List.of(profile != null ? profile : "llm-d");
  }

  String workload() {
    return workload != null ? workload : "shared-prefix";
  }

  double perSecond() {
    return perSecond != null ? perSecond : 20;
  }

  List<Double> rates() {
    return rate != null ? rate : List.of(1.0);
  }

  private EngineParameters engine() {
    EngineParameters engine = EnginePreset.of(preset).parameters(blockSize);
    return engine
        .withBatch(
            maxNumSeqs != null ? maxNumSeqs : engine.maxNumSeqs(),
            maxNumBatchedTokens != null ? maxNumBatchedTokens : engine.maxNumBatchedTokens())
        .withNumGpuBlocks(numGpuBlocks != null ? numGpuBlocks : engine.numGpuBlocks())
        .withSpeed(speed)
        .withLora(
            maxLoras != null ? maxLoras : engine.maxLoras(),
            loraLoadTime != null ? loraLoadTime.toNanos() : engine.loraLoadNanos());
  }

  /**
   * Refuses engines that could serve no request of the trace.
   *
   * @throws IllegalArgumentException that tells the blocks that the smallest takes
   */
  void fits(Trace played) {
    EngineParameters engine = engine();
    long least =
        played.requests().stream()
            .mapToLong(request -> (long) request.promptTokens() + request.outputTokens() - 1)
            .min()
            .orElse(0);
    long blocks = (least + blockSize - 1) / blockSize;
    if (blocks > engine.numGpuBlocks()) {
      throw new IllegalArgumentException(
          "--num-gpu-blocks: "
              + engine.numGpuBlocks()
              + " (expected: >= "
              + blocks
              + ", which the smallest request takes)");
    }
  }

  SimulationSettings settings(Profile first) {
    return new SimulationSettings(
        first,
        servers,
        engine(),
        dataParallelSize,
        rates().get(0),
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
      told.put("workload", workload());
      told.put("per_second", perSecond());
    }
    told.put("requests", played.requests().size());
    told.put("requests_per_s", played.requestsPerSecond());
    told.put("servers", servers);
    told.put("data_parallel_size", dataParallelSize);
    told.put("seed", seed);
    told.put("seeds", seeds);
    EngineParameters engine = engine();
    told.put("preset", preset);
    told.put("speed", speed);
    told.put("block_size", blockSize);
    told.put("num_gpu_blocks", engine.numGpuBlocks());
    told.put("max_num_seqs", engine.maxNumSeqs());
    told.put("max_num_batched_tokens", engine.maxNumBatchedTokens());
    told.put("max_loras", engine.maxLoras());
    told.put("lora_load_s", engine.loraLoadNanos() / 1e9);
    told.put("scrape_interval_s", scrapeInterval.toNanos() / 1e9);
    told.put("scrape_jitter_s", scrapeJitter.toNanos() / 1e9);
    told.put("scrape_delay_s", scrapeDelay.toNanos() / 1e9);
    told.put("slo_ttft_s", sloTtft.toNanos() / 1e9);
    told.put("slo_tpot_s", sloTpot.toNanos() / 1e9);
    return told;
  }
}
