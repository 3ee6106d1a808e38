package io.igw.benchmarks.rig;

import io.igw.extproc.client.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Measures any ext-proc server at an address, or several in one run, in turns, with ratios to the
 * first: an open loop that plays Envoy's order of messages.
 */
@Command(
    name = "benchmarks/rig",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Drives ext-proc servers at their addresses as Envoy would, at a fixed mean rate whatever they"
          + " answer, and prints latency, CPU time per exchange and memory.",
      "Example: benchmarks/rig --target igw=127.0.0.1:9002,1234 --target mine=127.0.0.1:9102,1300"
          + " --scenario chunks --rate 100",
      ""
    })
public final class RigMain {
  private static final int MOST_PER_SECOND = 100_000;
  private static final Scenario SMALL = Scenario.json("small", 200);
  private static final Scenario CHUNKS =
      Scenario.events("chunks", 100, TimeUnit.MILLISECONDS.toNanos(10));
  private static final Scenario PROMPT = Scenario.json("prompt", 400_000);

  /** What exchanges look like. */
  enum Kind {
    /** A small prompt, one JSON answer. */
    SMALL,
    /** A small prompt, a hundred events 10 ms apart. */
    CHUNKS,
    /** A prompt of 400 kB. */
    PROMPT,
    /** Small ones, each over a connection of its own. */
    CHURN,
    /** Of ten exchanges seven small ones, two of events, one large. */
    MIXED,
    /** Nothing: what the server costs by itself. */
    IDLE
  }

  /** When exchanges begin. */
  enum Arrivals {
    /** Evenly. */
    FIXED,
    /** As independent clients send: a Poisson process. */
    POISSON
  }

  @Option(
      names = "--target",
      required = true,
      paramLabel = "NAME=HOST:PORT[,PID]",
      description = "A server; with its process id, if it runs here, its CPU time and memory too.")
  private Map<String, String> targets = new LinkedHashMap<>();

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      description = "small, chunks, prompt, churn, mixed or idle (default: small).")
  private Kind kind = Kind.SMALL;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Exchanges a second (default: ${DEFAULT-VALUE}).")
  private double rate = 100;

  @Option(
      names = "--arrivals",
      paramLabel = "KIND",
      description = "fixed or poisson (default: poisson).")
  private Arrivals arrivals = Arrivals.POISSON;

  @Option(
      names = "--turns",
      paramLabel = "N",
      description = "Turns of each server, interleaved; medians are shown (default: 3).")
  private int turns = 3;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Measured seconds of a turn, after as many as --warm-up (default: 10).")
  private int seconds = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Seconds before each turn that do not count (default: 3).")
  private int warmUp = 3;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "Seconds to wait for a server's first answer (default: 10).")
  private int patience = 10;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = {
        "Exchanges under way at most, and never more than 256 MB of prompts (default:"
            + " ${DEFAULT-VALUE}).",
        "A start beyond that fails: the server is overloaded."
      })
  private int inFlight = Limits.DEFAULT.inFlight();

  @Option(
      names = "--deadline",
      paramLabel = "N",
      description = "Seconds after which an exchange has failed (default: ${DEFAULT-VALUE}).")
  private int deadline = Limits.DEFAULT.deadlineSeconds();

  @Option(names = "--tls", description = "Encrypted; any certificate will do.")
  private boolean tls;

  @Option(
      names = "--with-envoy",
      description = {
        "Puts a real Envoy between: HTTP requests, sent on to where the server says. Its endpoints"
            + " must be there, './igw servers --endpoints-file FILE' for example, and give the pace.",
        "CPU time and memory are still those of the server."
      })
  private boolean envoy;

  @Option(names = "--seed", description = "Seed of the arrivals (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  private RigMain() {}

  /** Measures; exit code 0, 1 if a server failed exchanges, 2 if the arguments make no sense. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    RigMain rig = new RigMain();
    CommandLine line = new CommandLine(rig).setCaseInsensitiveEnumValuesAllowed(true);
    try {
      line.parseArgs(args);
      if (line.isUsageHelpRequested()) {
        line.usage(System.out);
        return 0;
      }
      return rig.measure();
    } catch (ParameterException | IllegalArgumentException e) {
      System.err.println("benchmarks/rig: " + e.getMessage() + " (try --help)");
      return 2;
    } catch (IllegalStateException | IOException e) {
      System.err.println("benchmarks/rig: " + e.getMessage());
      return 1;
    }
  }

  private int measure() throws IOException {
    check();
    Limits limits = new Limits(inFlight, Limits.PROMPT_BYTES, deadline);
    List<RigTarget> all = new ArrayList<>();
    try {
      for (Map.Entry<String, String> target : targets.entrySet()) {
        boolean churn = kind == Kind.CHURN;
        all.add(RigTarget.of(target.getKey(), target.getValue(), tls, envoy, churn, limits));
      }
      if (kind != Kind.IDLE) {
        for (RigTarget target : all) {
          target.load.awaitFirstAnswer(
              scenarios(0).get().withoutGaps(), TimeUnit.SECONDS.toNanos(patience));
        }
      }
      for (int turn = 0; turn < turns; turn++) {
        for (RigTarget target : all) {
          turn(target, turn);
        }
      }
      System.out.print(RigTarget.table(all, kind == Kind.IDLE));
      return all.stream().allMatch(target -> target.failed == 0) ? 0 : 1;
    } finally {
      all.forEach(RigTarget::close);
    }
  }

  private void check() {
    if (!(rate > 0 && rate <= MOST_PER_SECOND)) {
      throw new IllegalArgumentException(
          "--rate: " + rate + " (expected: more than 0, at most " + MOST_PER_SECOND + ")");
    }
    if (envoy && kind == Kind.CHURN) {
      throw new IllegalArgumentException(
          "--scenario: churn (expected: another --with-envoy, whose connections last)");
    }
    if (turns < 1 || seconds < 1 || warmUp < 0) {
      throw new IllegalArgumentException("--turns, --seconds, --warm-up (expected: >= 1, 1, 0)");
    }
    positive("--in-flight", inFlight);
    positive("--deadline", deadline);
  }

  private static void positive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + ": " + value + " (expected: 1 or more)");
    }
  }

  private void turn(RigTarget target, int turn) throws IOException {
    long warm = TimeUnit.SECONDS.toNanos(warmUp);
    long measured = TimeUnit.SECONDS.toNanos(seconds);
    if (kind == Kind.IDLE) {
      target.idle(measured);
    } else {
      target.add(
          target.load.open(
              scenarios(seed + turn), gaps(seed + turn), warm, measured, target.stats));
    }
  }

  private LongSupplier gaps(long from) {
    double mean = 1e9 / rate;
    if (arrivals == Arrivals.FIXED) {
      return () -> (long) mean;
    }
    SplittableRandom random = new SplittableRandom(from);
    return () -> (long) (-Math.log(1 - random.nextDouble()) * mean);
  }

  private Supplier<Scenario> scenarios(long from) {
    SplittableRandom random = new SplittableRandom(from);
    return switch (kind) {
      case SMALL, CHURN, IDLE -> () -> SMALL;
      case CHUNKS -> () -> CHUNKS;
      case PROMPT -> () -> PROMPT;
      case MIXED ->
          () -> {
            int drawn = random.nextInt(10);
            return drawn < 7 ? SMALL : drawn < 9 ? CHUNKS : PROMPT;
          };
    };
  }
}
